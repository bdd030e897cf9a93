import { z } from 'zod';
import { POS_SCALE } from '../../../engine/risk/index.ts';
import type { SlabTables } from '../../record/slab_summary.ts';
import type { SeriesRow } from '../../record/types.ts';
import { count, duration } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import { Departure, submitSettlement } from '../departure.ts';
import type { AttackFacts } from '../success.ts';
import { directionOf, positionParams, shareBudget, sideParam, submitOpening } from './position_params.ts';

const params = z.strictObject({
  ...positionParams,
  side: sideParam,
  accounts: count(1, 1_000).default(10).describe('Accounts among which the budget is split.'),
  every: duration(1)
    .prefault('25 slots')
    .describe('How often each account takes new profit into reserve and what has matured out.'),
  plan: z
    .enum(['together', 'in_turn'])
    .default('together')
    .describe(
      'All accounts hold a share of the position at once, or each holds all of it for its part of the time and then ' +
        'leaves its profit to age, which no later gain re-spreads.',
    ),
  hold: duration(1).describe('Time until it closes everything and leaves.'),
});
type WarmupFarmerParams = z.output<typeof params>;

/** Many accounts, so that each bit of profit begins to age as early as it can and is not re-spread by later ones. */
class WarmupFarmer implements Agent {
  readonly accounts: readonly number[];
  private readonly params: WarmupFarmerParams;
  private readonly departures: readonly Departure[];
  private readonly depositAtoms: number;
  private readonly turnSlots: number;
  /** Accounts opened so far; the last of them holds the position when they take turns. */
  private opened = 0;
  private leaveSlot = 0;
  private nextTurnSlot = 0;
  private nextHarvestSlot = 0;

