import { Control } from './control.ts';
import { Coordinator, listUnderlyings } from './coordinator.ts';
import { SimulationError } from './failure.ts';
import { FlowBoard } from './flow_board.ts';
import { LAB_PARTS } from './lab_parts.ts';
import type { Parts, PlacedResult, RunHooks, RunPlan } from './plan.ts';
import { PriceBoard } from './price_board.ts';
import { Shard } from './shard.ts';
import { runSlots } from './slots.ts';

/** How long the event loop may wait for its turn. */
const YIELD_MS = 50;

/** Runs all slabs on this thread, giving the event loop its turn every 50 ms. Throws `SimulationError`. */
export async function runInProcess(
  plan: RunPlan,
  { onCheckpoint, onProgress, signal }: RunHooks,
  { registry, makeRecorder }: Parts = LAB_PARTS,
): Promise<PlacedResult[]> {
  const { scenario, seed } = plan;
  const control = Control.create(1, scenario.slots);
  const board = new PriceBoard(listUnderlyings(scenario).length);
  const flows = new FlowBoard(scenario.slabs.length);
  const slabs = scenario.slabs.map((_, index) => index);
  const shard = new Shard({ ...plan, registry, makeRecorder, shard: 0, slabs, board, flows, control });
  /** What is thrown by the simulation, not by the hooks, is a failure of the simulation. */
  const guard = <T>(simulate: () => T): T => {
    try {
      return simulate();
    } catch (error) {
      throw new SimulationError(shard.describe(error), seed);
    }
  };
  const coordinator = guard(() => new Coordinator({ scenario, seed, registry, board, flows, control }));
  const slots = runSlots(shard, coordinator, control, plan);
  const next = () => guard(() => slots.next());
  let yieldedAt = performance.now();
  let step = next();
  while (!step.done) {
    if (step.value !== undefined) onCheckpoint?.(step.value);
    if (signal?.aborted) control.requestStop();
    if (performance.now() - yieldedAt >= YIELD_MS) {
      onProgress?.(control.slotsDone(0), scenario.slots);
      await new Promise<void>((resume) => setImmediate(resume));
      yieldedAt = performance.now();
    }
    step = next();
  }
  return step.value;
}
