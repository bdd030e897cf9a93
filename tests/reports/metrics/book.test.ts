import { describe, expect, test } from 'vitest';
import { BOOK_METRICS } from '../../../reports/metrics/book.ts';
import { BOOK_GROUP_METRICS, calculateBookGroup } from '../../../reports/metrics/book_groups.ts';
import { calculateSummary, METRICS } from '../../../reports/metrics/index.ts';
import type { BookTables } from '../../../sim/record/types.ts';
import { BOOK_TABLES as TABLES } from '../book_fixture.ts';
import { makeRecord, makeSlab, USD } from '../fixture.ts';

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
      'group.outside': 7 * USD,
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
