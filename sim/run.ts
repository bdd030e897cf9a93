import { createRunRecord } from './record/merge.ts';
import type { RunRecord } from './record/types.ts';
import type { Scenario } from './scenario/schema.ts';
import type { SlabResult } from './shards/plan.ts';
import { runSimulation } from './shards/run_simulation.ts';

export interface RunOptions {
  scenario: Scenario;
  seed: string;
  /** Worker threads; 0 runs on this thread. The result is the same. */
  workers: number;
  /** Auditor and invariants after every instruction and slot. */
  check: boolean;
  /** The command that makes this run again, for the record. */
  reproduce: string;
  /** Slots done and to do, those of the run without attacks included. */
  onProgress?: (slotsDone: number, slots: number) => void;
  onMessage?: (text: string) => void;
  /** Aborting ends the run at the next slot; the record then says that it is incomplete. */
  signal?: AbortSignal;
}

const countSlots = (results: readonly SlabResult[]) =>
  results.reduce((least, { slotsDone }) => Math.min(least, slotsDone), Number.MAX_SAFE_INTEGER);

/**
 * Runs a scenario; if it has attacks, runs it a second time with the same seed and without them, because only that tells
 * what they cost the others. Throws `SimulationError` if an agent, the engine or an invariant fails.
 */
export async function runScenario(options: RunOptions): Promise<RunRecord> {
  const { check, onMessage, onProgress, reproduce, scenario, seed, signal, workers } = options;
  const { slots } = scenario;
  const hasAttacks = scenario.attacks.length > 0;
  const total = hasAttacks ? 2 * slots : slots;
  const simulate = (played: Scenario, before: number) =>
    runSimulation({
      scenario: played,
      seed,
      workers,
      check,
      signal,
      onProgress: (done) => onProgress?.(before + done, total),
      onMessage: before === 0 ? onMessage : undefined,
    });
  const results = await simulate(scenario, 0);
  const slotsDone = countSlots(results);
  const isFinished = slotsDone === slots;
  const calm = hasAttacks && isFinished ? await simulate({ ...scenario, attacks: [] }, slots) : null;
  const calmTables = calm !== null && countSlots(calm) === slots ? calm.map(({ tables }) => tables) : null;
  const complete = isFinished && (!hasAttacks || calmTables !== null);
  return createRunRecord(
    results.map(({ tables }) => tables),
    calmTables,
    { scenario, seed, slotsDone, complete, checked: check, reproduce },
  );
}
