import { describe, expect, it } from 'vitest';
import { calculateStatistics } from '../../../reports/statistics/describe.ts';
import {
  calculateMeanInterval,
  calculateStudentQuantile,
  calculateWilsonInterval,
} from '../../../reports/statistics/interval.ts';
import { calculateProportions } from '../../../reports/statistics/proportions.ts';

describe('statistics over runs', () => {
  it('worked by hand: 2, 4, 4, 4, 5, 5, 7, 9', () => {
    // Σ = 40, squared deviations 9+1+1+1+0+0+4+16 = 32, sd = √(32/7); quantiles interpolate at 7·p.
    const statistics = calculateStatistics([9, 4, 2, 4, 5, 7, 4, 5, null])!;
    const sd = Math.sqrt(32 / 7);
    expect(statistics).toMatchObject({ n: 8, mean: 5, p50: 4.5, min: 2, max: 9 });
    expect(statistics.sd).toBeCloseTo(sd, 12);
    expect(statistics.p05).toBeCloseTo(2 + 0.35 * 2, 12);
    expect(statistics.p95).toBeCloseTo(7 + 0.65 * 2, 12);
    // t(0.975, 7) = 2.364624
    expect(statistics.meanHigh! - 5).toBeCloseTo((2.364624 * sd) / Math.sqrt(8), 5);
    expect(5 - statistics.meanLow!).toBeCloseTo((2.364624 * sd) / Math.sqrt(8), 5);
  });

  it('one run has no spread and no interval; none has nothing', () => {
    expect(calculateStatistics([3])).toMatchObject({
      n: 1,
      mean: 3,
      sd: null,
      meanLow: null,
      meanHigh: null,
    });
    expect(calculateStatistics([null])).toBeNull();
    expect(calculateMeanInterval(3, 0, 1)).toBeNull();
  });

  it('is the same in any order of the runs, up to the rounding of the sum', () => {
    const values = [0.1, 0.7, 0.3, 1e9, -4];
    const { mean: _, meanLow, meanHigh, sd, ...rest } = calculateStatistics(values)!;
    expect(calculateStatistics(values.toReversed())).toMatchObject(rest);
    expect(meanLow! < meanHigh! && sd! > 0).toBe(true);
  });
});

/**
 * Student's distribution function for an even number of degrees of freedom, which is algebraic (Abramowitz and Stegun
 * 26.7.4): ½ + ½·s·(1 + ½c + ½·¾c² + …), s = t ÷ √(ν + t²), c = ν ÷ (ν + t²), ν ÷ 2 terms.
 */
function studentCdf(t: number, even: number): number {
  const c = even / (even + t * t);
  let term = 1;
  let sum = 1;
  for (let k = 1; k < even / 2; k++) {
    term *= (c * (2 * k - 1)) / (2 * k);
    sum += term;
  }
  return 0.5 + (0.5 * sum * t) / Math.sqrt(even + t * t);
}

describe('intervals', () => {
  it.each([2, 4, 6, 8, 10, 12, 20, 50, 200, 5_000])('t(0.975) of %i degrees of freedom', (degrees) => {
    expect(studentCdf(calculateStudentQuantile(degrees), degrees)).toBeCloseTo(0.975, 6);
  });

  it('t(0.975) of odd degrees of freedom, from printed tables', () => {
    const table = {
      1: 12.7062,
      3: 3.1824,
      5: 2.5706,
      7: 2.3646,
      9: 2.2622,
      11: 2.201,
      29: 2.0452,
      99: 1.9842,
    };
    for (const [degrees, value] of Object.entries(table)) {
      expect(Math.abs(calculateStudentQuantile(Number(degrees)) - value)).toBeLessThan(6e-5);
    }
  });

  it('Wilson, against the published example 81 of 263', () => {
    // Newcombe 1998, table I, method 3: 0.2553 to 0.3662.
    const { low, high } = calculateWilsonInterval(81, 263)!;
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });

  it('Wilson is exact at the ends and never empty', () => {
    // Hits 0: high = z² ÷ (n + z²), here 3.841459 ÷ 13.841459.
    expect(calculateWilsonInterval(0, 10)).toEqual({ low: 0, high: expect.closeTo(0.277533, 6) });
    expect(calculateWilsonInterval(10, 10)).toEqual({ low: expect.closeTo(1 - 0.277533, 6), high: 1 });
    expect(calculateWilsonInterval(0, 0)).toBeNull();
  });
});

it('proportions count the runs in which the metric has a value', () => {
  const values = (metric: string) =>
    metric === 'haircut.h_stored_min' ? [0.5, 0.99, 1, 0.2] : [null, null, 3, 0];
  const found = Object.fromEntries(calculateProportions(values).map((row) => [row.name, row]));
  expect(found.h_below_target).toMatchObject({ hits: 2, n: 4, share: 0.5 });
  expect(found.uninsured).toMatchObject({ hits: 1, n: 2, share: 0.5 });
  expect(found.ends_normal).toMatchObject({ hits: 1, n: 2 });
});
