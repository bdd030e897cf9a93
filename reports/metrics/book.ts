import type { BookOrderRow, BookRow, BookSeriesRow, BookTradingRow } from '../../sim/record/types.ts';
import {
  calculateRatio,
  defineMetrics,
  type MetricDefinition,
  type MetricValue,
  maximum,
  minimum,
  sum,
  type View,
} from './definition.ts';

const BPS = 10_000;
const POS_SCALE = 1_000_000;

type Quoted = BookSeriesRow & { bestBid: number; bestAsk: number };
/** Whether both sides were there. */
export const isQuoted = (row: BookSeriesRow): row is Quoted => row.bestBid !== null && row.bestAsk !== null;

/** Difference of the quotes over their middle, bps. */
export const calculateSpread = ({ bestAsk, bestBid }: Quoted): number =>
  ((bestAsk - bestBid) / ((bestAsk + bestBid) / 2)) * BPS;

/** Size of a side at the index, quote atoms. */
const worthOf = (sizeQ: number, row: BookSeriesRow) => (sizeQ * row.indexPrice) / POS_SCALE;

const quoted = (view: View) => view.tables.bookSeries.filter(isQuoted);

/** Mean of a figure over rows; null if there are none. */
const mean = <Row>(rows: readonly Row[], pick: (row: Row) => number): MetricValue =>
  rows.length === 0 ? null : sum(rows, pick) / rows.length;

const quoteMetrics = defineMetrics('book', [
  {
    name: 'two_sided_share',
    unit: 'ratio',
    formula: 'samples with a bestBid and a bestAsk ÷ samples',
    source: 'book_series.csv',
    calculate: (view) => calculateRatio(quoted(view).length, view.tables.bookSeries.length),
  },
  {
    name: 'spread_mean',
    unit: 'bps',
    formula: 'mean of (bestAsk − bestBid) ÷ their middle × 10 000 over samples with both',
    source: 'book_series.csv',
    calculate: (view) => mean(quoted(view), calculateSpread),
  },
  {
    name: 'spread_max',
    unit: 'bps',
    formula: 'largest (bestAsk − bestBid) ÷ their middle × 10 000',
    source: 'book_series.csv',
    calculate: (view) => maximum(quoted(view), calculateSpread),
  },
  {
    name: 'depth_mean',
    unit: 'atoms',
    formula: 'mean of (bidDepthQ + askDepthQ) ÷ 2 · indexPrice ÷ 1 000 000: a side within depthBandBps',
    source: 'book_series.csv',
    calculate: (view) =>
      mean(view.tables.bookSeries, (row) => worthOf((row.bidDepthQ + row.askDepthQ) / 2, row)),
  },
  {
    name: 'depth_min',
    unit: 'atoms',
    formula: 'smallest min(bidDepthQ, askDepthQ) · indexPrice ÷ 1 000 000 once both sides were there',
    source: 'book_series.csv',
    calculate: (view) => {
      const rows = view.tables.bookSeries;
      const first = rows.findIndex(isQuoted);
      if (first < 0) return null;
      return minimum(rows.slice(first), (row) => worthOf(Math.min(row.bidDepthQ, row.askDepthQ), row));
    },
  },
  {
    name: 'premium_max',
    unit: 'bps',
    formula: 'largest |markPrice − indexPrice| ÷ indexPrice × 10 000',
    source: 'book_series.csv',
    calculate: (view) =>
      maximum(
        view.tables.bookSeries,
        (row) => (Math.abs(row.markPrice - row.indexPrice) / row.indexPrice) * BPS,
      ),
  },
  {
    name: 'held_mean',
    unit: 'atoms',
    formula: 'mean of heldAtoms: liquidity that reservations lock',
    source: 'book_series.csv',
    calculate: (view) => mean(view.tables.bookSeries, (row) => row.heldAtoms),
  },
]);

/** A gain per notional, bps; null without fills. */
export function calculatePerNotional(
  rows: readonly BookTradingRow[],
  pick: (row: BookTradingRow) => number,
): MetricValue {
  const share = calculateRatio(
    sum(rows, pick),
    sum(rows, (row) => row.notionalAtoms),
  );
  return share === null ? null : share * BPS;
}

/** What the fills came to in the end, charges included. */
export const calculateProfit = (row: BookTradingRow): number => row.gainAtoms - row.feesAtoms - row.taxAtoms;

/** What taking cost against the index of the moment, charges included. */
export const calculateCost = (row: BookTradingRow): number => row.feesAtoms + row.taxAtoms - row.edgeAtoms;

const makers = (view: View) => view.tables.bookTrading.filter(({ liquidity }) => liquidity === 'maker');
const takers = (view: View) => view.tables.bookTrading.filter(({ liquidity }) => liquidity === 'taker');

const MARKOUTS = [1, 5, 25, 125] as const;

/** Markouts of makers: the same figure at several horizons. */
const markoutMetrics = defineMetrics(
  'book',
  MARKOUTS.map((slots) => ({
    name: `maker_markout_${slots}`,
    unit: 'bps' as const,
    formula: `Σ markout${slots}Atoms ÷ Σ notionalAtoms of makers × 10 000: their gain against the index ${slots} slots after each fill, before fees`,
    source: 'book_trading.csv',
    calculate: (view: View) => calculatePerNotional(makers(view), (row) => row[`markout${slots}Atoms`]),
  })),
);

