import { z } from 'zod';
import { count, percent } from './units.ts';

/** What the loader must know of a metric to judge an expectation; `reports/metrics` has them. */
export interface KnownMetric {
  name: string;
  /** As in summary.json: atoms, ratio, bps, slots, seconds, count, … */
  unit: string;
  /** 'group': it is measured for a group of agents. Default: for the run and for each slab. */
  scope?: 'group';
}

export const COMPARATORS = ['<', '<=', '==', '>=', '>'] as const;
export type Comparator = (typeof COMPARATORS)[number];

export const STATISTICS = ['run', 'mean', 'p01', 'p05', 'p50', 'p95', 'p99', 'min', 'max', 'share'] as const;
/**
 * Which number over the runs is compared. `run`: every run by itself must meet the expectation. `share`: the share of
 * runs that meet it must be at least `minShareBps`. A metric without a value (null) meets no expectation.
 */
export type Statistic = (typeof STATISTICS)[number];

/** What a healthy result shows. */
export interface ExpectSpec {
  metric: string;
  /** null: the whole run. Else slab ids, in the order of `Scenario.slabs`, each of which must meet it by itself. */
  slabs: string[] | null;
  /** A group or an attack, for metrics that are measured for groups. */
  group: string | null;
  over: Statistic;
  /** For `share`; 10 000 otherwise. */
  minShareBps: number;
  comparator: Comparator;
  /** In the unit of the metric, as is the tolerance. */
  value: number;
  /** Widens the bound: `<= value + tolerance`, `>= value − tolerance`, `==` within it. */
  tolerance: number;
  /** The bound as the file writes it, for tables: `>= 99 %`. */
  text: string;
}

const quantity = (what: string) =>
  z.union([z.number(), z.string()], { error: `needs ${what} with the unit of the metric` });

/** One entry of the `expect` section. */
export const expectType = z
  .strictObject({
    metric: z.string({ error: 'needs the name of a metric of summary.json' }),
    slab: z.string().optional().describe('Id of a slab. Default: the whole run.'),
    group: z.string().optional().describe('Group or attack, for metrics of groups.'),
    over: z.enum(STATISTICS).default('run').describe('Statistic over the runs; `run`: each run by itself.'),
    share: percent(1).optional().describe('For `over: share`: at least this share of the runs.'),
    comparator: z.enum(COMPARATORS),
    value: quantity('a value').describe(
      'The bound, with the unit of the metric: `1_000 USDC`, `99 %`, `10 min`, 3.',
    ),
    tolerance: quantity('a tolerance')
      .optional()
      .describe('Widens the bound by this much, in the same unit.'),
  })
  .refine((raw) => (raw.over === 'share') === (raw.share !== undefined), {
    path: ['share'],
    error: 'belongs to `over: share`, which needs it',
  });
export type RawExpect = z.output<typeof expectType>;

/** The `check` section: how `check` runs the scenario where its command line does not say. */
export const checkType = z.strictObject({
  seeds: count(1, 10_000).default(3).describe('Runs, with the seeds 1, 2, …'),
});
export type CheckSpec = z.output<typeof checkType>;
