import { describe, expect, test } from 'vitest';
import { calculateSummary, METRICS } from '../../../reports/metrics/index.ts';
import { FACTS, STYLISED_METRICS } from '../../../reports/metrics/stylised.ts';
import {
  calculateAutocorrelations,
  calculateExcessKurtosis,
  calculateHillIndex,
  calculateImpact,
  calculateReturns,
  fitPowerLaw,
} from '../../../reports/metrics/stylised_statistics.ts';
import type { RunRecord } from '../../../sim/record/types.ts';
import { BOOK_TABLES } from '../book_fixture.ts';
import { makeRecord, makeSlab, USD } from '../fixture.ts';

describe('the statistics', () => {
  test('returns are relative', () => {
    expect(calculateReturns([100, 110, 99])).toEqual([expect.closeTo(0.1, 12), expect.closeTo(-0.1, 12)]);
  });

  test('excess kurtosis', () => {
    // Mean 0, m2 = (1 + 1 + 9 + 9) ÷ 4 = 5, m4 = (1 + 1 + 81 + 81) ÷ 4 = 41: 41 ÷ 25 − 3.
    expect(calculateExcessKurtosis([1, -1, 3, -3])).toBeCloseTo(-1.36, 12);
    // Nineteen 0 and one 20 around 1: m2 = 19, m4 = (19 + 130 321) ÷ 20 = 6 517; 6 517 ÷ 361 − 3.
    expect(calculateExcessKurtosis([...Array(19).fill(0), 20])).toBeCloseTo(15.0526, 4);
    expect(calculateExcessKurtosis([2, 2, 2])).toBeNull();
  });

  test('the Hill index of sizes that double is 1 ÷ the mean of their logarithms over the threshold', () => {
    // The ten largest are 2^10 … 2^1, the threshold 1: k ÷ Σ i·ln 2 = 10 ÷ (55 · 0.693147).
    const tail = Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? -1 : 1) * 2 ** (at + 1));
    const rest = Array.from({ length: 190 }, (_, at) => 1 / (at + 1));
    expect(calculateHillIndex([...rest, ...tail])).toBeCloseTo(0.262308, 6);
    // Of a hundred values 5 % are five: too few to say.
    expect(calculateHillIndex([...rest.slice(0, 90), ...tail])).toBeNull();
    expect(calculateHillIndex(Array(200).fill(0))).toBeNull();
  });

  test('autocorrelations', () => {
    // Mean 0, Σ x² = 4; lag 1: −1 − 1 − 1; lag 2: 1 + 1.
    expect(calculateAutocorrelations([1, -1, 1, -1], 2)).toEqual([-0.75, 0.5]);
    // Mean 2: −1, 0, 1, 0 with squares of 2; lag 1: 0 + 0 + 0; lag 2: −1 + 0.
    expect(calculateAutocorrelations([1, 2, 3, 2], 2)).toEqual([0, -0.5]);
    expect(calculateAutocorrelations([1, 2], 2)).toEqual([]);
    expect(calculateAutocorrelations([3, 3, 3], 1)).toEqual([]);
  });

  test('a square-root impact is found behind noise that has no direction, whichever way the flow goes', () => {
    // Each flow twice: once ± 0.5 above, once below its move of √size.
    const flows = Array.from({ length: 200 }, (_, at) => {
      const size = 1 + Math.floor(at / 2);
      const move = Math.sqrt(size) + (at % 2 === 0 ? 0.5 : -0.5);
      return at % 4 < 2 ? { net: size, move } : { net: -size, move: -move };
    });
    const points = calculateImpact([{ net: 0, move: 99 }, ...flows]);
    // The first class holds the sizes 1 … 10: 5.5, and the mean of their roots.
    expect(points[0]!.size).toBe(5.5);
    expect(points[0]!.move).toBeCloseTo(2.24683, 5);
    // Σ of squares: 2 · (55 − 10 · 2.24683²) of the roots and 20 · 0.5² of the noise; √(14.0351 ÷ 19 ÷ 20).
    expect(points[0]!.error).toBeCloseTo(0.19218, 5);
    expect(points).toHaveLength(10);
    expect(fitPowerLaw(points)?.exponent).toBeCloseTo(0.5, 1);
    expect(calculateImpact(flows.slice(0, 99))).toEqual([]);
  });

  test('a power law goes through its points; without five of them there is none', () => {
    const points = [1, 2, 4, 8, 16].map((size) => ({ size, move: 3 * size * size, error: size }));
    expect(fitPowerLaw(points)).toEqual({
      exponent: expect.closeTo(2, 12),
      offset: expect.closeTo(Math.log(3), 12),
    });
    expect(fitPowerLaw([...points.slice(1), { size: 1, move: -1, error: 1 }])).toBeNull();
    expect(fitPowerLaw(points.map((point) => ({ ...point, size: 8 })))).toBeNull();
  });

  test('points of a power law count by how sure they are', () => {
    // At 1 the mean of ln is 0; at 4 it is (4 · ln 2 + ln 8) ÷ 5 = 1.4 · ln 2: a slope of 1.4 ÷ 2, and 1 if all weighed the same.
    const sure = [1, 1, 1].map(() => ({ size: 1, move: 1, error: 1 }));
    const found = fitPowerLaw([...sure, { size: 4, move: 2, error: 1 }, { size: 4, move: 8, error: 8 }]);
    expect(found).toEqual({ exponent: expect.closeTo(0.7, 12), offset: expect.closeTo(0, 12) });
    expect(fitPowerLaw([...sure, { size: 4, move: 2, error: 1 }, { size: 4, move: 8, error: 0 }])).toBeNull();
  });
});