const tradingMetrics = defineMetrics('book', [
  {
    name: 'maker_edge',
    unit: 'bps',
    formula:
      'Σ edgeAtoms ÷ Σ notionalAtoms of makers × 10 000: their gain against the index of the fill, before fees',
    source: 'book_trading.csv',
    calculate: (view) => calculatePerNotional(makers(view), (row) => row.edgeAtoms),
  },
  {
    name: 'maker_profit',
    unit: 'atoms',
    formula: 'Σ gainAtoms − feesAtoms − taxAtoms of makers: their fills at the last undistorted price',
    source: 'book_trading.csv',
    calculate: (view) => sum(makers(view), calculateProfit),
  },
  {
    name: 'maker_profit_per_notional',
    unit: 'bps',
    formula: 'book.maker_profit ÷ Σ notionalAtoms of makers × 10 000',
    source: 'book_trading.csv',
    calculate: (view) => calculatePerNotional(makers(view), calculateProfit),
  },
  {
    name: 'taker_cost',
    unit: 'bps',
    formula:
      'Σ feesAtoms + taxAtoms − edgeAtoms ÷ Σ notionalAtoms of takers × 10 000: half the spread, impact and charges',
    source: 'book_trading.csv',
    calculate: (view) => calculatePerNotional(takers(view), calculateCost),
  },
  {
    name: 'taker_profit',
    unit: 'atoms',
    formula: 'Σ gainAtoms − feesAtoms − taxAtoms of takers: their fills at the last undistorted price',
    source: 'book_trading.csv',
    calculate: (view) => sum(takers(view), calculateProfit),
  },
]);

const ofOrders = (view: View, pick: (row: BookOrderRow) => number) => sum(view.tables.bookOrders, pick);
const ofBooks = (view: View, pick: (row: BookRow) => number) => sum(view.tables.books, pick);

const orderMetrics = defineMetrics('book', [
  {
    name: 'maker_fill_ratio',
    unit: 'ratio',
    formula: 'Σ filledQ ÷ Σ placedQ: of what rested or waited, the part that takers took',
    source: 'book_orders.csv',
    calculate: (view) =>
      calculateRatio(
        ofOrders(view, (row) => row.filledQ),
        ofOrders(view, (row) => row.placedQ),
      ),
  },
  {
    name: 'taker_fill_ratio',
    unit: 'ratio',
    formula: 'Σ takenQ ÷ Σ takingQ: of what takers asked for at once, the part they got',
    source: 'book_orders.csv',
    calculate: (view) =>
      calculateRatio(
        ofOrders(view, (row) => row.takenQ),
        ofOrders(view, (row) => row.takingQ),
      ),
  },
  {
    name: 'orders_peak',
    unit: 'ratio',
    formula: 'largest ordersPeak ÷ ordersCapacity',
    source: 'books.csv',
    calculate: (view) => maximum(view.tables.books, (row) => row.ordersPeak / row.ordersCapacity),
  },
  {
    name: 'refused_full',
    unit: 'count',
    formula: 'Σ fullRefusals: a pool or an account’s limit was full',
    source: 'books.csv',
    calculate: (view) => ofBooks(view, (row) => row.fullRefusals),
  },
  {
    name: 'refused_stale',
    unit: 'count',
    formula: 'Σ staleRefusals: reservations planned on another book',
    source: 'books.csv',
    calculate: (view) => ofBooks(view, (row) => row.staleRefusals),
  },
]);

const guardMetrics = defineMetrics('book', [
  {
    name: 'refused_kill_band',
    unit: 'count',
    formula: 'Σ killBandRefusals: takes and commits after a jump of the mark',
    source: 'books.csv',
    calculate: (view) => ofBooks(view, (row) => row.killBandRefusals),
  },
  {
    name: 'frozen_orders',
    unit: 'count',
    formula: 'Σ freezeSkips: orders that takers had to pass over after an opening',
    source: 'books.csv',
    calculate: (view) => ofBooks(view, (row) => row.freezeSkips),
  },
  {
    name: 'rebates_withheld',
    unit: 'atoms',
    formula: 'Σ jitWithheldAtoms: rebates that orders younger than their batch did not earn',
    source: 'books.csv',
    calculate: (view) => ofBooks(view, (row) => row.jitWithheldAtoms),
  },
  {
    name: 'round_trip_tax',
    unit: 'atoms',
    formula: 'Σ taxAtoms',
    source: 'books.csv',
    calculate: (view) => ofBooks(view, (row) => row.taxAtoms),
  },
  {
    name: 'dropped_orders',
    unit: 'count',
    formula: 'Σ droppedOrders: pending orders that did not outlive their opening',
    source: 'books.csv',
    calculate: (view) => ofBooks(view, (row) => row.droppedOrders),
  },
  {
    name: 'reductions',
    unit: 'count',
    formula: 'Σ reductions of accounts in the reduce band',
    source: 'books.csv',
    calculate: (view) => ofBooks(view, (row) => row.reductions),
  },
  {
    name: 'expired_holds',
    unit: 'count',
    formula: 'Σ expiredHolds',
    source: 'books.csv',
    calculate: (view) => ofBooks(view, (row) => row.expiredHolds),
  },
  {
    name: 'bonds_lost',
    unit: 'atoms',
    formula: 'Σ bondsLostAtoms: of reservations that were not committed',
    source: 'books.csv',
    calculate: (view) => ofBooks(view, (row) => row.bondsLostAtoms),
  },
]);

/** Numbers of slabs with an order book; a run without one does not list them. */
export const BOOK_METRICS: readonly MetricDefinition[] = [
  ...quoteMetrics,
  ...tradingMetrics,
  ...markoutMetrics,
  ...orderMetrics,
  ...guardMetrics,
];
