import { MAX_TRADE_SIZE_Q } from '../risk/constants.ts';
import {
  availableAt,
  cancelAvailable,
  createOrder,
  emitCancelled,
  findOrder,
  isCrossing,
  isWithin,
  removeOrder,
  restOrder,
  shrinkOrder,
  suspendOrder,
} from './book.ts';
import {
  Book,
  type BookSide,
  BUY,
  CancelReason,
  Level,
  Order,
  OrderKind,
  POST_ONLY,
  REDUCE_ONLY,
  SELL,
  Trader,
} from './constants.ts';
import { refuse } from './errors.ts';
import { fill, isLive } from './fills.ts';
import { clampReducing, requireInKillBand, taxRoundTrips } from './guards.ts';
import type { CancelOrder, PlaceOrder, ReplaceOrder, SlabInputs } from './instructions.ts';
import { calculateMarkPrice } from './mark.ts';
import type { Slab, Walk } from './state.ts';

/** How many of the best levels only orders live at the opening may fill from now. */
export function countFrozenLevels(slab: Slab, nowSlot: number): number {
  const { freezeLevels, freezeSlots } = slab.params;
  return nowSlot - slab.batchSlot < freezeSlots ? freezeLevels : 0;
}

/** One more level or order on a walk through a side; `CorruptState` if that can only be a walk in circles. */
export function countStep(slab: Slab, steps: number): number {
  if (steps >= 2 * slab.orders.capacity) refuse('CorruptState');
  return steps + 1;
}

/**
 * How much a resting order may trade now with a taker who wants `qty`. Cancels what is available of the taker's own orders
 * and of reduce-only ones with nothing to reduce, which offer 0.
 */
export function offer(slab: Slab, link: number, taker: number, qty: number): number {
  const { orders, words } = slab;
  const at = orders.at(link);
  const maker = words[at + Order.account]!;
  if (maker === taker) {
    cancelAvailable(slab, link, CancelReason.SelfTrade);
    return 0;
  }
  const q = Math.min(qty, availableAt(slab, at));
  if ((words[at + Order.flags]! & REDUCE_ONLY) === 0) return q;
  const reducing = clampReducing(slab, maker, words[at + Order.side] as BookSide, q);
  if (reducing === 0) cancelAvailable(slab, link, CancelReason.NothingToReduce);
  return reducing;
}

/** Fills up to `qty` from the contra side, best level first and first in first out; returns `slab.walk`. */
export function matchOrder(
  slab: Slab,
  taker: number,
  side: BookSide,
  limit: number,
  qty: number,
  inputs: SlabInputs,
): Walk {
  const { levels, orders, walk, words } = slab;
  walk.start();
  let frozen = countFrozenLevels(slab, inputs.nowSlot);
  let steps = 0;
  let level = slab.bestLevel(side === BUY ? SELL : BUY);
  while (level !== 0 && walk.filledQ < qty) {
    const levelAt = levels.at(level);
    if (!isWithin(side, words[levelAt + Level.price]!, limit)) break;
    steps = countStep(slab, steps);
    // Both are read before anything leaves: nothing but the order at hand does.
    level = words[levelAt + Level.next]!;
    let link = words[levelAt + Level.head]!;
    while (link !== 0 && walk.filledQ < qty) {
      const at = orders.at(link);
      steps = countStep(slab, steps);
      const next = words[at + Order.next]!;
      const isOffered = availableAt(slab, at) > 0;
      if (isOffered && frozen > 0 && !isLive(slab, at)) {
        slab.lastResult.frozenOrders += 1;
      } else if (isOffered) {
        if (!meet(slab, link, taker, qty - walk.filledQ, inputs)) {
          taxRoundTrips(slab, taker);
          return walk;
        }
      }
      link = next;
    }
    frozen -= 1;
  }
  taxRoundTrips(slab, taker);
  return walk;
}

/** The taker meets one order; false if the taker cannot go on. */
function meet(slab: Slab, link: number, taker: number, qty: number, inputs: SlabInputs): boolean {
  const q = offer(slab, link, taker, qty);
  if (q === 0) return true;
  const outcome = fill(slab, link, taker, q, inputs, 'match');
  if (outcome === 'takerFailed') return false;
  if (outcome === 'makerFailed') {
    slab.walk.error = null;
    cancelAvailable(slab, link, CancelReason.MakerFailed);
  }
  return true;
}

/** `InvalidPrice` unless it is a positive multiple of the tick within bounds. */
export function requirePrice(slab: Slab, price: number): void {
  const isInside = price > 0 && price <= slab.market.params.maxPrice;
  if (!isInside || price % slab.params.tickAtoms !== 0) refuse('InvalidPrice');
}

