import { MAX_SAFE } from '../math/index.ts';
import { BPS, MAX_ACCOUNTS, MAX_ORACLE_PRICE, MAX_POSITION_ABS_Q } from '../risk/constants.ts';
import { declare, LAYOUT, type RecordLayout } from './layout.ts';

/** A slab's pools, each with a fixed number of entries. */
export interface SlabCapacities {
  maxSlots: number;
  maxOrders: number;
  maxHolds: number;
  maxSlices: number;
  maxTrades: number;
  maxAggressors: number;
}

/** First bytes of every slab account: "PERCSLAB". */
export const SLAB_MAGIC = Uint8Array.of(0x50, 0x45, 0x52, 0x43, 0x53, 0x4c, 0x41, 0x42);
/** Grows with every change of the layout. */
export const SLAB_LAYOUT_VERSION = 1;
/** Largest account the chain allows, in bytes. */
export const MAX_ACCOUNT_BYTES = 10_485_760;

/** Most entries of any pool but the accounts. */
export const POOL_MAX = 65_535;
/** How many levels a side the quote cache shows. */
export const QUOTE_LEVELS = 16;

type Words = readonly (readonly [name: string, min: number, max: number])[];

/** A record of words, and where each of them stands in it. */
export interface WordRecord<Name extends string> {
  readonly layout: RecordLayout;
  /** By name: words from the start of the record. */
  readonly at: Readonly<Record<Name, number>>;
  /** Words of the record. */
  readonly length: number;
}

function declareWords<const Declared extends Words>(
  ...declared: Declared
): WordRecord<Declared[number][0] & string> {
  const layout = declare(...declared);
  const at = Object.fromEntries(declared.map(([name], place) => [name, place]));
  return { layout, at: at as Record<Declared[number][0], number>, length: declared.length };
}

/** A link is index + 1. */
const LINK = [0, POOL_MAX] as const;
const NATURAL = [0, MAX_SAFE] as const;
const ACCOUNT = [0, MAX_ACCOUNTS - 1] as const;
const PRICE = [0, MAX_ORACLE_PRICE] as const;
const QTY = [0, MAX_POSITION_ABS_Q] as const;
const SLOTS = [1, 4_294_967_296] as const;
const FLAG = [0, 1] as const;

/** Parameters of a slab beside those of its risk engine, in the order of the account (docs/slab.md). */
export const SLAB_PARAM_RANGES = [
  ['tickAtoms', 1, MAX_ORACLE_PRICE],
  ['lotQ', 1, MAX_POSITION_ABS_Q],
  ['batchSlots', ...SLOTS],
  ['pendingPromotion', ...FLAG],
  ['freezeSlots', 0, SLOTS[1]],
  ['freezeLevels', 0, POOL_MAX],
  ['killBandBps', 0, BPS],
  ['reduceBandBps', 0, BPS],
  ['reduceSlipBps', 0, BPS],
  ['jitPenalty', ...FLAG],
  ['roundTripGuard', ...FLAG],
  ['routerOnly', ...FLAG],
  ['holdFeeBps', 0, BPS],
  ['maxHolds', 0, POOL_MAX],
  ['maxHoldSlots', 1, POOL_MAX],
  ['maxOrdersPerAccount', 1, POOL_MAX],
  ['markBandBps', 0, BPS],
  ['markWindowSlots', ...SLOTS],
  ['fundingKBps', 0, 1_000_000],
  ['fundingHorizonSlots', 1, 1_000_000_000],
  ['fundingCap', 0, BPS],
] as const;

/**
 * The records of a slab that lie beside those of its risk engine (docs/slab.md): declared here for both directions of the
 * wire and for the engine, which keeps them as words, and in `record!` of `programs/slab`.
 */
