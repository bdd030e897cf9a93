import { parentPort, workerData } from 'node:worker_threads';
import { AGENT_MODULES } from '../agents/index.ts';
import { createRecorder } from '../record/recorder.ts';
import { Barrier, PoisonedBarrier } from './barrier.ts';
import { Control } from './control.ts';
import { Coordinator, listUnderlyings } from './coordinator.ts';
import type { WorkerPlan, WorkerReport } from './plan.ts';
import { PriceBoard } from './price_board.ts';
import { Shard } from './shard.ts';
import { runSlots } from './slots.ts';

/** Runs one shard to its end. */
function runWorker(plan: WorkerPlan): WorkerReport {
  const { scenario, seed, shard: number } = plan;
  const control = new Control(plan.control);
  const barrier = new Barrier(control.words, plan.parties);
  const board = new PriceBoard(listUnderlyings(scenario).length, plan.board);
  const registry = AGENT_MODULES;
  const shard = new Shard({ ...plan, registry, makeRecorder: createRecorder, board, control });
  try {
    const coordinator = number === 0 ? new Coordinator(scenario, seed, registry, board, control) : null;
    const slots = runSlots(shard, coordinator, control, scenario.slots);
    let step = slots.next();
    while (!step.done) {
      barrier.wait();
      step = slots.next();
    }
    return { kind: 'results', results: step.value };
  } catch (error) {
    if (error instanceof PoisonedBarrier) return { kind: 'poisoned' };
    barrier.poison();
    return { kind: 'failure', failure: shard.describe(error) };
  }
}

parentPort?.postMessage(runWorker(workerData as WorkerPlan));