/** `InvalidQuantity` unless it is positive, within bounds and, if `inLots`, a multiple of the lot. */
export function requireQuantity(slab: Slab, qty: number, inLots: boolean): void {
  const isInside = qty > 0 && qty <= MAX_TRADE_SIZE_Q;
  if (!isInside || (inLots && qty % slab.params.lotQ !== 0)) refuse('InvalidQuantity');
}

const mayRest = (kind: OrderKind) => kind === OrderKind.Limit || kind === OrderKind.PostOnly;

/** `placeOrder` of docs/slab.md. */
export function placeOrder(slab: Slab, ix: PlaceOrder): void {
  const { account, kind, price, qty, reduceOnly, side } = ix;
  if (slab.market.account(account) === undefined) refuse('AccountNotFound');
  requirePrice(slab, price);
  requireQuantity(slab, qty, !reduceOnly);
  const open = slab.words[slab.traderAt(account) + Trader.openOrders]!;
  if (mayRest(kind) && open >= slab.params.maxOrdersPerAccount) refuse('TooManyOrders');
  submit(slab, account, side, kind, price, qty, reduceOnly, ix);
}

/** Places an order whose terms were checked. */
function submit(
  slab: Slab,
  account: number,
  side: BookSide,
  kind: OrderKind,
  price: number,
  qty: number,
  reduceOnly: boolean,
  inputs: SlabInputs,
): void {
  const isPostOnly = kind === OrderKind.PostOnly;
  const flags = (reduceOnly ? REDUCE_ONLY : 0) | (isPostOnly ? POST_ONLY : 0);
  if (slab.params.pendingPromotion && mayRest(kind)) {
    if (slab.words[slab.traderAt(account) + Trader.isDlp] === 0) {
      suspendOrder(slab, createOrder(slab, account, side, price, qty, flags));
      return;
    }
  }
  const isTaking = isCrossing(slab, side, price);
  if (isPostOnly) {
    if (isTaking) refuse('WouldCross');
    restOrder(slab, createOrder(slab, account, side, price, qty, flags));
    return;
  }
  if (isTaking)
    requireInKillBand(slab, calculateMarkPrice(slab, inputs.oraclePrice), slab.words[Book.batchMark]!);
  const wanted = reduceOnly ? clampReducing(slab, account, side, qty) : qty;
  if (wanted === 0) refuse('NothingToReduce');
  const { error, filledQ } = matchOrder(slab, account, side, price, wanted, inputs);
  if (error !== null && filledQ === 0) refuse(error);
  if (kind === OrderKind.Fok && filledQ < wanted) refuse('NotFilled');
  const rests = kind === OrderKind.Limit && filledQ < wanted && error === null;
  if (!rests || isCrossing(slab, side, price)) return;
  restOrder(slab, createOrder(slab, account, side, price, wanted - filledQ, flags));
}

/** The link of the order at this place with this id, if it is the account's. */
function findOwn(slab: Slab, account: number, place: number, id: number): number {
  const link = findOrder(slab, place, id);
  if (slab.words[slab.orders.at(link) + Order.account] !== account) refuse('Unauthorized');
  return link;
}

/** `cancelOrder` of docs/slab.md. */
export function cancelOrder(slab: Slab, ix: CancelOrder): void {
  const link = findOwn(slab, ix.account, ix.order, ix.id);
  if (availableAt(slab, slab.orders.at(link)) <= 0) refuse('OrderReserved');
  cancelAvailable(slab, link, CancelReason.Owner);
}

/** `replaceOrder` of docs/slab.md. */
export function replaceOrder(slab: Slab, ix: ReplaceOrder): void {
  const { orders, words } = slab;
  const link = findOwn(slab, ix.account, ix.order, ix.id);
  const at = orders.at(link);
  const flags = words[at + Order.flags]!;
  const reduceOnly = (flags & REDUCE_ONLY) !== 0;
  requirePrice(slab, ix.price);
  requireQuantity(slab, ix.qty, !reduceOnly);
  const reservedQ = words[at + Order.reservedQ]!;
  const removed = words[at + Order.qty]! - ix.qty;
  if (ix.price === words[at + Order.price] && removed > 0) {
    if (ix.qty < reservedQ) refuse('OrderReserved');
    emitCancelled(slab, link, removed, CancelReason.Owner);
    shrinkOrder(slab, link, removed);
    return;
  }
  if (reservedQ !== 0) refuse('OrderReserved');
  const side = words[at + Order.side] as BookSide;
  emitCancelled(slab, link, words[at + Order.qty]!, CancelReason.Owner);
  removeOrder(slab, link);
  const kind = (flags & POST_ONLY) !== 0 ? OrderKind.PostOnly : OrderKind.Limit;
  submit(slab, ix.account, side, kind, ix.price, ix.qty, reduceOnly, ix);
}
