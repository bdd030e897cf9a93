import { fileURLToPath } from 'node:url';
import type { CellResult } from '../reports/check/cell.ts';
import { BOOK_GROUP_METRICS } from '../reports/metrics/book_groups.ts';
import { GROUP_METRICS } from '../reports/metrics/groups.ts';
import { listMetrics } from '../reports/metrics/index.ts';
import type { KnownMetric } from '../sim/scenario/expect.ts';
import type { Scenario } from '../sim/scenario/schema.ts';
import { type PoolOptions, runTasks } from '../sim/sweep/pool.ts';

/** Metrics that expectations may name. */
export const KNOWN_METRICS: readonly KnownMetric[] = [
  ...listMetrics(true, true),
  ...[...GROUP_METRICS, ...BOOK_GROUP_METRICS].map(
    ({ name, unit }): KnownMetric => ({ name, unit, scope: 'group' }),
  ),
];

/** One run on a worker thread: a sweep's cell, or a run of a check. */
export interface CellTask {
  scenario: Scenario;
  seed: string;
  /** With the auditor and all invariants. */
  check: boolean;
  reproduce: string;
}

/** Runs cells on worker threads that keep nothing but their numbers. */
export function runCells<Task extends CellTask>(
  options: Omit<PoolOptions<Task, CellResult>, 'script' | 'toMessage'>,
): Promise<void> {
  const toMessage = ({ check, reproduce, scenario, seed }: Task): CellTask => ({
    scenario,
    seed,
    check,
    reproduce,
  });
  // Beside the bundle that runs: never the worker of another build.
  const script = fileURLToPath(new URL('cell_worker.js', import.meta.url));
  return runTasks({ ...options, toMessage, script });
}
