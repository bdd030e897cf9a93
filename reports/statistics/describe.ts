import { mean, quantileSorted, sampleStandardDeviation } from 'simple-statistics';
import { calculateMeanInterval } from './interval.ts';

/** What is said of one metric over the runs (design 04). Quantiles interpolate linearly between order statistics. */
export interface Statistics {
  /** Runs in which the metric has a value. */
  n: number;
  mean: number;
  /** With n − 1; null for a single run, as is the interval. */
  sd: number | null;
  p01: number;
  p05: number;
  p50: number;
  p95: number;
  p99: number;
  min: number;
  max: number;
  /** 95 % Student interval of the mean. */
  meanLow: number | null;
  meanHigh: number | null;
}

/** Columns of a table of statistics, in order. */
export const STATISTICS_COLUMNS = [
  'n',
  'mean',
  'sd',
  'p01',
  'p05',
  'p50',
  'p95',
  'p99',
  'min',
  'max',
  'meanLow',
  'meanHigh',
] as const satisfies readonly (keyof Statistics)[];

/** Statistics of the values that are not null, in the order of the runs; null if there are none. */
export function calculateStatistics(values: readonly (number | null)[]): Statistics | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const sorted = known.toSorted((a, b) => a - b);
  const at = (share: number) => quantileSorted(sorted, share);
  const centre = mean(known);
  const sd = known.length < 2 ? null : sampleStandardDeviation(known);
  const interval = calculateMeanInterval(centre, sd, known.length);
  return {
    n: known.length,
    mean: centre,
    sd,
    p01: at(0.01),
    p05: at(0.05),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    min: sorted[0]!,
    max: sorted.at(-1)!,
    meanLow: interval?.low ?? null,
    meanHigh: interval?.high ?? null,
  };
}
