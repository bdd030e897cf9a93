import { Book, Trade } from '../../engine/slab/constants.ts';
import {
  BUY,
  calculateMarkPrice,
  listHoldsOf,
  listPendingOrders,
  QUOTE_LEVELS,
  SELL,
  type Slab,
  type SlabParams,
} from '../../engine/slab/index.ts';
import type {
  BookView,
  DepthLevel,
  OrderSide,
  OwnHold,
  OwnOrder,
  PublicOrder,
  PublicTrade,
} from '../agents/book.ts';
import type { Executor } from './executor.ts';

const sideOf = (side: 0 | 1): OrderSide => (side === BUY ? 'buy' : 'sell');

/** Price of the latest trade; 0 before the first. */
export function readLastPrice(slab: Slab): number {
  const count = slab.words[Book.tradeCount]!;
  if (count === 0) return 0;
  const link = ((count - 1) % slab.capacities.maxTrades) + 1;
  return slab.words[slab.tradeAt(link) + Trade.price]!;
}

/** The book at this moment. */
export class LiveBook implements BookView {
  protected readonly slab: Slab;
  private readonly executor: Executor;

  constructor(slab: Slab, executor: Executor) {
    this.slab = slab;
    this.executor = executor;
  }

  get params(): SlabParams {
    return this.slab.params;
  }

  get bestBid(): number {
    return this.slab.bestBid;
  }

  get bestAsk(): number {
    return this.slab.bestAsk;
  }

  get midPrice(): number | null {
    const { bestAsk, bestBid } = this;
    return bestBid === 0 || bestAsk === 0 ? null : Math.floor((bestBid + bestAsk) / 2);
  }

  get markPrice(): number {
    return calculateMarkPrice(this.slab, this.executor.indexPrice);
  }

  get lastPrice(): number {
    return readLastPrice(this.slab);
  }

  get seqno(): number {
    return this.slab.seqno;
  }

  get batchEpoch(): number {
    return this.slab.batchEpoch;
  }

  get batchSlot(): number {
    return this.slab.batchSlot;
  }

  depth(side: OrderSide, levels: number): readonly DepthLevel[] {
    return this.slab.depth(side === 'buy' ? BUY : SELL, Math.min(levels, QUOTE_LEVELS));
  }

  trades(fromSlot: number): readonly PublicTrade[] {
    return this.listTrades(fromSlot, this.slab.words[Book.tradeCount]!);
  }

  /** Those with a number below the bound. */
  protected listTrades(fromSlot: number, endSeq: number): PublicTrade[] {
    const { capacities, words } = this.slab;
    const found: PublicTrade[] = [];
    const kept = Math.max(0, words[Book.tradeCount]! - capacities.maxTrades);
    for (let seq = endSeq - 1; seq >= kept; seq -= 1) {
      const at = this.slab.tradeAt((seq % capacities.maxTrades) + 1);
      const slot = words[at + Trade.slot]!;
      if (slot < fromSlot) break;
      found.push({
        slot,
        price: words[at + Trade.price]!,
        qtyQ: words[at + Trade.qty]!,
        maker: words[at + Trade.maker]!,
        taker: words[at + Trade.taker]!,
        takerSide: sideOf(words[at + Trade.takerSide] === BUY ? BUY : SELL),
      });
    }
    return found.reverse();
  }

  pendingOrders(): readonly PublicOrder[] {
    return this.listPending(Number.POSITIVE_INFINITY);
  }

  /** Those with an id below the bound. */
  protected listPending(endId: number): PublicOrder[] {
    return listPendingOrders(this.slab)
      .map((place) => this.slab.order(place)!)
      .filter(({ id }) => id < endId)
      .map(({ index, id, account, side, price, qty }) => {
        return { ref: { index, id }, account, side: sideOf(side), price, qtyQ: qty };
      });
  }

  ownOrders(account: number): readonly OwnOrder[] {
    return this.slab
      .ordersOf(account)
      .map((place): OwnOrder => {
        const { id, side, price, qty, reservedQ, isPending, isReduceOnly } = this.slab.order(place)!;
        return {
          ref: { index: place, id },
          account,
          side: sideOf(side),
          price,
          qtyQ: qty,
          reservedQ,
          isPending,
          reduceOnly: isReduceOnly,
        };
      })
      .sort((a, b) => a.ref.id - b.ref.id);
  }

  ownHolds(account: number): readonly OwnHold[] {
    if (this.slab.trader(account).holds === 0) return [];
    return listHoldsOf(this.slab, account).map((place): OwnHold => {
      const { id, side, qty, notional, worstPrice, bond, expirySlot } = this.slab.hold(place)!;
      return {
        ref: { index: place, id },
        side: sideOf(side),
        qtyQ: qty,
        notionalAtoms: notional,
        worstPrice,
        bondAtoms: bond,
        expirySlot,
      };
    });
  }
}

