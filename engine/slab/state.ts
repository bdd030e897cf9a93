import { MAX_SAFE } from '../math/index.ts';
import type { EventSink } from '../risk/events.ts';
import type { ExecuteTrade } from '../risk/instructions.ts';
import type { RiskParams } from '../risk/params.ts';
import { Market } from '../risk/state.ts';
import { SLAB_LAYOUT } from '../wire/slab_layout.ts';
import { Book, type BookSide, Level, QUOTE_LEVELS, SELL, type SlabCapacities } from './constants.ts';
import { refuse, type SlabErrorName } from './errors.ts';
import { type SlabParams, validateSlabCapacities, validateSlabParams } from './params.ts';
import { Pool } from './pools.ts';
import {
  type DepthLevel,
  type HoldView,
  listOrdersOf,
  type OrderView,
  type TraderView,
  viewDepth,
  viewHold,
  viewOrder,
  viewTrader,
} from './views.ts';
import { WordLog } from './word_log.ts';

export interface SlabOptions {
  params: RiskParams;
  slabParams: SlabParams;
  capacities: SlabCapacities;
  initSlot: number;
  initPrice: number;
  sink?: EventSink;
  /** See `MarketOptions`. */
  enforceEnvelope?: boolean;
  /** Not of words from outside, whose links may lie. */
  hasLadder?: boolean;
}

/** What the last successful instruction did. Sizes in q-units, amounts in quote atoms. */
export class SlabResult {
  /** Filled as a taker, and Σ floor(q·price/POS_SCALE) of it; of a reservation, what it locked and its notional. */
  filledQ = 0;
  notionalAtoms = 0;
  /** The order that rests or waits because of it, by its place in the pool; −1: none. */
  order = -1;
  orderId = 0;
  /** The hold that was made; −1: none. */
  hold = -1;
  holdId = 0;
  worstPrice = 0;
  maxChargeAtoms = 0;
  bondAtoms = 0;
  /** Round-trip tax charged. */
  taxAtoms = 0;
  /** Reward of `reduceBand`'s caller. */
  rewardAtoms = 0;
  /** Orders that takers had to pass over because of the freeze. */
  frozenOrders = 0;

  clear(): void {
    this.filledQ = 0;
    this.notionalAtoms = 0;
    this.order = -1;
    this.orderId = 0;
    this.hold = -1;
    this.holdId = 0;
    this.worstPrice = 0;
    this.maxChargeAtoms = 0;
    this.bondAtoms = 0;
    this.taxAtoms = 0;
    this.rewardAtoms = 0;
    this.frozenOrders = 0;
  }
}

/** What one walk through the book came to. */
export class Walk {
  filledQ = 0;
  /** Why the taker could not go on; null if it could. */
  error: SlabErrorName | null = null;
  /** Taker fees paid from capital, and the rebates out of them. */
  takerPaid = 0;
  rebates = 0;

  start(): void {
    this.filledQ = 0;
    this.error = null;
    this.takerPaid = 0;
    this.rebates = 0;
  }
}

function throwIssues(issues: readonly { field: string; message: string }[]): void {
  if (issues.length > 0) {
    throw new RangeError(issues.map(({ field, message }) => `${field} ${message}`).join('; '));
  }
}

/**
 * The whole state of one slab: its risk engine and the words of everything else, as they stand in the account behind the
 * parameters (docs/slab.md, Memory). A record is named by its link, index + 1. Read freely; write a record
 * only after `edit`.
 */
export class Slab {
  readonly market: Market;
  readonly params: SlabParams;
  readonly capacities: SlabCapacities;
  /** Book, quotes, traders, orders, levels, nodes, holds, slices, trades, aggressors. */
  readonly words: Float64Array;
  readonly lastResult = new SlabResult();

  /** Where record 0 would stand if links were indices: record `link` starts at base + link · length. */
  readonly traderBase: number;
  readonly tradeBase: number;
  readonly aggressorBase: number;
  readonly orders: Pool;
  readonly levels: Pool;
  readonly nodes: Pool;
  readonly holds: Pool;
  readonly slices: Pool;

  /** Of the running instruction: did a resting order change, and which sides' quotes (bit 0 bids, bit 1 asks)? */
  bookChanged = false;
  quotesChanged = 0;
  /** Of the running walk. */
  readonly walk = new Walk();
  /** The one trade instruction that all fills use. */
  readonly trade: ExecuteTrade & { maker: 'buyer' | 'seller' } = {
    op: 'executeTrade',
    buyer: 0,
    seller: 0,
    sizeQ: 0,
    executionPrice: 0,
    maker: 'seller',
    oraclePrice: 0,
    nowSlot: 0,
    fundingRate: 0,
  };
  /**
   * By price in ticks, modulo its length: the level that was found there last. It spares a walk through the tree; what it
   * says is checked, so it need not follow what is undone. With one entry it is never written.
   */
  readonly ladder: Uint16Array;
  private readonly log: WordLog;

