import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { findPackageRoot } from '../scenario/root.ts';
import type { Scenario } from '../scenario/schema.ts';
import { placeSlabs } from './placement.ts';
import type { RunHooks, RunPlan, SlabResult } from './plan.ts';
import { runInProcess } from './run_in_process.ts';
import { runWorkers } from './run_workers.ts';

export interface SimulationOptions extends RunPlan, RunHooks {
  /** Worker threads; 0 runs on this thread. More than there are cores, or slabs, are not started. */
  workers: number;
  /** A sentence for the person at the terminal. */
  onMessage?: ((text: string) => void) | undefined;
}

/**
 * Runs a scenario and returns one result per slab, in the order of the scenario: the same for every number of workers.
 * Throws `SimulationError`, and an Error if the worker bundle is missing.
 */
export async function runSimulation(options: SimulationOptions): Promise<SlabResult[]> {
  const { scenario, seed, check, checkpointEvery, resume } = options;
  const plan: RunPlan = { scenario, seed, check, checkpointEvery, resume };
  const workers = limitWorkers(options);
  const placed =
    workers === 0
      ? await runInProcess(plan, options)
      : await runWorkers(plan, placeSlabs(estimateLoads(scenario), workers), findWorkerScript(), options);
  placed.sort((a, b) => a.index - b.index);
  return placed.map(({ result }) => result);
}

/** More parties than cores would wait for each other at every barrier (design 05 §4). */
function limitWorkers({ onMessage, scenario, workers }: SimulationOptions): number {
  const cores = availableParallelism();
  if (workers > cores) {
    onMessage?.(`${workers} workers asked for, but there are ${cores} cores: running with ${cores}`);
  }
  return Math.min(workers, cores, scenario.slabs.length);
}

/** Agents of each slab: what a slot costs grows with them. The one is the slab itself. */
function estimateLoads({ attacks, population, slabs }: Scenario): number[] {
  return slabs.map(({ id }) => {
    const groups = population.filter((group) => group.slabs.includes(id));
    const attackers = attacks.filter((attack) => attack.slabs.includes(id));
    return groups.reduce((sum, { count }) => sum + count, 1 + attackers.length);
  });
}

function findWorkerScript(): string {
  const script = join(findPackageRoot(), 'dist', 'worker.js');
  if (!existsSync(script)) throw new Error(`${script} is missing; \`npm run build\` makes it`);
  return script;
}
