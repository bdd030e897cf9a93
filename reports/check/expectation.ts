import { ATOMS_PER_QUOTE, formatAtoms, QUOTE } from '../format.ts';
import { BOOK_GROUP_METRICS } from '../metrics/book_groups.ts';
import type { MetricValue, Unit } from '../metrics/definition.ts';
import { GROUP_METRICS } from '../metrics/groups.ts';
import { listMetrics } from '../metrics/index.ts';
import { calculateStatistics, type Statistics } from '../statistics/describe.ts';
import { calculateWilsonInterval, type Interval } from '../statistics/interval.ts';
import { type Cell, pickMetric } from './cell.ts';

/** An entry of the `expect` section as the loader resolves it. */
export interface Expectation {
  metric: string;
  /** null: the whole run. Else each of these slabs must meet it by itself. */
  slabs: readonly string[] | null;
  group: string | null;
  /** `run`: every run by itself. `share`: at least `minShareBps` of the runs. Else a statistic over the runs. */
  over: 'run' | 'share' | Exclude<keyof Statistics, 'n' | 'sd' | 'meanLow' | 'meanHigh'>;
  minShareBps: number;
  comparator: '<' | '<=' | '==' | '>=' | '>';
  value: number;
  tolerance: number;
  /** The bound as the file writes it. */
  text: string;
}

/** How one expectation fared on one slab, or on the whole run. */
export interface ExpectationOutcome {
  metric: string;
  slab: string | null;
  group: string | null;
  /** What was asked for: `every run >= 99 %`. */
  expected: string;
  /** What the runs show, in the unit of the metric. */
  got: string;
  met: boolean;
  /** Runs that meet the bound by themselves, of all runs, with its 95 % Wilson interval. */
  hits: number;
  runs: number;
  share: Interval | null;
  /** The run farthest from the bound, and the command that shows it. */
  worst: { seed: string; value: MetricValue; reproduce: string };
}

const UNITS = new Map<string, Unit>(
  [...listMetrics(true, true), ...GROUP_METRICS, ...BOOK_GROUP_METRICS].map(({ name, unit }) => [name, unit]),
);

/** A value of a metric with its unit and enough digits to tell it from its bound. */
export function formatMetric(metric: string, value: MetricValue): string {
  if (value === null) return 'no value';
  const unit = UNITS.get(metric);
  if (unit === 'atoms') return `${formatAtoms(value)} ${QUOTE}`;
  if (unit === 'atoms per base') return `${value / ATOMS_PER_QUOTE} ${QUOTE} per base`;
  const text = String(Number(value.toPrecision(6)));
  return unit === undefined || unit === 'ratio' || unit === 'count' ? text : `${text} ${unit}`;
}

/** True if the value meets the bound, widened by the tolerance. A missing value meets none. */
export function meetsBound({ comparator, tolerance, value }: Expectation, got: MetricValue): boolean {
  if (got === null) return false;
  switch (comparator) {
    case '<':
      return got < value + tolerance;
    case '<=':
      return got <= value + tolerance;
    case '==':
      return Math.abs(got - value) <= tolerance;
    case '>=':
      return got >= value - tolerance;
    case '>':
      return got > value - tolerance;
  }
}

/** How far a value is on the wrong side of the bound; more is worse, and no value is worst. */
function calculateMiss({ comparator, value }: Expectation, got: MetricValue): number {
  if (got === null) return Number.POSITIVE_INFINITY;
  if (comparator === '==') return Math.abs(got - value);
  return comparator === '<' || comparator === '<=' ? got - value : value - got;
}

function describeExpected({ minShareBps, over, text }: Expectation): string {
  if (over === 'run') return `every run ${text}`;
  return over === 'share' ? `${minShareBps / 100} % of runs ${text}` : `${over} ${text}`;
}

function judge(expectation: Expectation, slab: string | null, cells: readonly Cell[]): ExpectationOutcome {
  const { group, metric, minShareBps, over } = expectation;
  const values = cells.map(({ result }) =>
    result === null ? null : pickMetric(result, metric, slab, group),
  );
  const hits = values.filter((value) => meetsBound(expectation, value)).length;
  const runs = cells.length;
  const misses = values.map((value) => calculateMiss(expectation, value));
  const at = misses.reduce((worst, miss, index) => (miss > misses[worst]! ? index : worst), 0);
  const { reproduce, seed } = cells[at]!;
  const outcome = {
    metric,
    slab,
    group,
    expected: describeExpected(expectation),
    hits,
    runs,
    share: calculateWilsonInterval(hits, runs),
    worst: { seed, value: values[at]!, reproduce },
  };
  if (over === 'run') return { ...outcome, got: formatMetric(metric, values[at]!), met: hits === runs };
  if (over === 'share')
    return { ...outcome, got: `${hits} of ${runs}`, met: hits * 10_000 >= minShareBps * runs };
  const statistic = calculateStatistics(values)?.[over] ?? null;
  return { ...outcome, got: formatMetric(metric, statistic), met: meetsBound(expectation, statistic) };
}

/**
 * Judges every expectation over the runs of one scenario that have a result: one outcome for each slab it names, or one
 * for the run; none if no run has a result. Runs without one are failures, whatever was expected of them.
 */
export function judgeExpectations(
  expectations: readonly Expectation[],
  cells: readonly Cell[],
): ExpectationOutcome[] {
  const ran = cells.filter(({ result }) => result !== null);
  if (ran.length === 0) return [];
  return expectations.flatMap((expectation) =>
    (expectation.slabs ?? [null]).map((slab) => judge(expectation, slab, ran)),
  );
}