  constructor(options: SlabOptions) {
    const { params, slabParams, capacities, initSlot, initPrice, sink } = options;
    const { enforceEnvelope = true, hasLadder = true } = options;
    throwIssues(validateSlabCapacities(capacities));
    throwIssues(validateSlabParams(slabParams, params));
    const { maxSlots, maxOrders, maxHolds, maxSlices, maxTrades, maxAggressors } = capacities;
    this.market = new Market({
      params,
      maxSlots,
      initSlot,
      initPrice,
      enforceEnvelope,
      ...(sink && { sink }),
    });
    this.params = slabParams;
    this.capacities = capacities;
    const { book, quote, trader, order, level, node, hold, slice, trade, aggressor } = SLAB_LAYOUT;
    let used = book.length + 2 * QUOTE_LEVELS * quote.length;
    const claim = (length: number, count: number): number => {
      const base = used - length;
      used += length * count;
      return base;
    };
    this.traderBase = claim(trader.length, maxSlots);
    this.orders = new Pool('orders', claim(order.length, maxOrders), order, maxOrders);
    this.levels = new Pool('levels', claim(level.length, maxOrders), level, maxOrders);
    this.nodes = new Pool('nodes', claim(node.length, maxOrders), node, maxOrders);
    this.holds = new Pool('holds', claim(hold.length, maxHolds), hold, maxHolds);
    this.slices = new Pool('slices', claim(slice.length, maxSlices), slice, maxSlices);
    this.tradeBase = claim(trade.length, maxTrades);
    this.aggressorBase = claim(aggressor.length, maxAggressors);
    this.words = new Float64Array(used);
    this.ladder = new Uint16Array(hasLadder ? 1 << (32 - Math.clz32(maxOrders - 1)) : 1);
    this.log = new WordLog(this.words);
    this.market.journal.companion = this.log;
    const { words } = this;
    words[Book.nextOrderId] = 1;
    words[Book.nextHoldId] = 1;
    words[Book.batchEpoch] = 1;
    words[Book.batchSlot] = initSlot;
    words[Book.batchMark] = initPrice;
  }

  /** Address of a pool's record, saved: it may be written directly. A savepoint of `market.journal` must be open. */
  edit(pool: Pool, link: number): number {
    const at = pool.at(link);
    this.log.save(at, pool.length);
    return at;
  }

  /** The same for a record just taken from its pool: all zeros from here. */
  editNew(pool: Pool, link: number): number {
    const at = this.edit(pool, link);
    for (let word = at; word < at + pool.length; word += 1) this.words[word] = 0;
    return at;
  }

  /** The same for so many words at an address. */
  editAt(address: number, length: number): number {
    this.log.save(address, length);
    return address;
  }

  /** Writes one word. */
  set(address: number, value: number): void {
    this.log.saveWord(address);
    this.words[address] = value;
  }

  /** Adds to one word; `CorruptState` if it was not what the rules leave behind, so that this takes it out of its range. */
  add(address: number, delta: number): void {
    this.log.saveWord(address);
    this.addSaved(address, delta);
  }

  /** The same to a word that was saved. */
  addSaved(address: number, delta: number): void {
    const word = this.words[address]! + delta;
    if (!(word >= 0 && word <= MAX_SAFE)) refuse('CorruptState');
    this.words[address] = word;
  }

  /** Addresses of words, with all that the last instruction changed, or an open savepoint has changed so far. */
  eachChange(visit: (address: number) => void): void {
    this.log.eachChange(visit);
  }

  editTrader(account: number): number {
    return this.editAt(this.traderAt(account), SLAB_LAYOUT.trader.length);
  }

  traderAt(account: number): number {
    if (!(account < this.capacities.maxSlots)) refuse('CorruptState');
    return this.traderBase + (account + 1) * SLAB_LAYOUT.trader.length;
  }

  aggressorAt(link: number): number {
    if (link > this.capacities.maxAggressors) refuse('CorruptState');
    return this.aggressorBase + link * SLAB_LAYOUT.aggressor.length;
  }

  tradeAt(row: number): number {
    return this.tradeBase + row * SLAB_LAYOUT.trade.length;
  }

  editTrade(row: number): number {
    return this.editAt(this.tradeAt(row), SLAB_LAYOUT.trade.length);
  }

  editAggressor(link: number): number {
    return this.editAt(this.aggressorAt(link), SLAB_LAYOUT.aggressor.length);
  }

  /** Link of the best level of a side; 0 if it is empty. */
  bestLevel(side: BookSide): number {
    return this.words[side === SELL ? Book.bestAsk : Book.bestBid]!;
  }

  private bestPrice(side: BookSide): number {
    const best = this.bestLevel(side);
    return best === 0 ? 0 : this.words[this.levels.at(best) + Level.price]!;
  }

  /** Price of the best buyer; 0 if there is none. Reserved quantity counts. */
  get bestBid(): number {
    return this.bestPrice(0);
  }

  get bestAsk(): number {
    return this.bestPrice(SELL);
  }

  get seqno(): number {
    return this.words[Book.seqno]!;
  }

  get batchEpoch(): number {
    return this.words[Book.batchEpoch]!;
  }

  get batchSlot(): number {
    return this.words[Book.batchSlot]!;
  }

  /** bps per slot over the risk engine's fundingScale. */
  get fundingRate(): number {
    return this.words[Book.fundingRate]!;
  }

  /** Up to `levels` levels of a side, best first, without what is reserved. */
  depth(side: BookSide, levels: number): DepthLevel[] {
    return viewDepth(this, side, levels);
  }

  /** The order at a place of the pool, resting or pending. */
  order(index: number): OrderView | undefined {
    return viewOrder(this, index);
  }

  hold(index: number): HoldView | undefined {
    return viewHold(this, index);
  }

  trader(account: number): TraderView {
    return viewTrader(this, account);
  }

  /** Places of an account's orders, newest first. */
  ordersOf(account: number): number[] {
    return listOrdersOf(this, account);
  }
}
