/** What a slab with an order book records beside the tables of every slab; units as in types.ts. */

/** One row per (slab with a book, sampled slot). */
export interface BookSeriesRow {
  slab: string;
  slot: number;
  indexPrice: number;
  markPrice: number;
  /** Null while the side is empty. */
  bestBid: number | null;
  bestAsk: number | null;
  /** Between the two, rounded down; null while a side is empty. */
  midPrice: number | null;
  /** Of the latest trade; null before the first. */
  lastPrice: number | null;
  /** Unreserved, within `depth_within` of the mid, or of the index while a side is empty. */
  bidDepthQ: number;
  askDepthQ: number;
  /** Resting and pending. */
  openOrders: number;
  /** Reservations: how many, what they lock and the bonds behind them. */
  holds: number;
  heldQ: number;
  heldAtoms: number;
  bondsAtoms: number;
  /** As the risk engine takes it: bps per slot over its `funding_scale`. */
  fundingRate: number;
  batchEpoch: number;
  /** Cumulative since the start. */
  trades: number;
  tradedQ: number;
  tradedAtoms: number;
}

/**
 * What a group's fills came to as makers or as takers: one row per (slab with a book, group, way). Gains compare the
 * price of a fill with the index some slots after it (with the last one, once the run is over), before fees.
 */
export interface BookTradingRow {
  slab: string;
  group: string;
  liquidity: 'maker' | 'taker';
  fills: number;
  sizeQ: number;
  notionalAtoms: number;
  /** Trading fees charged, less rebates. */
  feesAtoms: number;
  /** Round-trip tax charged. */
  taxAtoms: number;
  /** Against the index of the fill's own slot: the spread earned (maker) or paid (taker, negative). */
  edgeAtoms: number;
  markout1Atoms: number;
  markout5Atoms: number;
  markout25Atoms: number;
  markout125Atoms: number;
  /** Against the undistorted price at the end of the run: the profit or loss of these fills. */
  gainAtoms: number;
}

/** What a group asked of the book: one row per (slab with a book, group). */
export interface BookOrderRow {
  slab: string;
  group: string;
  /** Orders that rested or waited for a batch, and what of them was filled by takers or taken away. */
  placed: number;
  placedQ: number;
  filledQ: number;
  cancelledQ: number;
  /** Taken away by the rules: self-trade, failing maker, nothing to reduce, dropped at an opening, closed, pruned. */
  droppedQ: number;
  /** Orders that take at once or not at all (IOC, FOK, `trade`, `close`), and what they got. */
  taking: number;
  takingQ: number;
  takenQ: number;
  tookNothing: number;
  /** Reservations: made, their notional, notional × slots they locked, how they ended, and the bonds they lost. */
  holds: number;
  heldAtoms: number;
  heldAtomSlots: number;
  holdsCommitted: number;
  bondsLostAtoms: number;
  /** Reductions of others in the reduce band, and what their rewards came to. */
  reductions: number;
  reductionRewardAtoms: number;
  /** Hedges that its agents hold elsewhere, at the undistorted price and after their costs; in no other figure. */
  outsideAtoms: number;
}

/** One row per slab with a book: its limits, how full it got, and how often each guard fired. */
export interface BookRow {
  slab: string;
  tickAtoms: number;
  lotQ: number;
  batchSlots: number;
  depthBandBps: number;
  ordersCapacity: number;
  ordersPeak: number;
  holdsCapacity: number;
  holdsPeak: number;
  batches: number;
  /** Takes and commits refused. */
  killBandRefusals: number;
  /** Orders that a taker had to pass over. */
  freezeSkips: number;
  /** Fills without the rebate that the maker's order would have earned, and these rebates. */
  jitFills: number;
  jitWithheldAtoms: number;
  taxes: number;
  taxAtoms: number;
  reductions: number;
  reducedQ: number;
  /** Pending orders that did not outlive their opening. */
  droppedOrders: number;
  expiredHolds: number;
  bondsLostAtoms: number;
  /** Routes planned on another book. */
  staleRefusals: number;
  /** Refused because a pool or an account's limit was full. */
  fullRefusals: number;
}

export interface BookTables {
  bookSeries: BookSeriesRow[];
  bookTrading: BookTradingRow[];
  bookOrders: BookOrderRow[];
  books: BookRow[];
}
