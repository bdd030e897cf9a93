import type { RunProgress } from './checkpoint/checkpoint_file.ts';
import { decodeGraph } from './checkpoint/graph_decoder.ts';
import { encodeGraph } from './checkpoint/graph_encoder.ts';
import { collectClasses } from './checkpoint/vocabulary.ts';
import { FillTable } from './record/fill_table.ts';
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
  /** Takes where the run is: at the beginning, every so many slots of each of its two passes, and when it is stopped. */
  checkpoints?: { every: number; write(progress: RunProgress): void } | undefined;
  /** Where to go on. */
  resume?: RunProgress | undefined;
}

/** What the results of a pass are made of. */
const RESULTS = { known: [], classes: collectClasses([], [FillTable]) };

const countSlots = (results: readonly SlabResult[]) =>
  results.reduce((least, { slotsDone }) => Math.min(least, slotsDone), Number.MAX_SAFE_INTEGER);

/**
 * Runs a scenario; if it has attacks, runs it a second time with the same seed and without them, because only that tells
 * what they cost the others. A run that goes on from a checkpoint gives what it would have given undisturbed. Throws
 * `SimulationError` if an agent, the engine or an invariant fails.
 */
export async function runScenario(options: RunOptions): Promise<RunRecord> {
  const { check, checkpoints, onMessage, onProgress, reproduce, resume, scenario, seed, signal, workers } =
    options;
  const { slots } = scenario;
  const hasAttacks = scenario.attacks.length > 0;
  const total = hasAttacks ? 2 * slots : slots;
  const simulate = (pass: RunProgress['pass'], attacked: RunProgress['results']) => {
    const isHere = resume?.pass === pass;
    if (!isHere) checkpoints?.write({ pass, results: attacked, state: null });
    const before = pass === 'attacked' ? 0 : slots;
    return runSimulation({
      scenario: pass === 'attacked' ? scenario : { ...scenario, attacks: [] },
      seed,
      workers,
      check,
      checkpointEvery: checkpoints?.every,
      resume: (isHere && resume.state) || undefined,
      signal,
      onCheckpoint: (state) => checkpoints?.write({ pass, results: attacked, state }),
      onProgress: (done) => onProgress?.(before + done, total),
      onMessage: before === 0 ? onMessage : undefined,
    });
  };
  const isCalm = resume?.pass === 'calm';
  const results = isCalm
    ? (decodeGraph(resume.results!, RESULTS) as SlabResult[])
    : await simulate('attacked', null);
  const slotsDone = countSlots(results);
  const isFinished = slotsDone === slots;
  const attacked = () => resume?.results ?? (checkpoints ? encodeGraph(results, RESULTS) : null);
  const calm = hasAttacks && isFinished ? await simulate('calm', attacked()) : null;
  const calmTables = calm !== null && countSlots(calm) === slots ? calm.map(({ tables }) => tables) : null;
  const complete = isFinished && (!hasAttacks || calmTables !== null);
  return createRunRecord(
    results.map(({ tables }) => tables),
    calmTables,
    { scenario, seed, slotsDone, complete, checked: check, reproduce },
  );
}