/** Words of a snapshot; the quotes come after them. */
const Seen = {
  bestBid: 0,
  bestAsk: 1,
  mark: 2,
  last: 3,
  seqno: 4,
  batchEpoch: 5,
  batchSlot: 6,
  nextOrderId: 7,
  tradeCount: 8,
} as const;
const HEAD = 9;
const WIDTH = HEAD + 2 * 2 * QUOTE_LEVELS;

/** What the market showed in the last few slots, a row a slot. */
export class BookHistory {
  private readonly slab: Slab;
  private readonly rows: Float64Array;
  private readonly length: number;

  /** Looks back over `slots` slots at most. */
  constructor(slab: Slab, slots: number) {
    this.slab = slab;
    this.length = slots + 1;
    this.rows = new Float64Array(this.length * WIDTH);
  }

  /** Keeps what the book shows now as that of `slot`. */
  record(slot: number, live: LiveBook): void {
    const { rows } = this;
    const at = this.offset(slot);
    rows[at + Seen.bestBid] = live.bestBid;
    rows[at + Seen.bestAsk] = live.bestAsk;
    rows[at + Seen.mark] = live.markPrice;
    rows[at + Seen.last] = live.lastPrice;
    rows[at + Seen.seqno] = live.seqno;
    rows[at + Seen.batchEpoch] = live.batchEpoch;
    rows[at + Seen.batchSlot] = live.batchSlot;
    rows[at + Seen.nextOrderId] = this.slab.words[Book.nextOrderId]!;
    rows[at + Seen.tradeCount] = this.slab.words[Book.tradeCount]!;
    this.recordSide(at + HEAD, 'buy', live);
    this.recordSide(at + HEAD + 2 * QUOTE_LEVELS, 'sell', live);
  }

  private recordSide(at: number, side: OrderSide, live: LiveBook): void {
    const { rows } = this;
    rows.fill(0, at, at + 2 * QUOTE_LEVELS);
    live.depth(side, QUOTE_LEVELS).forEach(({ price, availableQ }, level) => {
      rows[at + 2 * level] = price;
      rows[at + 2 * level + 1] = availableQ;
    });
  }

  read(slot: number, word: number): number {
    return this.rows[this.offset(slot) + word]!;
  }

  depth(slot: number, side: OrderSide, levels: number): DepthLevel[] {
    const at = this.offset(slot) + HEAD + (side === 'buy' ? 0 : 2 * QUOTE_LEVELS);
    const found: DepthLevel[] = [];
    for (let level = 0; level < Math.min(levels, QUOTE_LEVELS); level += 1) {
      const price = this.rows[at + 2 * level]!;
      if (price === 0) break;
      found.push({ price, availableQ: this.rows[at + 2 * level + 1]! });
    }
    return found;
  }

  private offset(slot: number): number {
    return (slot % this.length) * WIDTH;
  }
}

/** The book as it was when the agents of an earlier slot were called; own orders and holds as they are now. */
export class PastBook extends LiveBook {
  private readonly history: BookHistory;
  private readonly clock: Executor;
  private readonly latencySlots: number;

  constructor(slab: Slab, executor: Executor, history: BookHistory, latencySlots: number) {
    super(slab, executor);
    this.history = history;
    this.clock = executor;
    this.latencySlots = latencySlots;
  }

  private get seenSlot(): number {
    return Math.max(0, this.clock.slot - this.latencySlots);
  }

  private recall(word: number): number {
    return this.history.read(this.seenSlot, word);
  }

  override get bestBid(): number {
    return this.recall(Seen.bestBid);
  }

  override get bestAsk(): number {
    return this.recall(Seen.bestAsk);
  }

  override get markPrice(): number {
    return this.recall(Seen.mark);
  }

  override get lastPrice(): number {
    return this.recall(Seen.last);
  }

  override get seqno(): number {
    return this.recall(Seen.seqno);
  }

  override get batchEpoch(): number {
    return this.recall(Seen.batchEpoch);
  }

  override get batchSlot(): number {
    return this.recall(Seen.batchSlot);
  }

  override depth(side: OrderSide, levels: number): readonly DepthLevel[] {
    return this.history.depth(this.seenSlot, side, levels);
  }

  override trades(fromSlot: number): readonly PublicTrade[] {
    return this.listTrades(fromSlot, this.recall(Seen.tradeCount));
  }

  override pendingOrders(): readonly PublicOrder[] {
    return this.listPending(this.recall(Seen.nextOrderId));
  }
}
