import type { MetricValue } from '../metrics/definition.ts';
import { H_TARGET } from '../metrics/thresholds.ts';
import { calculateWilsonInterval, type Interval } from './interval.ts';

/** An event a run either shows or not; over many runs its share estimates a probability. */
interface ProportionDefinition {
  name: string;
  statement: string;
  metric: string;
  holds(value: number): boolean;
}

export const PROPORTIONS: readonly ProportionDefinition[] = [
  {
    name: 'h_below_target',
    statement: `the lowest stored h is below ${H_TARGET}`,
    metric: 'haircut.h_stored_min',
    holds: (h) => h < H_TARGET,
  },
  {
    name: 'principal_lost',
    statement: 'accounts with positions lost principal through K',
    metric: 'haircut.principal_lost_through_k',
    holds: (atoms) => atoms > 0,
  },
  {
    name: 'uninsured',
    statement: 'a deficit was paid by nobody',
    metric: 'totals.uninsured',
    holds: (atoms) => atoms > 0,
  },
  {
    name: 'ends_normal',
    statement: 'every side is Normal at the end',
    metric: 'recovery.sides_not_normal_end',
    holds: (sides) => sides === 0,
  },
  {
    name: 'attack_profitable',
    statement: 'at least one attack ended with a profit',
    metric: 'manipulation.net_extracted_max',
    holds: (atoms) => atoms > 0,
  },
];

/** How often it happened, of the runs in which the metric has a value. */
export interface Proportion {
  name: string;
  statement: string;
  hits: number;
  n: number;
  share: number | null;
  /** 95 % Wilson interval. */
  interval: Interval | null;
}

/** The share of runs that show each of `PROPORTIONS`; `values` gives a metric in each run. */
export function calculateProportions(values: (metric: string) => readonly MetricValue[]): Proportion[] {
  return PROPORTIONS.map(({ holds, metric, name, statement }) => {
    const known = values(metric).filter((value) => value !== null);
    const hits = known.filter(holds).length;
    const n = known.length;
    return {
      name,
      statement,
      hits,
      n,
      share: n === 0 ? null : hits / n,
      interval: calculateWilsonInterval(hits, n),
    };
  });
}
