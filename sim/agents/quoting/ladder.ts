import { BPS } from '../../../engine/risk/index.ts';
import { alignPrice, alignSize } from '../../kernel/book_grid.ts';
import type { AgentContext } from '../agent.ts';
import type { BookView, OrderSide, OwnOrder } from '../book.ts';

/** An order that a maker wants to have on the book. */
export interface Quote {
  side: OrderSide;
  price: number;
  qtyQ: number;
}

export interface LadderSpec {
  /** Between bids and asks, and from it to the first of each; quote atoms, not rounded. */
  centre: number;
  halfSpread: number;
  levels: number;
  /** From one level to the next, quote atoms. */
  gap: number;
  sizeQ: number;
  /** By this multiple of `sizeQ` each further order is larger. */
  deepening: number;
  /** How much more the maker may buy and sell. */
  roomQ: Readonly<Record<OrderSide, number>>;
  /** Highest price of the venue. */
  maxPrice: number;
}

/**
 * Bids, best first, then asks. Prices are rounded to the tick away from the centre, each level at least a tick worse than
 * the one before; sizes are cut to the lot and to the room that is left.
 */
export function buildLadder(spec: LadderSpec, { lotQ, tickAtoms }: BookView['params']): Quote[] {
  const quotes: Quote[] = [];
  for (const side of ['buy', 'sell'] as const) {
    const sign = side === 'buy' ? -1 : 1;
    let left = spec.roomQ[side];
    let last: number | null = null;
    for (let level = 0; level < spec.levels; level += 1) {
      const wanted = alignPrice(spec.centre + sign * (spec.halfSpread + level * spec.gap), side, tickAtoms);
      const price: number = last === null ? wanted : worse(side, wanted, last + sign * tickAtoms);
      const qtyQ = alignSize(Math.min(spec.sizeQ * (1 + level * spec.deepening), left), lotQ);
      if (qtyQ <= 0 || price <= 0 || price > spec.maxPrice) break;
      quotes.push({ side, price, qtyQ });
      last = price;
      left -= qtyQ;
    }
  }
  return quotes;
}

const worse = (side: OrderSide, a: number, b: number) => (side === 'buy' ? Math.min(a, b) : Math.max(a, b));

export interface LadderOptions {
  kind: 'limit' | 'postOnly';
  toleranceBps: number;
  feeBidAtoms?: number;
}

/**
 * Asks for what turns the account's orders into the wanted ones: cancels what is out of place first, then places what is
 * missing. An order within `toleranceBps` of a wanted price stays in its queue; it is cut if it is more than a
 * quarter too large, and placed anew if less than half of it is left.
 */
export function submitLadder(
  context: AgentContext,
  account: number,
  wanted: readonly Quote[],
  { feeBidAtoms = 0, kind, toleranceBps }: LadderOptions,
): void {
  const unused = new Set(context.book!.ownOrders(account));
  const missing: Quote[] = [];
  const cuts: { own: OwnOrder; qtyQ: number }[] = [];
  for (const quote of wanted) {
    const own = findNearest(unused, quote, toleranceBps);
    if (own === undefined || own.qtyQ * 2 < quote.qtyQ) {
      missing.push(quote);
    } else {
      unused.delete(own);
      if (own.qtyQ * 4 > quote.qtyQ * 5) cuts.push({ own, qtyQ: quote.qtyQ });
    }
  }
  for (const { qtyQ, ref, reservedQ } of unused) {
    // What a hold has locked cannot be taken away.
    if (qtyQ > reservedQ) context.submit({ type: 'cancelOrder', account, order: ref }, feeBidAtoms);
  }
  for (const { own, qtyQ } of cuts) {
    if (qtyQ < own.reservedQ) continue;
    context.submit(
      { type: 'replaceOrder', account, order: own.ref, priceAtoms: own.price, qtyQ },
      feeBidAtoms,
    );
  }
  for (const { price: priceAtoms, qtyQ, side } of missing) {
    context.submit({ type: 'placeOrder', account, side, kind, priceAtoms, qtyQ }, feeBidAtoms);
  }
}

function findNearest(
  orders: ReadonlySet<OwnOrder>,
  { price, side }: Quote,
  toleranceBps: number,
): OwnOrder | undefined {
  let nearest: OwnOrder | undefined;
  for (const order of orders) {
    const distance = Math.abs(order.price - price);
    if (order.side !== side || distance * BPS > toleranceBps * price) continue;
    if (nearest === undefined || distance < Math.abs(nearest.price - price)) nearest = order;
  }
  return nearest;
}