export const SLAB_LAYOUT = {
  header: declare(
    ['magic', 8],
    ['version', SLAB_LAYOUT_VERSION, SLAB_LAYOUT_VERSION],
    ['maxSlots', 1, MAX_ACCOUNTS],
    ['maxOrders', 1, POOL_MAX],
    ['maxHolds', 1, POOL_MAX],
    ['maxSlices', 1, POOL_MAX],
    ['maxTrades', 1, POOL_MAX],
    ['maxAggressors', 1, POOL_MAX],
    ['size', ...NATURAL],
    ['authority', 32],
    ['router', 32],
  ),
  slabParams: declareWords(...SLAB_PARAM_RANGES),
  book: declareWords(
    ['seqno', ...NATURAL],
    ['nextOrderId', 1, MAX_SAFE],
    ['nextHoldId', 1, MAX_SAFE],
    ['batchEpoch', 1, MAX_SAFE],
    ['batchSlot', ...NATURAL],
    ['batchMark', 1, 2 * MAX_ORACLE_PRICE],
    ['premiumEma', -MAX_ORACLE_PRICE, MAX_ORACLE_PRICE],
    ['premiumSlot', ...NATURAL],
    ['fundingRate', -BPS, BPS],
    ['tradeCount', ...NATURAL],
    ['aggressorsUsed', ...LINK],
    ['pendingHead', ...LINK],
    ['pendingTail', ...LINK],
    ['bidRoot', -POOL_MAX, POOL_MAX],
    ['askRoot', -POOL_MAX, POOL_MAX],
    ['bestBid', ...LINK],
    ['bestAsk', ...LINK],
    ['ordersFree', ...LINK],
    ['ordersFresh', ...LINK],
    ['ordersUsed', ...LINK],
    ['levelsFree', ...LINK],
    ['levelsFresh', ...LINK],
    ['levelsUsed', ...LINK],
    ['nodesFree', ...LINK],
    ['nodesFresh', ...LINK],
    ['nodesUsed', ...LINK],
    ['holdsFree', ...LINK],
    ['holdsFresh', ...LINK],
    ['holdsUsed', ...LINK],
    ['slicesFree', ...LINK],
    ['slicesFresh', ...LINK],
    ['slicesUsed', ...LINK],
  ),
  quote: declareWords(['price', ...PRICE], ['availableQ', ...NATURAL]),
  trader: declareWords(
    ['ordersHead', ...LINK],
    ['openOrders', ...LINK],
    ['isDlp', ...FLAG],
    ['holds', ...LINK],
    ['reservedNotional', ...NATURAL],
    ['lockedBond', ...NATURAL],
    ['aggressor', ...LINK],
    ['aggressorEpoch', ...NATURAL],
  ),
  order: declareWords(
    ['id', ...NATURAL],
    ['account', ...ACCOUNT],
    ['side', ...FLAG],
    ['price', ...PRICE],
    ['qty', ...QTY],
    ['reservedQ', ...QTY],
    ['state', 0, 2],
    ['flags', 0, 3],
    ['epoch', ...NATURAL],
    ['level', ...LINK],
    ['prev', ...LINK],
    ['next', ...LINK],
    ['accountPrev', ...LINK],
    ['accountNext', ...LINK],
    ['slices', ...LINK],
  ),
  level: declareWords(
    ['price', ...PRICE],
    ['head', ...LINK],
    ['tail', ...LINK],
    ['orders', ...LINK],
    ['totalQ', ...NATURAL],
    ['reservedQ', ...NATURAL],
    ['prev', ...LINK],
    ['next', ...LINK],
  ),
  node: declareWords(
    ['bit', 0, 63],
    ['left', -POOL_MAX, POOL_MAX],
    ['right', -POOL_MAX, POOL_MAX],
    ['next', ...LINK],
  ),
  hold: declareWords(
    ['id', ...NATURAL],
    ['route', ...NATURAL],
    ['account', ...ACCOUNT],
    ['side', ...FLAG],
    ['qty', ...QTY],
    ['notional', ...NATURAL],
    ['worstPrice', ...PRICE],
    ['maxCharge', ...NATURAL],
    ['expirySlot', ...NATURAL],
    ['mark', 0, 2 * MAX_ORACLE_PRICE],
    ['bond', ...NATURAL],
    ['slices', ...LINK],
    ['sliceCount', ...LINK],
    ['next', ...LINK],
  ),
  slice: declareWords(
    ['hold', ...LINK],
    ['order', ...LINK],
    ['qty', ...QTY],
    ['notional', ...NATURAL],
    ['next', ...LINK],
    ['orderPrev', ...LINK],
    ['orderNext', ...LINK],
  ),
  trade: declareWords(
    ['seq', ...NATURAL],
    ['slot', ...NATURAL],
    ['price', ...PRICE],
    ['qty', ...QTY],
    ['maker', ...ACCOUNT],
    ['taker', ...ACCOUNT],
    ['takerSide', ...FLAG],
    ['makerOrder', ...NATURAL],
  ),
  aggressor: declareWords(
    ['account', ...ACCOUNT],
    ['buyQ', ...NATURAL],
    ['buyNotional', ...NATURAL],
    ['sellQ', ...NATURAL],
    ['sellNotional', ...NATURAL],
    ['taxed', ...NATURAL],
  ),
} as const;

/** One part of the account: so many records of one layout, one after the other. */
export interface SlabArea {
  readonly name: string;
  readonly layout: RecordLayout;
  readonly count: number;
  /** Bytes from the start of the account. */
  readonly offset: number;
}

/** The areas of a slab's account in their order. */
export function listAreas(capacities: SlabCapacities): SlabArea[] {
  const { maxSlots, maxOrders, maxHolds, maxSlices, maxTrades, maxAggressors } = capacities;
  const { header, slabParams, book, quote, trader, order, level, node, hold, slice, trade, aggressor } =
    SLAB_LAYOUT;
  const parts: [string, RecordLayout, number][] = [
    ['header', header, 1],
    ['slabParams', slabParams.layout, 1],
    ['book', book.layout, 1],
    ['quotes', quote.layout, 2 * QUOTE_LEVELS],
    ['params', LAYOUT.params, 1],
    ['globals', LAYOUT.globals, 1],
    ['long', LAYOUT.side, 1],
    ['short', LAYOUT.side, 1],
    ['accounts', LAYOUT.account, maxSlots],
    ['traders', trader.layout, maxSlots],
    ['orders', order.layout, maxOrders],
    ['levels', level.layout, maxOrders],
    ['nodes', node.layout, maxOrders],
    ['holds', hold.layout, maxHolds],
    ['slices', slice.layout, maxSlices],
    ['trades', trade.layout, maxTrades],
    ['aggressors', aggressor.layout, maxAggressors],
  ];
  let offset = 0;
  return parts.map(([name, layout, count]) => {
    const area = { name, layout, count, offset };
    offset += count * layout.size;
    return area;
  });
}

/** Bytes before the accounts. */
export const HEAD_SIZE = listAreas({
  maxSlots: 0,
  maxOrders: 0,
  maxHolds: 0,
  maxSlices: 0,
  maxTrades: 0,
  maxAggressors: 0,
}).find(({ name }) => name === 'accounts')!.offset;

/** Bytes of a slab's account. */
export function calculateSlabSize(capacities: SlabCapacities): number {
  const last = listAreas(capacities).at(-1)!;
  return last.offset + last.count * last.layout.size;
}
