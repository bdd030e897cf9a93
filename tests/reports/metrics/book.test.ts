import { describe, expect, test } from 'vitest';
import { BOOK_METRICS } from '../../../reports/metrics/book.ts';
import { BOOK_GROUP_METRICS, calculateBookGroup } from '../../../reports/metrics/book_groups.ts';
import { calculateSummary, METRICS } from '../../../reports/metrics/index.ts';
import type {
  BookOrderRow,
  BookRow,
  BookSeriesRow,
  BookTables,
  BookTradingRow,
} from '../../../sim/record/book_types.ts';
import { makeRecord, makeSlab, USD } from '../fixture.ts';

const SAMPLE: BookSeriesRow = {
  slab: 'btc',
  slot: 0,
  indexPrice: 100 * USD,
  markPrice: 100 * USD,
  bestBid: null,
  bestAsk: null,
  lastPrice: null,
  bidDepthQ: 0,
  askDepthQ: 0,
  openOrders: 0,
  holds: 0,
  heldQ: 0,
  heldAtoms: 0,
  bondsAtoms: 0,
  fundingRate: 0,
  batchEpoch: 1,
  trades: 0,
  tradedQ: 0,
  tradedAtoms: 0,
};
const TRADING: BookTradingRow = {
  slab: 'btc',
  group: 'desk',
  liquidity: 'maker',
  fills: 2,
  sizeQ: 20e6,
  notionalAtoms: 2_000 * USD,
  feesAtoms: -0.4 * USD,
  taxAtoms: 0,
  edgeAtoms: 3 * USD,
  markout1Atoms: 2 * USD,
  markout5Atoms: 1 * USD,
  markout25Atoms: -1 * USD,
  markout125Atoms: -2 * USD,
  gainAtoms: -5 * USD,
};
const TAKING: BookTradingRow = {
  ...TRADING,
  group: 'retail',
  liquidity: 'taker',
  feesAtoms: 1 * USD,
  taxAtoms: 0.2 * USD,
  edgeAtoms: -3 * USD,
  gainAtoms: 5 * USD,
};
const ORDERS: BookOrderRow = {
  slab: 'btc',
  group: 'desk',
  placed: 4,
  placedQ: 80e6,
  filledQ: 20e6,
  cancelledQ: 50e6,
  droppedQ: 0,
  taking: 0,
  takingQ: 0,
  takenQ: 0,
  tookNothing: 0,
  holds: 3,
  heldAtoms: 30 * USD,
  heldAtomSlots: 90 * USD,
  holdsCommitted: 1,
  bondsLostAtoms: 0.5 * USD,
  reductions: 0,
  reductionRewardAtoms: 0,
  outsideAtoms: 0,
};
const BOOK: BookRow = {
  slab: 'btc',
  tickAtoms: 1,
  lotQ: 1,
  batchSlots: 1,
  depthBandBps: 100,
  ordersCapacity: 64,
  ordersPeak: 16,
  holdsCapacity: 8,
  holdsPeak: 3,
  batches: 20,
  killBandRefusals: 1,
  freezeSkips: 2,
  jitFills: 3,
  jitWithheldAtoms: 4,
  taxes: 5,
  taxAtoms: 6,
  reductions: 7,
  reducedQ: 8,
  droppedOrders: 9,
  expiredHolds: 10,
  bondsLostAtoms: 11,
  staleRefusals: 12,
  fullRefusals: 13,
};

const TABLES: BookTables = {
  bookSeries: [
    SAMPLE,
    // Spread 2 of 100: 200 bps. A side of 1 and one of 3 at 100: 200 on average, 100 at least.
    { ...SAMPLE, slot: 1, bestBid: 99 * USD, bestAsk: 101 * USD, bidDepthQ: 1e6, askDepthQ: 3e6 },
    // Spread 1 of 200: 50 bps. 2 and 1 at 200: 300 and 200. The mark is 1 of 200 above: 50 bps.
    {
      ...SAMPLE,
      slot: 2,
      indexPrice: 200 * USD,
      markPrice: 201 * USD,
      bestBid: 199.5 * USD,
      bestAsk: 200.5 * USD,
      bidDepthQ: 2e6,
      askDepthQ: 1e6,
      heldAtoms: 60 * USD,
    },
    // One side is gone: no spread, and a depth of nothing there.
    { ...SAMPLE, slot: 3, bestBid: 99 * USD, bidDepthQ: 2e6 },
  ],
  bookTrading: [TRADING, TAKING],
  bookOrders: [ORDERS, { ...ORDERS, group: 'retail', placedQ: 0, filledQ: 0, takingQ: 40e6, takenQ: 20e6 }],
  books: [BOOK],
};

