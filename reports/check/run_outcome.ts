import type { MetricValue } from '../metrics/definition.ts';
import type { Summary } from '../metrics/index.ts';
import { calculateCellResult } from './cell.ts';
import { type Expectation, formatMetric, judgeExpectations } from './expectation.ts';

/** How one expectation fared on one run: a row of its summary.json, and of its report. */
export interface RunExpectation {
  metric: string;
  /** null: the whole run. */
  slab: string | null;
  group: string | null;
  /** What was asked for: `>= 99 %`, or `mean >= 99 %` of this one run. */
  bound: string;
  /** In the unit of the metric, and as text with that unit. */
  value: MetricValue;
  found: string;
  met: boolean;
}

/** The content of a run's summary.json. */
export interface RunSummary extends Summary {
  /** Empty if the run was interrupted: half a run meets or misses nothing. */
  expectations: RunExpectation[];
}

/** Adds how the run fared against what its scenario expects, as if it were the only one. */
export function judgeRun(summary: Summary, expectations: readonly Expectation[]): RunSummary {
  const cell = { seed: summary.seed, reproduce: '', result: calculateCellResult(summary), failure: null };
  const judged = expectations.flatMap((expectation) => {
    const { over, text } = expectation;
    return judgeExpectations([expectation], [cell]).map(
      ({ expected, group, met, metric, slab, worst: { value } }): RunExpectation => ({
        metric,
        slab,
        group,
        bound: over === 'run' ? text : `${expected} (one run)`,
        value,
        found: formatMetric(metric, value),
        met,
      }),
    );
  });
  return { ...summary, expectations: summary.complete ? judged : [] };
}

const placeOf = ({ group, slab }: RunExpectation) => {
  const place = [slab, group].filter((part) => part !== null);
  return place.length === 0 ? '' : ` (${place.join(', ')})`;
};

/** "5 of 6 expectations are met", and a line for each that is not; nothing without expectations. */
export function formatRunExpectations({ expectations }: RunSummary): string[] {
  if (expectations.length === 0) return [];
  const missed = expectations.filter(({ met }) => !met);
  return [
    `${expectations.length - missed.length} of ${expectations.length} expectations are met`,
    ...missed.map((row) => `  MISS ${row.metric}${placeOf(row)} ${row.bound}  found ${row.found}`),
  ];
}
