import { z } from 'zod';
import { alignPrice, alignSize } from '../../kernel/book_grid.ts';
import { distribution, sampleDistribution } from '../../scenario/distributions.ts';
import { duration, leverage, money, percent, price } from '../../scenario/units.ts';
import type { AccountView, Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import type { OrderSide } from '../book.ts';
import { PriceAlarm } from '../price_alarm.ts';
import { type Quote, submitLadder } from '../quoting/ladder.ts';
import { calculateMovedPrice, calculateOpeningSizeQ } from '../sizing.ts';
import { calculateStakeAtoms, isBroke, submitTurn } from '../target_position.ts';

const params = z.strictObject({
  capital: distribution(money()).describe('What each trader deposits.'),
  leverage: distribution(leverage()).prefault('2 x').describe('Position value over capital when it trades.'),
  estimate: distribution(price()).describe(
    'What each trader believes the asset is worth; nobody sees the fundamental price itself.',
  ),
  edge: distribution(percent(1, 9_999))
    .prefault('3 %')
    .describe('Trades when the index is this far from its estimate.'),
  retry: duration(1).prefault('25 slots').describe('Pause before it asks again for what it did not get.'),
  rest: z
    .boolean()
    .default(false)
    .describe(
      'Waits on the book with limit orders at the prices it would trade at, whatever the index does.',
    ),
});
type ValueParams = z.output<typeof params>;

/** Buys below and sells above a private estimate, and closes where the index meets it. Sleeps in between. */
class Value implements Agent {
  readonly accounts: readonly [number];
  private readonly capitalAtoms: number;
  private readonly leverage: number;
  private readonly estimate: number;
  private readonly lowPrice: number;
  private readonly highPrice: number;
  private readonly retrySlots: number;
  private readonly rests: boolean;
  private readonly alarm = new PriceAlarm();

  constructor({ allocateAccount, params, risk, rng }: AgentSetup<ValueParams>) {
    this.accounts = [allocateAccount()];
    this.capitalAtoms = Math.max(risk.minInitialDeposit, sampleDistribution(params.capital, rng));
    this.leverage = sampleDistribution(params.leverage, rng);
    this.estimate = sampleDistribution(params.estimate, rng);
    const edgeBps = sampleDistribution(params.edge, rng);
    this.lowPrice = calculateMovedPrice(this.estimate, -edgeBps);
    this.highPrice = calculateMovedPrice(this.estimate, edgeBps);
    this.retrySlots = params.retry;
    this.rests = params.rest;
  }

  onStart(context: AgentContext): void {
    context.submit({ type: 'deposit', account: this.accounts[0], amountAtoms: this.capitalAtoms });
    context.wakeAt(context.slot + 1);
  }

  onWake(context: AgentContext): void {
    this.alarm.drop(context);
    const view = context.view(this.accounts[0]);
    if (view === undefined || isBroke(view)) return;
    if (this.rests) {
      this.wait(context, view);
      return;
    }
    const held = Math.sign(view.positionQ) as 1 | 0 | -1;
    const wanted = this.calculateDirection(context.indexPrice, held);
    if (wanted !== held) {
      submitTurn(context, this.accounts[0], view, { direction: wanted, leverage: this.leverage });
      // Looks whether it got what it asked for; the alarms are set once it holds what it wants.
      context.wakeAt(context.slot + this.retrySlots);
    } else {
      this.alarm.setBelow(context, held < 0 ? this.estimate : this.lowPrice);
      this.alarm.setAbove(context, held > 0 ? this.estimate : this.highPrice);
    }
  }

  /** Buys below and sells above the band; what it holds already leaves at the estimate. */
  private wait(context: AgentContext, view: AccountView): void {
    const { estimate, highPrice, leverage, lowPrice, retrySlots } = this;
    const { book, indexPrice, venue } = context;
    const { positionQ } = view;
    const { lotQ, tickAtoms } = book!.params;
    const limitQ = calculateOpeningSizeQ(calculateStakeAtoms(view), leverage, indexPrice, venue.params);
    const quote = (side: OrderSide, price: number, sizeQ: number): Quote => {
      return { side, price: alignPrice(price, side, tickAtoms), qtyQ: alignSize(Math.max(0, sizeQ), lotQ) };
    };
    const wanted = [
      positionQ < 0 ? quote('buy', estimate, -positionQ) : quote('buy', lowPrice, limitQ - positionQ),
      positionQ > 0 ? quote('sell', estimate, positionQ) : quote('sell', highPrice, limitQ + positionQ),
    ];
    const possible = wanted.filter(({ price, qtyQ }) => qtyQ > 0 && price <= venue.params.maxPrice);
    submitLadder(context, this.accounts[0], possible, { kind: 'limit', toleranceBps: 0 });
    context.wakeAt(context.slot + retrySlots);
  }

  private calculateDirection(indexPrice: number, held: 1 | 0 | -1): 1 | 0 | -1 {
    if (indexPrice <= this.lowPrice) return 1;
    if (indexPrice >= this.highPrice) return -1;
    return held * (this.estimate - indexPrice) > 0 ? held : 0;
  }
}

export const value: AgentModule<ValueParams> = {
  kind: 'value',
  role: 'trader',
  doc: 'Buys below and sells above a private estimate of what the asset is worth, and closes where the index meets it.',
  params,
  needsBook: ({ rest }) => rest,
  create: (setup) => new Value(setup),
};
