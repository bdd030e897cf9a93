import { z } from 'zod';
import { mulDivFloor } from '../../../engine/math/index.ts';
import { POS_SCALE } from '../../../engine/risk/index.ts';
import { alignPrice, alignSize } from '../../kernel/book_grid.ts';
import { money, percent } from '../../scenario/units.ts';
import type { Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';
import type { BookView, OrderSide, OwnOrder, PublicOrder } from '../book.ts';
import { calculateMovedPrice, calculateOpeningSizeQ } from '../sizing.ts';
import { PROFIT } from '../success.ts';
import { calculateStakeAtoms, isBroke } from '../target_position.ts';
import { positionParams, shareBudget } from './position_params.ts';
import { countWithin } from './toxic_taker.ts';

const params = z.strictObject({
  ...positionParams,
  front: z
    .enum(['take', 'wait'])
    .default('take')
    .describe(
      'Takes ahead of the victim at once, in the batch before it; or has orders wait that are older than the ' +
        "victim's and so are matched first at the same opening.",
    ),
  min_victim: money(1).prefault('1_000 USDC').describe('Goes after orders worth at least this.'),
  reach: percent(1, 9_999)
    .prefault('1 %')
    .describe('With `front: wait`, how far from the index its waiting orders may trade.'),
});
type SandwichParams = z.output<typeof params>;

const other = (side: OrderSide): OrderSide => (side === 'buy' ? 'sell' : 'buy');

/** Trades ahead of a waiting order that will cross, and with what is left of it afterwards. */
class Sandwich implements Agent {
  readonly accounts: readonly [number];
  private readonly params: SandwichParams;
  private readonly depositAtoms: number;
  private isInside = false;
  /** The batch in which it has done what there was to do. */
  private doneEpoch = 0;

  constructor({ allocateAccount, params, risk }: AgentSetup<SandwichParams>) {
    this.params = params;
    this.depositAtoms = shareBudget(params.budget, 1, risk);
    this.accounts = [allocateAccount()];
  }

  onStart(context: AgentContext): void {
    if (context.slot >= this.params.start) this.onWake(context);
    else context.wakeAt(this.params.start);
  }

  onWake(context: AgentContext): void {
    const { accounts, params } = this;
    const [account] = accounts;
    if (!this.isInside) {
      this.isInside = true;
      context.submit({ type: 'deposit', account, amountAtoms: this.depositAtoms }, params.fee_bid);
      context.wakeAt(context.slot + 1);
      return;
    }
    const view = context.view(account);
    if (view === undefined || isBroke(view)) return;
    context.wakeAt(context.slot + 1);
    const book = context.book!;
    const own = book.ownOrders(account);
    const isOver = own.some(({ isPending }) => !isPending) || (view.positionQ !== 0 && own.length === 0);
    if (isOver) {
      // The opening is over: whatever did not work out is given up at once.
      if (own.length > 0) context.submit({ type: 'cancelAll', account }, params.fee_bid);
      if (view.positionQ !== 0) context.submit({ type: 'close', account, share: 1 }, params.fee_bid);
      return;
    }
    if (this.doneEpoch === book.batchEpoch) return;
    const limitQ = calculateOpeningSizeQ(
      calculateStakeAtoms(view),
      params.leverage,
      context.indexPrice,
      context.venue.params,
    );
    if (params.front === 'take') this.takeAhead(context, limitQ);
    else this.waitAhead(context, own, limitQ);
  }

  private takeAhead(context: AgentContext, limitQ: number): void {
    const book = context.book!;
    const victim = this.findVictim(context, () => true);
    if (victim === undefined) return;
    this.doneEpoch = book.batchEpoch;
    const [account] = this.accounts;
    const { side } = victim;
    const limit = worstAhead(victim, book);
    const qtyQ = Math.min(countWithin(book, side, limit), this.sizeFor(book, victim, limitQ));
    if (qtyQ <= 0) return;
    const { fee_bid: bid } = this.params;
    context.submit({ type: 'placeOrder', account, side, kind: 'ioc', priceAtoms: limit, qtyQ }, bid);
    this.offerBack(context, victim, qtyQ);
  }

  /** At the beginning of a batch an order on each side; in its last slot only what suits a victim stays. */
  private waitAhead(context: AgentContext, own: readonly OwnOrder[], limitQ: number): void {
    const book = context.book!;
    const { indexPrice, slot } = context;
    const [account] = this.accounts;
    const { fee_bid: bid, reach } = this.params;
    if (own.length === 0) {
      // Where no order waits, its own would trade at once with the book.
      if (!book.params.pendingPromotion) return;
      const qtyQ = alignSize(limitQ, book.params.lotQ);
      if (qtyQ <= 0 || slot + 1 >= book.batchSlot + book.params.batchSlots) return;
      for (const side of ['buy', 'sell'] as const) {
        const worst = calculateMovedPrice(indexPrice, side === 'buy' ? reach : -reach);
        const priceAtoms = alignPrice(worst, side, book.params.tickAtoms);
        context.submit({ type: 'placeOrder', account, side, kind: 'limit', priceAtoms, qtyQ }, bid);
      }
      return;
    }
    if (slot + 1 < book.batchSlot + book.params.batchSlots) return;
    this.doneEpoch = book.batchEpoch;
    const victim = this.findVictim(context, ({ ref, side }) =>
      own.some((order) => order.side === side && order.ref.id < ref.id),
    );
    for (const order of own) {
      const { price, qtyQ, ref, side } = order;
      const wantedQ =
        victim === undefined || victim.side !== side
          ? 0
          : Math.min(
              countWithin(book, side, better(side, price, worstAhead(victim, book))),
              this.sizeFor(book, victim, qtyQ),
            );
      if (wantedQ <= 0) {
        context.submit({ type: 'cancelOrder', account, order: ref }, bid);
        continue;
      }
      // Smaller at the same price, it stays older than the victim.
      if (wantedQ < qtyQ)
        context.submit({ type: 'replaceOrder', account, order: ref, priceAtoms: price, qtyQ: wantedQ }, bid);
      this.offerBack(context, victim!, wantedQ);
    }
  }

  /** An order in the opposite direction at the victim's own price, matched right after it. */
  private offerBack(context: AgentContext, { price, side }: PublicOrder, qtyQ: number): void {
    const [account] = this.accounts;
    const order = { side: other(side), kind: 'limit' as const, priceAtoms: price, qtyQ };
    context.submit({ type: 'placeOrder', account, ...order }, this.params.fee_bid);
  }

  /** The largest waiting order that can be traded ahead of with a gain. */
  private findVictim(
    { book }: AgentContext,
    isPossible: (order: PublicOrder) => boolean,
  ): PublicOrder | undefined {
    return book!
      .pendingOrders()
      .filter(({ account, price, qtyQ }) => {
        const worth = mulDivFloor(qtyQ, price, POS_SCALE);
        return account !== this.accounts[0] && worth >= this.params.min_victim;
      })
      .filter((order) => countWithin(book!, order.side, worstAhead(order, book!)) > 0 && isPossible(order))
      .toSorted((a, b) => b.qtyQ - a.qtyQ || a.ref.id - b.ref.id)[0];
  }

  private sizeFor(book: BookView, { qtyQ }: PublicOrder, limitQ: number): number {
    return alignSize(Math.min(qtyQ, limitQ), book.params.lotQ);
  }
}

/** The worst price that leaves a tick of gain against the victim's own. */
function worstAhead({ price, side }: PublicOrder, { params }: BookView): number {
  return side === 'buy' ? price - params.tickAtoms : price + params.tickAtoms;
}

const better = (side: OrderSide, a: number, b: number) => (side === 'buy' ? Math.min(a, b) : Math.max(a, b));

export const sandwich: AgentModule<SandwichParams> = {
  kind: 'sandwich',
  role: 'attacker',
  doc: 'Sees an order that waits for the next batch and will cross, trades ahead of it, and sells back to it at its own limit price.',
  params,
  hypothesis:
    'Who sees a waiting order can empty the book in front of it and fill it at its limit, unless both legs fall into one batch, where the round-trip tax takes the gain; success is more withdrawn and left than deposited.',
  success: PROFIT,
  needsBook: () => true,
  create: (setup) => new Sandwich(setup),
};