  constructor({ allocateAccount, params, risk }: AgentSetup<WarmupFarmerParams>) {
    const { accounts, budget, every, hold, plan } = params;
    this.params = params;
    this.accounts = Array.from({ length: accounts }, allocateAccount);
    this.depositAtoms = shareBudget(budget, plan === 'together' ? accounts : 1, risk);
    this.turnSlots = Math.max(1, Math.floor(hold / accounts));
    const options = { instalmentSlots: every, settlesOthers: true };
    this.departures = this.accounts.map((account) => new Departure(account, options));
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.begin(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    const { slot } = context;
    if (this.opened === 0) this.begin(context);
    else if (slot >= this.leaveSlot) {
      for (const departure of this.departures) departure.step(context, this.params.fee_bid);
    } else {
      if (slot >= this.nextTurnSlot) this.takeTurn(context);
      if (slot >= this.nextHarvestSlot) this.harvest(context);
      this.sleep(context);
    }
  }

  private begin(context: AgentContext): void {
    const { accounts, every, hold, plan } = this.params;
    this.leaveSlot = context.slot + hold;
    this.nextHarvestSlot = context.slot + every;
    if (plan === 'in_turn') {
      this.openNext(context);
    } else {
      while (this.opened < accounts) this.openNext(context);
      this.nextTurnSlot = Number.POSITIVE_INFINITY;
    }
    this.sleep(context);
  }

  private openNext(context: AgentContext): void {
    const { accounts, fee_bid: feeBidAtoms, leverage, side } = this.params;
    const opening = { depositAtoms: this.depositAtoms, leverage, direction: directionOf(side), feeBidAtoms };
    submitOpening(context, this.accounts[this.opened]!, opening);
    this.opened += 1;
    this.nextTurnSlot = this.opened < accounts ? context.slot + this.turnSlots : Number.POSITIVE_INFINITY;
  }

  /** Moves capital and position on to the next account, in one slot. */
  private takeTurn(context: AgentContext): void {
    const account = this.accounts[this.opened - 1]!;
    context.submit({ type: 'close', account, share: 1 }, this.params.fee_bid);
    context.submit({ type: 'withdraw', account, amountAtoms: 'max' }, this.params.fee_bid);
    this.openNext(context);
  }

  /** The settlement also takes its own new profit into the reserves, where it begins to age. */
  private harvest(context: AgentContext): void {
    const { every, fee_bid: bid } = this.params;
    this.nextHarvestSlot = context.slot + every;
    submitSettlement(context, bid);
    for (const account of this.accounts.slice(0, this.opened)) {
      if ((context.view(account)?.releasedAtoms ?? 0) > 0) context.submit({ type: 'convert', account }, bid);
      context.submit({ type: 'withdraw', account, amountAtoms: 'max' }, bid);
    }
  }

  private sleep(context: AgentContext): void {
    context.wakeAt(Math.min(this.leaveSlot, this.nextHarvestSlot, this.nextTurnSlot));
  }
}

/** Signed position of an attack in each slot of the series, q-units, from its fills. */
function* tracePosition({ fills, series }: SlabTables, group: string): Generator<[SeriesRow, number]> {
  let positionQ = 0;
  let next = 0;
  for (const row of series) {
    for (let fill = fills.at(next); fill !== undefined && fill.slot <= row.slot; fill = fills.at(next)) {
      const { buyerGroup, sellerGroup, sizeQ } = fill;
      next += 1;
      if (buyerGroup === group) positionQ += sizeQ;
      if (sellerGroup === group) positionQ -= sizeQ;
    }
    yield [row, positionQ];
  }
}

/**
 * What one account that is touched every `every` slots would have out of its reserve before `slot`, had it made the same
 * gains: each of them spreads the whole reserve over the warmup again (design 01 §6), losses come out of the reserve.
 */
function calculateOneAccountRelease({ attacked, own }: AttackFacts, every: number, slot: number): number {
  let [reserve, slope, released, gain] = [0, 0, 0, 0];
  let touchedSlot = 0;
  let last: { indexPrice: number; positionQ: number } | null = null;
  for (const [row, positionQ] of tracePosition(attacked, own.attack)) {
    if (row.slot >= slot) break;
    const { indexPrice } = row;
    if (last !== null) gain += ((indexPrice - last.indexPrice) / POS_SCALE) * last.positionQ;
    last = { indexPrice, positionQ };
    if (row.slot - touchedSlot < every) continue;
    const out = Math.min(reserve, slope * (row.slot - touchedSlot));
    released += out;
    reserve = Math.max(0, reserve - out + gain);
    if (gain > 0) slope = reserve / own.warmupPeriodSlots;
    gain = 0;
    touchedSlot = row.slot;
  }
  return released;
}

/** Share of its profit that was out a warmup after the start, less what one account with the same gains would have. */
function measureHeadStart(facts: AttackFacts, { every, start }: WarmupFarmerParams): number | null {
  const { attacked, own } = facts;
  const slot = start + own.warmupPeriodSlots + every;
  const paid = attacked.exits.filter(({ group, kind }) => kind === 'convert' && group === own.attack);
  const total = paid.reduce((sum, exit) => sum + exit.amountAtoms, 0);
  if (total === 0 || own.warmupPeriodSlots === 0) return null;
  const early = paid.reduce((sum, exit) => (exit.slot < slot ? sum + exit.amountAtoms : sum), 0);
  return (early - calculateOneAccountRelease(facts, every, slot)) / total;
}

export const warmupFarmer: AgentModule<WarmupFarmerParams> = {
  kind: 'warmup_farmer',
  role: 'attacker',
  doc: 'Spreads a position over many accounts, at once or one after the other, so that profit ages in many small reserves.',
  params,
  hypothesis:
    'Profit spread over many accounts matures earlier than the same profit in one, where every gain re-spreads all of it; success is profit withdrawn sooner than one account of the same budget could.',
  success: {
    figure: 'share of its profit that is out a warmup after the start, more than one account would have',
    unit: 'ratio',
    needed: () => 0.05,
    measure: measureHeadStart,
  },
  create: (setup) => new WarmupFarmer(setup),
};
