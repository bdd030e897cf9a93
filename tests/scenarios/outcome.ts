import { KNOWN_METRICS } from '../../cli/cells.ts';
import { type Cell, calculateCellResult } from '../../reports/check/cell.ts';
import { judgeExpectations } from '../../reports/check/expectation.ts';
import { calculateSummary } from '../../reports/metrics/index.ts';
import { runScenario } from '../../sim/run.ts';
import { loadScenario } from '../../sim/scenario/load.ts';

export interface Outcome {
  metrics: Record<string, number | null>;
  /** How many expectations there were. */
  judged: number;
  /** Expectations that were not met, and broken promises of the lab. */
  missed: string[];
}

/** Runs a shipped scenario without the auditor: tests/sim/run.test.ts runs every shipped scenario with it. */
export async function run(name: string, overrides: readonly string[] = []): Promise<Outcome> {
  const loaded = loadScenario(name, { overrides, metrics: KNOWN_METRICS });
  if (!loaded.ok) throw new Error(loaded.issues.map(({ message }) => message).join('\n'));
  const { scenario } = loaded;
  const record = await runScenario({ scenario, seed: '1', workers: 0, check: false, reproduce: '' });
  const result = calculateCellResult(calculateSummary(record));
  const cell: Cell = { seed: '1', reproduce: '', result, failure: null };
  const judged = judgeExpectations(scenario.expect, [cell]);
  const missed = judged.filter(({ met }) => !met).map(({ metric }) => metric);
  return { metrics: result.metrics, judged: judged.length, missed: [...missed, ...result.broken] };
}