function measure(name: string): number | null {
  const slabs = [makeSlab('btc')];
  const record = makeRecord({ slots: 4, slotsDone: 4, slabs });
  const tables = { ...record.tables, ...TABLES };
  const metric = BOOK_METRICS.find((candidate) => candidate.name === name);
  if (metric === undefined) throw new Error(`no metric ${name}`);
  return metric.calculate({ record, slabs, tables });
}

const EXPECTED: Readonly<Record<string, number>> = {
  'book.two_sided_share': 2 / 4,
  'book.spread_mean': (200 + 50) / 2,
  'book.spread_max': 200,
  // 0, (100 + 300) / 2, (400 + 200) / 2, 200 / 2.
  'book.depth_mean': ((0 + 200 + 300 + 100) / 4) * USD,
  'book.depth_min': 0,
  'book.premium_max': 50,
  'book.held_mean': 15 * USD,
  // Of 2 000: 3, then −5 + 0.4.
  'book.maker_edge': 15,
  'book.maker_profit': -4.6 * USD,
  'book.maker_profit_per_notional': -23,
  'book.maker_markout_1': 10,
  'book.maker_markout_5': 5,
  'book.maker_markout_25': -5,
  'book.maker_markout_125': -10,
  // Of 2 000: 3 of spread, 1 of fees and 0.2 of tax.
  'book.taker_cost': 21,
  'book.taker_profit': 3.8 * USD,
  'book.maker_fill_ratio': 1 / 4,
  'book.taker_fill_ratio': 1 / 2,
  'book.orders_peak': 1 / 4,
  'book.refused_full': 13,
  'book.refused_stale': 12,
  'book.refused_kill_band': 1,
  'book.frozen_orders': 2,
  'book.rebates_withheld': 4,
  'book.round_trip_tax': 6,
  'book.dropped_orders': 9,
  'book.reductions': 7,
  'book.expired_holds': 10,
  'book.bonds_lost': 11,
};

describe('metrics of order books', () => {
  test.each(BOOK_METRICS.map(({ name }) => name))('%s', (name) => {
    expect(measure(name)).toBeCloseTo(EXPECTED[name]!, 9);
  });

  test('have a formula, a source and names of their own, beside those of every run', () => {
    const names = [...METRICS, ...BOOK_METRICS].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { formula, name, source } of BOOK_METRICS) {
      expect(formula.length, name).toBeGreaterThan(4);
      expect(source, name).toMatch(/^book.*\.csv$/);
    }
  });

  test('are listed only for runs with a book', () => {
    const record = makeRecord({ slabs: [makeSlab('btc')] });
    const names = (tables: Partial<BookTables>) =>
      calculateSummary({ ...record, tables: { ...record.tables, ...tables } }).metrics.map(
        ({ name }) => name,
      );
    expect(names({})).toEqual(METRICS.map(({ name }) => name));
    expect(names(TABLES)).toEqual([...METRICS, ...BOOK_METRICS].map(({ name }) => name));
  });
});

describe('metrics of groups on order books', () => {
  const rejections = [
    { slab: 'btc', group: 'desk', op: 'placeOrder', error: 'OrdersFull', count: 2 },
    { slab: 'eth', group: 'desk', op: 'placeOrder', error: 'OrdersFull', count: 3 },
  ];
  const group = (name: string, slab: string | null = null) =>
    calculateBookGroup({ ...TABLES, rejections }, name, slab);

  test('a maker: volume, profit with its rebates, gains per notional, what of its orders was taken', () => {
    expect(group('desk')).toMatchObject({
      'group.maker_volume': 2_000 * USD,
      'group.maker_profit': -4.6 * USD,
      'group.maker_profit_per_notional': -23,
      'group.maker_edge': 15,
      'group.maker_markout_1': 10,
      'group.maker_markout_5': 5,
      'group.maker_markout_25': -5,
      'group.maker_markout_125': -10,
      'group.maker_fill_ratio': 1 / 4,
      'group.taker_volume': 0,
      'group.taker_profit_per_notional': null,
      'group.held_atom_slots': 90 * USD,
      'group.bonds_lost': 0.5 * USD,
      'group.refused': 5,
    });
    expect(group('desk', 'btc')['group.refused']).toBe(2);
  });

  test('a taker: its profit and its cost, what it got of what it asked for', () => {
    expect(group('retail')).toMatchObject({
      'group.taker_volume': 2_000 * USD,
      'group.taker_profit': 3.8 * USD,
      'group.taker_profit_per_notional': 19,
      'group.taker_cost': 21,
      'group.taker_fill_ratio': 1 / 2,
      'group.round_trip_tax': 0.2 * USD,
      'group.maker_profit': 0,
      'group.maker_fill_ratio': null,
    });
  });

  test('every one of them is measured, and none for a group that never met a book', () => {
    expect(Object.keys(group('desk'))).toEqual(BOOK_GROUP_METRICS.map(({ name }) => name));
    expect(group('stranger')).toEqual({});
  });
});
