import { SLAB_LAYOUT, type SlabCapacities } from '../wire/slab_layout.ts';

export { POOL_MAX, QUOTE_LEVELS, type SlabCapacities } from '../wire/slab_layout.ts';

/** Where the words of each record stand (docs/slab.md, Memory). */
export const Book = SLAB_LAYOUT.book.at;
export const Quote = SLAB_LAYOUT.quote.at;
export const Trader = SLAB_LAYOUT.trader.at;
export const Order = SLAB_LAYOUT.order.at;
export const Level = SLAB_LAYOUT.level.at;
export const Node = SLAB_LAYOUT.node.at;
export const Hold = SLAB_LAYOUT.hold.at;
export const Slice = SLAB_LAYOUT.slice.at;
export const Trade = SLAB_LAYOUT.trade.at;
export const Aggressor = SLAB_LAYOUT.aggressor.at;

/** The quote cache follows the numbers of the book: bids, then asks, best first. */
export const QUOTES_AT = SLAB_LAYOUT.book.length;
export const QUOTE_WORDS = SLAB_LAYOUT.quote.length;

export const BUY = 0;
export const SELL = 1;
export type BookSide = 0 | 1;

/** Good till cancelled; never taking; rest dropped; everything or nothing. */
export const OrderKind = { Limit: 0, PostOnly: 1, Ioc: 2, Fok: 3 } as const;
export type OrderKind = (typeof OrderKind)[keyof typeof OrderKind];

export const OrderState = { Free: 0, Resting: 1, Pending: 2 } as const;

/** Bits of an order's flags. */
export const REDUCE_ONLY = 1;
export const POST_ONLY = 2;

/** Why (a part of) an order left the book unfilled: `z` of OrderCancelled. */
export const CancelReason = {
  /** Its owner said so, or replaced it. */
  Owner: 0,
  /** Its owner came as a taker. */
  SelfTrade: 1,
  /** Its owner's account could not take the fill. */
  MakerFailed: 2,
  /** It is reduce-only and there is nothing left to reduce. */
  NothingToReduce: 3,
  /** At its batch: post-only and crossing, a taker that failed, or a remainder that still crosses. */
  Dropped: 4,
  /** Its owner's account was closed. */
  AccountClosed: 5,
  /** Pruned out of a hold. */
  Pruned: 6,
} as const;
export type CancelReason = (typeof CancelReason)[keyof typeof CancelReason];

/** How a hold ended: `y` of HoldClosed. */
export const HoldEnd = { Committed: 0, Cancelled: 1, Expired: 2, Pruned: 3 } as const;
export type HoldEnd = (typeof HoldEnd)[keyof typeof HoldEnd];

/** The pools of a slab at full size (design 02 §1): 10 MiB hold them. */
export const DEFAULT_CAPACITIES: SlabCapacities = {
  maxSlots: 4_096,
  maxOrders: 30_000,
  maxHolds: 4_000,
  maxSlices: 16_000,
  maxTrades: 10_000,
  maxAggressors: 4_000,
};
