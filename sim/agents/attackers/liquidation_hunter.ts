import { z } from 'zod';
import { alignPrice } from '../../kernel/book_grid.ts';
import { count, duration, percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import type { OrderSide } from '../book.ts';
import { Departure } from '../departure.ts';
import { calculateMovedPrice, calculateOpeningSizeQ, calculateSliceSlot } from '../sizing.ts';
import { PROFIT } from '../success.ts';
import { directionOf, positionParams, shareBudget, sideParam } from './position_params.ts';

const params = z.strictObject({
  ...positionParams,
  side: sideParam.describe('Direction in which it pushes: short hunts those who are long.'),
  push_over: duration().prefault('10 slots').describe('Time over which it trades into the book.'),
  slices: count(1, 1_000).default(5).describe('Equal orders that it pushes with.'),
  slippage: percent(1, 9_999)
    .prefault('5 %')
    .describe('How far from the index it trades at most, in one order.'),
  catch_at: percent(1, 9_999)
    .prefault('1 %')
    .describe(
      'Waits on the book this far beyond the index for those who are forced out. Reductions in the reduce band trade up to `reduce_slip` from the index.',
    ),
  every: duration(1).prefault('5 slots').describe('How often it moves that order after the index.'),
  hunt_for: duration(1).prefault('10 min').describe('Closes at any price this long after the push.'),
});
type LiquidationHunterParams = z.output<typeof params>;

/** Pushes the price through the book and buys back from those who are forced to sell. */
class LiquidationHunter implements Agent {
  readonly accounts: readonly [number];
  private readonly params: LiquidationHunterParams;
  private readonly depositAtoms: number;
  private readonly departure: Departure;
  private phase: 'waiting' | 'pushing' | 'hunting' | 'leaving' = 'waiting';
  private sliceQ = 0;
  private slicesSent = 0;
  private pushSlot = 0;
  private endSlot = 0;

  constructor({ allocateAccount, params, risk }: AgentSetup<LiquidationHunterParams>) {
    this.params = params;
    this.depositAtoms = shareBudget(params.budget, 1, risk);
    this.accounts = [allocateAccount()];
    this.departure = new Departure(this.accounts[0]);
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.onWake(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    if (this.phase === 'waiting') this.begin(context);
    if (this.phase === 'pushing') this.push(context);
    else if (this.phase === 'hunting') this.hunt(context);
    else this.leave(context);
  }

  private begin(context: AgentContext): void {
    const { fee_bid: bid, leverage, slices } = this.params;
    const [account] = this.accounts;
    const { indexPrice, slot, venue } = context;
    context.submit({ type: 'deposit', account, amountAtoms: this.depositAtoms }, bid);
    const sizeQ = calculateOpeningSizeQ(this.depositAtoms, leverage, indexPrice, venue.params);
    this.sliceQ = Math.floor(sizeQ / slices);
    this.pushSlot = slot;
    this.phase = this.sliceQ === 0 ? 'leaving' : 'pushing';
  }

  private push(context: AgentContext): void {
    const { fee_bid: bid, hunt_for: hunt, push_over: over, side, slices, slippage } = this.params;
    const direction = directionOf(side);
    const [account] = this.accounts;
    const limitPrice = calculateMovedPrice(context.indexPrice, direction * slippage);
    context.submit({ type: 'trade', account, sizeQ: direction * this.sliceQ, limitPrice }, bid);
    this.slicesSent += 1;
    if (this.slicesSent === slices) {
      this.phase = 'hunting';
      this.endSlot = context.slot + hunt;
      context.wakeAt(context.slot + 1);
      return;
    }
    const next = calculateSliceSlot(this.pushSlot, over, slices, this.slicesSent);
    context.wakeAt(Math.max(context.slot + 1, next));
  }

  private hunt(context: AgentContext): void {
    const { catch_at: distance, every, fee_bid: bid, side } = this.params;
    const [account] = this.accounts;
    const book = context.book!;
    const heldQ = context.view(account)?.positionQ ?? 0;
    if (heldQ === 0 || context.slot >= this.endSlot) {
      this.phase = 'leaving';
      this.leave(context);
      return;
    }
    const back: OrderSide = heldQ < 0 ? 'buy' : 'sell';
    const far = calculateMovedPrice(context.indexPrice, directionOf(side) * distance);
    const priceAtoms = alignPrice(far, back, book.params.tickAtoms);
    const own = book.ownOrders(account);
    if (own.length !== 1 || own[0]!.price !== priceAtoms) {
      if (own.length > 0) context.submit({ type: 'cancelAll', account }, bid);
      const order = { side: back, kind: 'limit' as const, priceAtoms, qtyQ: Math.abs(heldQ) };
      context.submit({ type: 'placeOrder', account, ...order, reduceOnly: true }, bid);
    }
    context.wakeAt(Math.min(this.endSlot, context.slot + every));
  }

  private leave(context: AgentContext): void {
    const [account] = this.accounts;
    const { fee_bid: bid } = this.params;
    if (context.book!.ownOrders(account).length > 0) context.submit({ type: 'cancelAll', account }, bid);
    this.departure.step(context, bid);
  }
}

export const liquidationHunter: AgentModule<LiquidationHunterParams> = {
  kind: 'liquidation_hunter',
  role: 'attacker',
  doc: 'Pushes the price with large orders until others are forced out, and closes into their flow. The index is not the book: it takes `impact` of the underlying to reach those who are levered.',
  params,
  hypothesis:
    'The forced flow that a push sets off moves the price further than the push itself costs; success is more withdrawn and left than deposited.',
  success: PROFIT,
  needsBook: () => true,
  create: (setup) => new LiquidationHunter(setup),
};
