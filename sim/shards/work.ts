import { parentPort, workerData } from 'node:worker_threads';
import { Barrier, PoisonedBarrier } from './barrier.ts';
import { Control } from './control.ts';
import { Coordinator, listUnderlyings } from './coordinator.ts';
import { FlowBoard } from './flow_board.ts';
import type { Parts, RunState, WorkerPlan, WorkerReport } from './plan.ts';
import { PriceBoard } from './price_board.ts';
import { Shard } from './shard.ts';
import { runSlots } from './slots.ts';

/** Runs one shard to its end. */
function runWorker(plan: WorkerPlan, parts: Parts): WorkerReport {
  const { scenario, seed, shard: number } = plan;
  const control = new Control(plan.control);
  const barrier = new Barrier(control.words, plan.parties);
  const board = new PriceBoard(listUnderlyings(scenario).length, plan.board);
  const flows = new FlowBoard(scenario.slabs.length, plan.flows);
  const shard = new Shard({ ...plan, ...parts, board, flows, control });
  try {
    const setup = { scenario, seed, registry: parts.registry, board, flows, control };
    const coordinator = number === 0 ? new Coordinator(setup) : null;
    const slots = runSlots(shard, coordinator, control, plan);
    let step = slots.next();
    while (!step.done) {
      if (step.value === undefined) {
        barrier.wait();
      } else {
        postCheckpoint(step.value);
        control.waitUntilSaved(step.value.slot, barrier);
      }
      step = slots.next();
    }
    return { kind: 'results', results: step.value };
  } catch (error) {
    if (error instanceof PoisonedBarrier) return { kind: 'poisoned' };
    barrier.poison();
    return { kind: 'failure', failure: shard.describe(error) };
  }
}

function postCheckpoint(part: RunState): void {
  const report: WorkerReport = { kind: 'checkpoint', part };
  parentPort?.postMessage(
    report,
    part.slabs.map(({ bytes }) => bytes.buffer),
  );
}

/** Makes this thread a worker: runs the shard it was started for and reports. */
export function work(parts: Parts): void {
  const report = runWorker(workerData as WorkerPlan, parts);
  const buffers =
    report.kind === 'results' ? report.results.flatMap(({ result }) => result.tables.fills.buffers) : [];
  parentPort?.postMessage(report, buffers);
}
