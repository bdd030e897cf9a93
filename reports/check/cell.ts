import type { MetricValue } from '../metrics/definition.ts';
import type { Summary } from '../metrics/index.ts';
import { listBrokenPromises } from '../metrics/verdict.ts';

export type MetricValues = Record<string, MetricValue>;

/** What is kept of a run in a sweep or a check: its numbers, not its tables. Plain data. */
export interface CellResult {
  metrics: MetricValues;
  /** Empty if there is one slab: its numbers are those of the run. */
  slabs: { slab: string; metrics: MetricValues }[];
  /** slab null: the group on all its slabs. */
  groups: { slab: string | null; group: string; metrics: MetricValues }[];
  /** Broken promises of the engine or the lab, a sentence each. */
  broken: string[];
}

/** A run that has no result. */
export interface CellFailure {
  /** Class of the error, such as `InvariantViolation`. */
  kind: string;
  /** With slab, slot, agent and seed, where they are known. */
  message: string;
}

/** One run of a sweep or a check: its result or why there is none. */
export interface Cell {
  seed: string;
  /** The command that makes the same run again, alone. */
  reproduce: string;
  result: CellResult | null;
  failure: CellFailure | null;
}

/** What a sweep or a check keeps of a run. */
export function calculateCellResult({ metrics, slabs, groups, verdict }: Summary): CellResult {
  return {
    metrics: Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
    slabs: slabs.length === 1 ? [] : slabs.map(({ slab, metrics: values }) => ({ slab, metrics: values })),
    groups,
    broken: listBrokenPromises(verdict),
  };
}

/** The value of a metric in a run: of a group or of the slab, on one slab or the whole run. */
export function pickMetric(
  result: CellResult,
  metric: string,
  slab: string | null,
  group: string | null,
): MetricValue {
  if (group !== null) {
    const row = result.groups.find((other) => other.group === group && other.slab === slab);
    return row?.metrics[metric] ?? null;
  }
  const own = slab === null ? undefined : result.slabs.find((other) => other.slab === slab);
  return (own?.metrics ?? result.metrics)[metric] ?? null;
}
