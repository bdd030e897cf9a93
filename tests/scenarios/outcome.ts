import { KNOWN_METRICS } from '../../cli/cells.ts';
import { type Cell, calculateCellResult } from '../../reports/check/cell.ts';
import { judgeExpectations } from '../../reports/check/expectation.ts';
import { calculateSummary } from '../../reports/metrics/index.ts';
import { runScenario } from '../../sim/run.ts';
import { loadScenario } from '../../sim/scenario/load.ts';

export interface Outcome {
  /** Of seed 1. */
  metrics: Record<string, number | null>;
  /** How many expectations there were. */
  judged: number;
  /** Expectations that were not met, and broken promises of the lab. */
  missed: string[];
}

/**
 * Runs a shipped scenario with the seeds that `check` takes, without the auditor: tests/sim/run.test.ts runs every shipped
 * scenario with it.
 */
export async function run(name: string, overrides: readonly string[] = []): Promise<Outcome> {
  const loaded = loadScenario(name, { overrides, metrics: KNOWN_METRICS });
  if (!loaded.ok) throw new Error(loaded.issues.map(({ message }) => message).join('\n'));
  const { scenario } = loaded;
  const cells: Cell[] = [];
  for (let seed = 1; seed <= scenario.check.seeds; seed += 1) {
    const plan = { scenario, seed: String(seed), workers: 0, check: false, reproduce: '' };
    const result = calculateCellResult(calculateSummary(await runScenario(plan)));
    cells.push({ seed: plan.seed, reproduce: '', result, failure: null });
  }
  const results = cells.map(({ result }) => result!);
  const judged = judgeExpectations(scenario.expect, cells);
  const missed = judged.filter(({ met }) => !met).map(({ metric }) => metric);
  const broken = results.flatMap((result) => result.broken);
  return { metrics: results[0]!.metrics, judged: judged.length, missed: [...missed, ...broken] };
}