describe('the metrics', () => {
  const [sample] = BOOK_TABLES.bookSeries;
  const fill = {
    slab: 'btc',
    buyer: 1,
    seller: 2,
    sizeQ: 1e6,
    indexPrice: 100 * USD,
    buyerGroup: 'a',
    sellerGroup: 'b',
  };
  const mids = [null, 100, 110, null, 99];
  const bookSeries = mids.map((mid, slot) => ({
    ...sample!,
    slot,
    indexPrice: 100 * USD,
    midPrice: mid === null ? null : mid * USD,
    lastPrice: slot < 2 ? null : [100, 101, 100][slot - 2]! * USD,
  }));
  const plain = makeRecord({ slots: 5, slotsDone: 5, slabs: [makeSlab('btc')] });
  const make = (changes: object): RunRecord => ({
    ...plain,
    resolved: { measure: { sampleEverySlots: 1, stylisedFacts: true } },
    tables: { ...plain.tables, ...BOOK_TABLES, bookSeries, ...changes },
  });
  const read = (record: RunRecord, name: string) =>
    calculateSummary(record).metrics.find((row) => row.name === `stylised.${name}`)?.value;

  test('take returns from mid to mid, over samples without one', () => {
    const record = make({});
    // 100 → 110 → 99: +10 % and −10 %.
    expect(read(record, 'returns')).toBe(2);
    expect(read(record, 'return_sd')).toBeCloseTo(1_000, 9);
    expect(read(record, 'excess_kurtosis')).toBeCloseTo(-2, 9);
    expect(read(record, 'excess_kurtosis_index')).toBeNull();
    // 100 → 101 → 100: +0.01 and −0.00990, which bounce: half the sum of squares at the lag of 1.
    expect(read(record, 'trade_acf_1')).toBeCloseTo(-0.5, 4);
    // Too short for a hundred lags, and for a tail.
    expect(read(record, 'return_acf_1')).toBeNull();
    expect(read(record, 'return_acf_most')).toBeNull();
    expect(read(record, 'tail_index')).toBeNull();
  });

  test('find the lag at which returns remember most', () => {
    // +1 % every tenth sample, 0 between: at the lag of 10 of the 410 returns 40 of 41 pairs of peaks are left.
    let mid = 1e15;
    const rows = Array.from({ length: 411 }, (_, slot) => {
      if (slot % 10 === 1) mid *= 1.01;
      return { ...sample!, slot, midPrice: mid };
    });
    expect(read(make({ bookSeries: rows }), 'return_acf_most')).toBeCloseTo(40 / 41, 2);
  });

  test('count what takers bought and sold since the sample before against the move of that interval', () => {
    // Each slot a taker buys or sells 1 … 150 and the mid moves by 1e-6 × its root.
    let mid = 1e15;
    const rows = [{ ...sample!, slot: 0, midPrice: mid }];
    const fills = [];
    for (let slot = 1; slot <= 150; slot += 1) {
      const buys = slot % 2 === 0;
      mid *= 1 + (buys ? 1 : -1) * 1e-6 * Math.sqrt(slot);
      rows.push({ ...sample!, slot, midPrice: mid });
      fills.push({ ...fill, slot, executionPrice: slot * USD, maker: buys ? 'seller' : 'buyer' });
    }
    const record = make({ bookSeries: rows, fills });
    expect(read(record, 'impact_exponent')).toBeCloseTo(0.5, 1);
    // A fill before the first mid moved nothing that is known.
    const early = { ...fill, slot: 0, executionPrice: 1e9 * USD, maker: 'seller' };
    expect(read(make({ bookSeries: rows, fills: [early, ...fills] }), 'impact_exponent')).toBe(
      read(record, 'impact_exponent'),
    );
  });

  test('are those of one book: two have no returns in common', () => {
    const record = make({ books: [...BOOK_TABLES.books, { ...BOOK_TABLES.books[0]!, slab: 'eth' }] });
    expect(read(record, 'returns')).toBeNull();
  });

  test('are listed only where the scenario asks for them', () => {
    const names = (record: RunRecord) => calculateSummary(record).metrics.map(({ name }) => name);
    expect(names({ ...make({}), resolved: {} })).not.toContain('stylised.returns');
    expect(names(make({}))).toEqual(expect.arrayContaining(STYLISED_METRICS.map(({ name }) => name)));
  });

  test('have names of their own, and each fact has its number', () => {
    const names = [...METRICS, ...STYLISED_METRICS].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { metric } of FACTS) expect(names).toContain(metric);
  });
});
