import { z } from 'zod';
import { BPS } from '../../../engine/risk/index.ts';
import type { Rng } from '../../kernel/streams.ts';
import { distribution, sampleDistribution } from '../../scenario/distributions.ts';
import { count, duration, leverage, money, percent } from '../../scenario/units.ts';
import type { AccountView, Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { Departure, RETRY_SLOTS } from '../departure.ts';
import { PriceAlarm } from '../price_alarm.ts';
import { calculateEquityPrice, calculateMovedPrice, calculateOpeningSizeQ } from '../sizing.ts';

const params = z.strictObject({
  capital: distribution(money()).describe('What each trader deposits.'),
  leverage: distribution(leverage()).describe('Position value over capital when it opens.'),
  long_share: percent().prefault('50 %').describe('Chance that a trader goes long.'),
  entry: distribution(duration())
    .prefault('0 slots')
    .describe('When the trader arrives, counted from the start of its group.'),
  stop_loss: distribution(percent())
    .optional()
    .describe('Closes when the index has moved this far against the entry.'),
  take_profit: distribution(percent())
    .optional()
    .describe('Closes when the index has moved this far in favour of the entry.'),
  panic: distribution(percent())
    .optional()
    .describe('Closes when this share of the stake (capital at opening and top-ups) is lost.'),
  reaction: distribution(duration())
    .prefault('0 slots')
    .describe('Time between the reason to close and the order.'),
  top_up: z
    .strictObject({
      when: percent().describe('Share of the stake whose loss triggers it.'),
      amount: percent().describe('What is added, as a share of the first deposit.'),
      times: count(1, 100).default(1).describe('How many times at most.'),
    })
    .optional()
    .describe('Adds capital to a losing position.'),
  reentry_share: percent().prefault('0 %').describe('Chance to open again after closing by choice.'),
  reentry_after: distribution(duration()).prefault('60 slots').describe('Pause before opening again.'),
  leave_share: percent()
    .prefault('0 %')
    .describe('Chance to withdraw everything after closing by choice, if it does not open again.'),
  patience: z
    .strictObject({
      min_h: percent().describe('Withdraws nothing while the stored haircut ratio h is below this.'),
      at_most: duration().describe('Longest wait for h after the position is closed.'),
    })
    .optional()
    .describe('Waits with leaving for a better h, because profit is paid at the h of the moment.'),
});
type RetailParams = z.output<typeof params>;

type Phase = 'waiting' | 'opening' | 'open' | 'closing' | 'leaving' | 'done';

/** Attempts at opening, each a tenth smaller than the last, before the trader gives up. */
const MAX_OPENING_TRIES = 5;

/** A small trader with a levered position and the usual ways of ending it. */
class RetailLevered implements Agent {
  readonly accounts: readonly [number];
  private readonly params: RetailParams;
  private readonly rng: Rng;
  private readonly departure: Departure;
  private readonly alarm = new PriceAlarm();
  private readonly firstDepositAtoms: number;
  private readonly leverage: number;
  private readonly direction: 1 | -1;
  private readonly entryDelaySlots: number;
  private readonly reactionSlots: number;
  private readonly stopBps: number | null;
  private readonly takeBps: number | null;
  private readonly panicBps: number | null;
  private phase: Phase = 'waiting';
  private nextSlot = 0;
  private tries = 0;
  private topUps = 0;
  private closeOrders = 0;
  /** Capital at opening and what was added since. */
  private stakeAtoms = 0;
  private stopPrice: number | null = null;
  private takePrice: number | null = null;

  constructor(setup: AgentSetup<RetailParams>) {
    const { params: p, rng, risk } = setup;
    this.params = p;
    this.rng = rng;
    this.accounts = [setup.allocateAccount()];
    const { patience } = p;
    this.departure = new Departure(
      this.accounts[0],
      patience && { patience: { minHBps: patience.min_h, slots: patience.at_most } },
    );
    this.firstDepositAtoms = Math.max(risk.minInitialDeposit, sampleDistribution(p.capital, rng));
    this.leverage = sampleDistribution(p.leverage, rng);
    this.direction = rng() * BPS < p.long_share ? 1 : -1;
    this.entryDelaySlots = sampleDistribution(p.entry, rng);
    this.reactionSlots = sampleDistribution(p.reaction, rng);
    const draw = (of: RetailParams['panic']) => (of === undefined ? null : sampleDistribution(of, rng));
    this.stopBps = draw(p.stop_loss);
    this.takeBps = draw(p.take_profit);
    this.panicBps = draw(p.panic);
  }

  onStart(context: AgentContext): void {
    if (this.entryDelaySlots === 0) this.enter(context);
    else this.wake(context, this.entryDelaySlots);
  }

  onWake(context: AgentContext): void {
    this.alarm.drop(context);
    if (this.phase === 'open') this.watch(context);
    else if (context.slot < this.nextSlot) return;
    else if (this.phase === 'waiting') this.enter(context);
    else if (this.phase === 'opening') this.confirm(context);
    else if (this.phase === 'closing') this.close(context);
    else if (this.phase === 'leaving' && this.departure.step(context)) this.phase = 'done';
  }

  private enter(context: AgentContext): void {
    const [account] = this.accounts;
    const capitalAtoms = context.view(account)?.capitalAtoms;
    if (capitalAtoms === undefined) {
      context.submit({ type: 'deposit', account, amountAtoms: this.firstDepositAtoms });
    }
    this.stakeAtoms = capitalAtoms ?? this.firstDepositAtoms;
    this.phase = 'opening';
    this.tries = 0;
    this.order(context, this.stakeAtoms);
  }

  private order(context: AgentContext, capitalAtoms: number): void {
    const { venue, indexPrice } = context;
    const share = (10 - this.tries) / 10;
    const sizeQ = calculateOpeningSizeQ(capitalAtoms * share, this.leverage, indexPrice, venue.params);
    this.tries += 1;
    if (sizeQ === 0) {
      this.phase = 'done';
      return;
    }
    context.submit({ type: 'trade', account: this.accounts[0], sizeQ: sizeQ * this.direction });
    this.wake(context, 1);
  }

  private confirm(context: AgentContext): void {
    const view = context.view(this.accounts[0]);
    if (view !== undefined && view.positionQ !== 0) {
      this.phase = 'open';
      const moved = (bps: number | null, sign: number) =>
        bps === null ? null : calculateMovedPrice(context.indexPrice, bps * sign * this.direction);
      this.stopPrice = moved(this.stopBps, -1);
      this.takePrice = moved(this.takeBps, 1);
      this.watch(context);
    } else if (view !== undefined && this.tries < MAX_OPENING_TRIES) {
      this.order(context, view.capitalAtoms);
    } else {
      this.phase = 'done';
    }
  }

  /** An open position: ends it, tops it up, or sets the alarms for the next level on either side. */
  private watch(context: AgentContext): void {
    const view = context.view(this.accounts[0]);
    // Liquidated, or closed by the other side's liquidations: nothing left to decide.
    if (view === undefined || view.positionQ === 0) {
      this.phase = 'done';
      return;
    }
    if (this.wantsOut(context, view)) {
      this.phase = 'closing';
      this.closeOrders = 0;
      if (this.reactionSlots === 0) this.close(context);
      else this.wake(context, this.reactionSlots);
      return;
    }
    if (this.topUp(context, view)) context.wakeAt(context.slot + 1);
    else this.setAlarms(context, view);
  }

  private wantsOut({ indexPrice }: AgentContext, view: AccountView): boolean {
    const long = this.direction > 0;
    const { stopPrice: stop, takePrice: take, panicBps: panic } = this;
    return (
      (stop !== null && (long ? indexPrice <= stop : indexPrice >= stop)) ||
      (take !== null && (long ? indexPrice >= take : indexPrice <= take)) ||
      (panic !== null && view.equityAtoms <= this.calculateRest(panic))
    );
  }

  /** What is left of the stake when `lostBps` of it is gone, atoms rounded down. */
  private calculateRest(lostBps: number): number {
    return Math.floor((this.stakeAtoms * (BPS - lostBps)) / BPS);
  }

  private canTopUp(): boolean {
    return this.params.top_up !== undefined && this.topUps < this.params.top_up.times;
  }

  private topUp(context: AgentContext, view: AccountView): boolean {
    const { top_up: rule } = this.params;
    if (rule === undefined || !this.canTopUp()) return false;
    if (view.equityAtoms > this.calculateRest(rule.when)) return false;
    const amountAtoms = Math.floor((this.firstDepositAtoms * rule.amount) / BPS);
    if (amountAtoms === 0) return false;
    context.submit({ type: 'deposit', account: this.accounts[0], amountAtoms });
    this.topUps += 1;
    this.stakeAtoms += amountAtoms;
    return true;
  }

  /** One alarm on the losing side, at the nearest of stop, panic and top-up, and one at the take-profit. */
  private setAlarms(context: AgentContext, view: AccountView): void {
    const { alarm, direction, takePrice } = this;
    let nearest = this.stopPrice;
    for (const bps of [this.panicBps, this.canTopUp() ? this.params.top_up!.when : null]) {
      if (bps === null) continue;
      const level = calculateEquityPrice(view, context.indexPrice, this.calculateRest(bps));
      if (nearest === null || direction * (level - nearest) > 0) nearest = level;
    }
    if (direction > 0) {
      if (nearest !== null) alarm.setBelow(context, nearest);
      if (takePrice !== null) alarm.setAbove(context, takePrice);
    } else {
      if (nearest !== null) alarm.setAbove(context, nearest);
      if (takePrice !== null) alarm.setBelow(context, takePrice);
    }
  }

  private close(context: AgentContext): void {
    const [account] = this.accounts;
    if ((context.view(account)?.positionQ ?? 0) === 0) {
      this.decideWhatNext(context);
      return;
    }
    context.submit({ type: 'close', account, share: 1 });
    this.wake(context, this.closeOrders === 0 ? 1 : RETRY_SLOTS);
    this.closeOrders += 1;
  }

  private decideWhatNext(context: AgentContext): void {
    const { params, rng } = this;
    if (rng() * BPS < params.reentry_share) {
      this.phase = 'waiting';
      this.wake(context, Math.max(1, sampleDistribution(params.reentry_after, rng)));
    } else if (rng() * BPS < params.leave_share) {
      this.phase = 'leaving';
      if (this.departure.step(context)) this.phase = 'done';
    } else {
      this.phase = 'done';
    }
  }

  private wake(context: AgentContext, slots: number): void {
    this.nextSlot = context.slot + slots;
    context.wakeAt(this.nextSlot);
  }
}

export const retailLevered: AgentModule<RetailParams> = {
  kind: 'retail_levered',
  role: 'trader',
  doc: 'Small levered traders with stop-losses, take-profits, top-ups, panic and second attempts.',
  params,
  create: (setup) => new RetailLevered(setup),
};
