import type { MetricValue } from '../metrics/definition.ts';
import type { Cell, CellResult, MetricValues } from './cell.ts';

export const BASELINE_SCHEMA = 'percolator-lab/baseline/2';
/** What is said of a file that holds something else. */
export const UNKNOWN_BASELINE = 'is no baseline of this lab';

/** Stored results of a scenario, to compare later ones with. */
export interface Baseline {
  schema: typeof BASELINE_SCHEMA;
  /** The name of a shipped one, or its path from the folder of baselines. */
  scenario: string;
  /** The changes it ran with; results of others are not comparable. */
  set: readonly string[];
  runs: { seed: string; result: CellResult }[];
}

/** A number that is not what the baseline has. */
export interface BaselineDifference {
  metric: string;
  slab: string | null;
  group: string | null;
  /** Undefined where one side has no such number: a baseline of another version of the lab. */
  expected: MetricValue | undefined;
  got: MetricValue | undefined;
  /** The first run that differs, and how many do. */
  seed: string;
  reproduce: string;
  runs: number;
}

/** Every run that has a result, as a baseline. */
export function createBaseline(scenario: string, set: readonly string[], cells: readonly Cell[]): Baseline {
  const runs = cells.flatMap(({ seed, result }) => (result === null ? [] : [{ seed, result }]));
  return { schema: BASELINE_SCHEMA, scenario, set, runs };
}

/** Why the baseline cannot be compared with runs of this scenario, of these seeds and changes, or null. */
export function findBaselineMismatch(
  baseline: Baseline,
  scenario: string,
  set: readonly string[],
  seeds: readonly string[],
): string | null {
  const schema: unknown = baseline?.schema;
  if (typeof schema !== 'string' || !schema.startsWith('percolator-lab/baseline/')) return UNKNOWN_BASELINE;
  if (schema !== BASELINE_SCHEMA)
    return `was written by another version of the lab (${schema}, not ${BASELINE_SCHEMA})`;
  if (baseline.scenario !== scenario) return `is the baseline of ${baseline.scenario}, not of ${scenario}`;
  if (JSON.stringify(baseline.set) !== JSON.stringify(set)) return 'was made with other --set changes';
  const stored = baseline.runs.map(({ seed }) => seed);
  return JSON.stringify(stored) === JSON.stringify(seeds)
    ? null
    : `has the seeds ${stored.join(', ')}, the check ${seeds.join(', ')}`;
}

interface Part {
  slab: string | null;
  group: string | null;
  metrics: MetricValues;
}

const listParts = ({ groups, metrics, slabs }: CellResult): Part[] => [
  { slab: null, group: null, metrics },
  ...slabs.map((slab) => ({ ...slab, group: null })),
  ...groups,
];

function listDifferences(before: CellResult, after: CellResult) {
  const name = ({ group, slab }: Part) => JSON.stringify([slab, group]);
  const old = new Map(listParts(before).map((part) => [name(part), part]));
  const fresh = new Map(listParts(after).map((part) => [name(part), part]));
  return [...new Map([...old, ...fresh])].flatMap(([key, { group, slab }]) => {
    const expected = old.get(key)?.metrics ?? {};
    const got = fresh.get(key)?.metrics ?? {};
    return Object.keys({ ...expected, ...got })
      .map((metric) => ({
        metric,
        slab,
        group,
        expected: expected[metric],
        got: got[metric],
      }))
      .filter((row) => row.expected !== row.got);
  });
}

/**
 * Numbers that differ from the baseline, each once, with the first run that shows it. The lab is deterministic, so
 * equal means equal to the last bit. Runs without a result are not compared: they are failures already.
 */
export function compareBaseline(baseline: Baseline, cells: readonly Cell[]): BaselineDifference[] {
  const found = new Map<string, BaselineDifference>();
  for (const { seed, result, reproduce } of cells) {
    const before = baseline.runs.find((run) => run.seed === seed);
    if (before === undefined || result === null) continue;
    for (const row of listDifferences(before.result, result)) {
      const key = JSON.stringify([row.metric, row.slab, row.group]);
      const known = found.get(key);
      if (known === undefined) found.set(key, { ...row, seed, reproduce, runs: 1 });
      else known.runs += 1;
    }
  }
  return [...found.values()];
}
