/**
 * The order book as an agent sees and uses it, on slabs with `matcher: {kind: book}`; the rules are docs/slab.md.
 *
 * - `context.book` is there on such a slab only. What the market shows (quotes, depth, mark, trades, batch, seqno, pending
 *   orders) is as old as the agent's latency: with latency L it is what agents of slot − L saw when they were
 *   called; with latency 0 it is the book at this moment. An agent's own orders and holds are always live.
 * - `context.submit` takes the actions below beside the old ones. Prices must be on the tick and sizes on the lot
 *   (`alignPrice`, `alignSize` of sim/kernel/book_grid.ts), or the engine refuses them by name.
 * - `trade` and `close` work on a book as they do elsewhere: an IOC (`close` reduce-only) within `limitPrice`, or else
 *   within the slab's `max_slippage` of the index. `onFill` then says what was filled in all, at the average price; if
 *   nothing was, `onReject` says `NoLiquidity`.
 * - `onDone` says what came of an accepted book action: the order or hold it left, what it filled at once. A fill at
 *   once is also an `onFill` without `maker`. Each fill of a resting order is an `onFill` with `maker`, in the slot in
 *   which it happens, whatever the latency.
 * - An order of somebody who is no designated LP (`designated_lp: true` of a population group) waits as pending until the
 *   next batch opens, at the start of a slot before agents are called; `ownOrders` says which ones do.
 */
import type { SlabParams } from '../../engine/slab/index.ts';

export type OrderSide = 'buy' | 'sell';
/** Good till cancelled, the same but never taking, immediate or cancel, all at once or nothing. */
export type OrderKind = 'limit' | 'postOnly' | 'ioc' | 'fok';

/** An order or a hold: its place in the pool and its number, which must belong together. */
export interface BookRef {
  index: number;
  id: number;
}

/** What an agent may ask of a book. Prices quote atoms per base, sizes q-units, always positive. */
export type BookAction =
  | {
      type: 'placeOrder';
      account: number;
      side: OrderSide;
      kind: OrderKind;
      priceAtoms: number;
      qtyQ: number;
      /** Only ever reduces the position; exempt from the lot. */
      reduceOnly?: boolean;
    }
  /** Takes away what is not reserved of it. */
  | { type: 'cancelOrder'; account: number; order: BookRef }
  | { type: 'cancelAll'; account: number }
  /** Keeps its place in the queue only at the same price with a smaller size. */
  | { type: 'replaceOrder'; account: number; order: BookRef; priceAtoms: number; qtyQ: number }
  /** Locks liquidity up to the limit for `ttlSlots`, on the book that `seqno` names, against a bond. */
  | {
      type: 'reserve';
      account: number;
      side: OrderSide;
      qtyQ: number;
      limitPriceAtoms: number;
      ttlSlots: number;
      seqno: number;
    }
  /** Takes what a hold has locked, at the prices it was locked at. */
  | { type: 'commit'; account: number; hold: BookRef }
  /** Lets a hold go; its bond is lost. */
  | { type: 'cancelHold'; account: number; hold: BookRef }
  /** Anybody: ends an expired hold (the slab does so itself at the start of each slot). */
  | { type: 'releaseHold'; hold: BookRef }
  /** Anybody: takes an order out of a hold whose maker could not fill it. */
  | { type: 'prune'; hold: BookRef; order: BookRef }
  /** Anybody with an account of its own: stage 1 of a liquidation, reduces any account in the reduce band. */
  | { type: 'reduceBand'; account: number };

/** What came of a book action that went through. */
export interface BookResult {
  /** Filled at once, q-units, and what that came to at the prices of the makers. */
  filledQ: number;
  notionalAtoms: number;
  /** The order that it left, resting or pending; null if it left none. */
  order: BookRef | null;
  /** The hold that `reserve` made; `filledQ` and `notionalAtoms` are then what it locks. */
  hold: BookRef | null;
}

/** One price of the ladder, without what is reserved. */
export interface DepthLevel {
  price: number;
  availableQ: number;
}

export interface PublicOrder {
  ref: BookRef;
  account: number;
  side: OrderSide;
  price: number;
  qtyQ: number;
}

/** An order of the agent itself. */
export interface OwnOrder extends PublicOrder {
  reservedQ: number;
  /** It waits for the next batch. */
  isPending: boolean;
  reduceOnly: boolean;
}

/** A hold of the agent itself; the last slot in which it can be committed. */
export interface OwnHold {
  ref: BookRef;
  side: OrderSide;
  qtyQ: number;
  notionalAtoms: number;
  worstPrice: number;
  bondAtoms: number;
  expirySlot: number;
}

/** A trade between anybody (public chain state). */
export interface PublicTrade {
  slot: number;
  price: number;
  qtyQ: number;
  maker: number;
  taker: number;
  /** What the taker did. */
  takerSide: OrderSide;
}

/** See the head of this file for how old each part is. */
export interface BookView {
  /** Tick, lot, guards and limits: constant. */
  readonly params: SlabParams;
  /** 0 if the side is empty. */
  readonly bestBid: number;
  readonly bestAsk: number;
  /** Between best bid and ask, rounded down; null unless there are both. */
  readonly midPrice: number | null;
  /** Index + the clamped premium of the book, as of the last batch. */
  readonly markPrice: number;
  /** Price of the latest trade; 0 before the first. */
  readonly lastPrice: number;
  readonly seqno: number;
  readonly batchEpoch: number;
  /** When this batch opened; the next one does at batchSlot + params.batchSlots. */
  readonly batchSlot: number;
  /** Up to 16 levels of buyers or sellers, best first. Reserved quantity is left out, so a level may be empty. */
  depth(side: OrderSide, levels: number): readonly DepthLevel[];
  /** Trades since the opening of a slot, oldest first, as far as the slab keeps them. */
  trades(fromSlot: number): readonly PublicTrade[];
  /** Orders of anybody that wait for the next batch, oldest first (public chain state). */
  pendingOrders(): readonly PublicOrder[];
  /** Own orders, in the order in which they were placed. */
  ownOrders(account: number): readonly OwnOrder[];
  ownHolds(account: number): readonly OwnHold[];
}
