import { z } from 'zod';
import { BPS } from '../../../engine/risk/index.ts';
import { alignPrice, alignSize } from '../../kernel/book_grid.ts';
import { duration, percent } from '../../scenario/units.ts';
import type { AccountView, Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import type { BookView, OrderSide } from '../book.ts';
import { Departure } from '../departure.ts';
import { calculateMovedPrice, calculateOpeningSizeQ } from '../sizing.ts';
import { PROFIT } from '../success.ts';
import { calculateStakeAtoms, isBroke } from '../target_position.ts';
import { positionParams, shareBudget } from './position_params.ts';

const params = z.strictObject({
  ...positionParams,
  edge: percent()
    .prefault('5 bps')
    .describe(
      'Takes what is better than the index by the taker fee and this much more; closing costs half a spread again.',
    ),
  every: duration(1).prefault('1 slots').describe('How often it compares the quotes with the index.'),
  hold: duration(1)
    .prefault('5 slots')
    .describe('Closes this long after its last take, when the makers have had time to follow.'),
  exit: z
    .enum(['take', 'rest'])
    .default('take')
    .describe('Closes at the prices of the makers, or waits on the book at the index.'),
  length: duration(1)
    .optional()
    .describe('Leaves the venue this long after its start; otherwise it goes on to the end.'),
});
type ToxicTakerParams = z.output<typeof params>;

/** More levels than it can want. */
const LEVELS = 16;

/** How much of the book's asks (to buy) or bids can be had at `limitPrice` or better, q-units. */
export function countWithin(book: BookView, side: OrderSide, limitPrice: number): number {
  return book
    .depth(side === 'buy' ? 'sell' : 'buy', LEVELS)
    .filter(({ price }) => (side === 'buy' ? price <= limitPrice : price >= limitPrice))
    .reduce((sum, { availableQ }) => sum + availableQ, 0);
}

/** Takes quotes that have not followed the index yet. */
class ToxicTaker implements Agent {
  readonly accounts: readonly [number];
  private readonly params: ToxicTakerParams;
  private readonly depositAtoms: number;
  private readonly departure: Departure;
  private readonly endSlot: number;
  private isInside = false;
  private exitSlot = 0;

  constructor({ allocateAccount, params, risk }: AgentSetup<ToxicTakerParams>) {
    this.params = params;
    this.depositAtoms = shareBudget(params.budget, 1, risk);
    this.accounts = [allocateAccount()];
    this.departure = new Departure(this.accounts[0]);
    this.endSlot = params.length === undefined ? Number.POSITIVE_INFINITY : params.start + params.length;
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.onWake(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    const { every, fee_bid: bid } = this.params;
    const [account] = this.accounts;
    if (!this.isInside) {
      this.isInside = true;
      context.submit({ type: 'deposit', account, amountAtoms: this.depositAtoms }, bid);
      context.wakeAt(context.slot + every);
      return;
    }
    if (context.slot >= this.endSlot) {
      if (context.book!.ownOrders(account).length > 0) context.submit({ type: 'cancelAll', account }, bid);
      this.departure.step(context, bid);
      return;
    }
    const view = context.view(account);
    if (view === undefined || isBroke(view)) return;
    context.wakeAt(Math.min(this.endSlot, context.slot + every));
    const isTaking = this.take(context, view, 'buy') || this.take(context, view, 'sell');
    if (isTaking) this.exitSlot = context.slot + this.params.hold;
    else if (view.positionQ !== 0 && context.slot >= this.exitSlot) this.close(context, view.positionQ);
  }

  /** Takes everything on one side that is worth it, as far as its capital goes; false if there is nothing. */
  private take(context: AgentContext, view: AccountView, side: OrderSide): boolean {
    const { edge, fee_bid: bid, leverage } = this.params;
    const { indexPrice, venue } = context;
    const book = context.book!;
    const sign = side === 'buy' ? 1 : -1;
    const worst = calculateMovedPrice(
      indexPrice,
      -sign * Math.min(BPS - 1, venue.params.tradingFeeBps + edge),
    );
    const priceAtoms = alignPrice(worst, side, book.params.tickAtoms);
    const limitQ = calculateOpeningSizeQ(calculateStakeAtoms(view), leverage, indexPrice, venue.params);
    const wantedQ = Math.min(countWithin(book, side, priceAtoms), limitQ - sign * view.positionQ);
    const qtyQ = alignSize(wantedQ, book.params.lotQ);
    if (qtyQ <= 0) return false;
    const [account] = this.accounts;
    context.submit({ type: 'placeOrder', account, side, kind: 'ioc', priceAtoms, qtyQ }, bid);
    return true;
  }

  private close(context: AgentContext, positionQ: number): void {
    const { exit, fee_bid: bid, hold } = this.params;
    const [account] = this.accounts;
    this.exitSlot = context.slot + hold;
    if (exit === 'take') {
      context.submit({ type: 'close', account, share: 1 }, bid);
      return;
    }
    // What waits from before is renewed at the index of now.
    const book = context.book!;
    if (book.ownOrders(account).length > 0) context.submit({ type: 'cancelAll', account }, bid);
    const side: OrderSide = positionQ > 0 ? 'sell' : 'buy';
    const priceAtoms = alignPrice(context.indexPrice, side, book.params.tickAtoms);
    const qtyQ = Math.abs(positionQ);
    context.submit(
      { type: 'placeOrder', account, side, kind: 'limit', priceAtoms, qtyQ, reduceOnly: true },
      bid,
    );
  }
}

export const toxicTaker: AgentModule<ToxicTakerParams> = {
  kind: 'toxic_taker',
  role: 'attacker',
  doc: 'Sees the index earlier than the makers of a book do (give them a latency) and takes their quotes before they follow it.',
  params,
  hypothesis:
    'Whoever is faster wins from makers what the index moved in between, unless a guard stops it; success is more withdrawn and left than deposited.',
  success: PROFIT,
  needsBook: () => true,
  create: (setup) => new ToxicTaker(setup),
};
