import {
  Book,
  type BookSide,
  Hold,
  Level,
  Order,
  OrderState,
  POST_ONLY,
  REDUCE_ONLY,
  Slice,
  Trader,
} from './constants.ts';
import { requireEnd } from './pools.ts';
import type { Slab } from './state.ts';

/** One price of the ladder. */
export interface DepthLevel {
  price: number;
  /** Without what is reserved; may be 0. */
  availableQ: number;
}

/** An order, resting or pending. */
export interface OrderView {
  index: number;
  id: number;
  account: number;
  side: BookSide;
  price: number;
  qty: number;
  reservedQ: number;
  isPending: boolean;
  isReduceOnly: boolean;
  isPostOnly: boolean;
  /** The batch in which it was submitted. */
  epoch: number;
}

export interface HoldView {
  index: number;
  id: number;
  route: number;
  account: number;
  side: BookSide;
  qty: number;
  notional: number;
  worstPrice: number;
  maxCharge: number;
  /** The last slot in which it can be committed. */
  expirySlot: number;
  mark: number;
  bond: number;
  /** By price: the orders' places in their pool and what is locked of each. */
  slices: { order: number; qty: number; notional: number }[];
}

export interface TraderView {
  openOrders: number;
  isDlp: boolean;
  holds: number;
  reservedNotional: number;
  lockedBond: number;
}

export function viewDepth(slab: Slab, side: BookSide, count: number): DepthLevel[] {
  const { levels, words } = slab;
  const found: DepthLevel[] = [];
  let level = slab.bestLevel(side);
  while (level !== 0 && found.length < count) {
    const at = levels.at(level);
    found.push({
      price: words[at + Level.price]!,
      availableQ: words[at + Level.totalQ]! - words[at + Level.reservedQ]!,
    });
    level = words[at + Level.next]!;
  }
  return found;
}

export function viewOrder(slab: Slab, index: number): OrderView | undefined {
  const { orders, words } = slab;
  if (!(index >= 0 && index < orders.capacity)) return undefined;
  const at = orders.at(index + 1);
  const state = words[at + Order.state]!;
  if (state === OrderState.Free) return undefined;
  const flags = words[at + Order.flags]!;
  return {
    index,
    id: words[at + Order.id]!,
    account: words[at + Order.account]!,
    side: words[at + Order.side] as BookSide,
    price: words[at + Order.price]!,
    qty: words[at + Order.qty]!,
    reservedQ: words[at + Order.reservedQ]!,
    isPending: state === OrderState.Pending,
    isReduceOnly: (flags & REDUCE_ONLY) !== 0,
    isPostOnly: (flags & POST_ONLY) !== 0,
    epoch: words[at + Order.epoch]!,
  };
}

export function viewHold(slab: Slab, index: number): HoldView | undefined {
  const { holds, slices, words } = slab;
  if (!(index >= 0 && index < holds.capacity)) return undefined;
  const at = holds.at(index + 1);
  const id = words[at + Hold.id]!;
  if (id === 0) return undefined;
  const locked: HoldView['slices'] = [];
  for (let link = words[at + Hold.slices]!; link !== 0; ) {
    const slice = slices.at(link);
    locked.push({
      order: words[slice + Slice.order]! - 1,
      qty: words[slice + Slice.qty]!,
      notional: words[slice + Slice.notional]!,
    });
    requireEnd(slices, locked.length);
    link = words[slice + Slice.next]!;
  }
  return {
    index,
    id,
    route: words[at + Hold.route]!,
    account: words[at + Hold.account]!,
    side: words[at + Hold.side] as BookSide,
    qty: words[at + Hold.qty]!,
    notional: words[at + Hold.notional]!,
    worstPrice: words[at + Hold.worstPrice]!,
    maxCharge: words[at + Hold.maxCharge]!,
    expirySlot: words[at + Hold.expirySlot]!,
    mark: words[at + Hold.mark]!,
    bond: words[at + Hold.bond]!,
    slices: locked,
  };
}

export function viewTrader(slab: Slab, account: number): TraderView {
  const { words } = slab;
  const at = slab.traderAt(account);
  return {
    openOrders: words[at + Trader.openOrders]!,
    isDlp: words[at + Trader.isDlp] === 1,
    holds: words[at + Trader.holds]!,
    reservedNotional: words[at + Trader.reservedNotional]!,
    lockedBond: words[at + Trader.lockedBond]!,
  };
}

export function listOrdersOf(slab: Slab, account: number): number[] {
  const { orders, words } = slab;
  const found: number[] = [];
  for (let link = words[slab.traderAt(account) + Trader.ordersHead]!; link !== 0; ) {
    found.push(link - 1);
    requireEnd(orders, found.length);
    link = words[orders.at(link) + Order.accountNext]!;
  }
  return found;
}

/** Places of the orders that wait for the next batch, oldest first. */
export function listPendingOrders(slab: Slab): number[] {
  const { orders, words } = slab;
  const found: number[] = [];
  for (let link = words[Book.pendingHead]!; link !== 0; ) {
    found.push(link - 1);
    requireEnd(orders, found.length);
    link = words[orders.at(link) + Order.next]!;
  }
  return found;
}

/** Places of an account's holds, by place. */
export function listHoldsOf(slab: Slab, account: number): number[] {
  const { holds, words } = slab;
  const found: number[] = [];
  for (let index = 0; index < words[Book.holdsFresh]!; index += 1) {
    const at = holds.at(index + 1);
    if (words[at + Hold.id] !== 0 && words[at + Hold.account] === account) found.push(index);
  }
  return found;
}
