import { Worker } from 'node:worker_threads';
import { reviveFills } from '../record/fill_table.ts';
import { Barrier } from './barrier.ts';
import { Control } from './control.ts';
import { listUnderlyings } from './coordinator.ts';
import { type Failure, SimulationError } from './failure.ts';
import { FlowBoard } from './flow_board.ts';
import type { PlacedResult, RunHooks, RunPlan, RunState, WorkerPlan, WorkerReport } from './plan.ts';
import { PriceBoard } from './price_board.ts';
import { limitWorker } from './worker_room.ts';

const PROGRESS_MS = 100;
/** A worker that does not come to the barrier this long after another failed is ended by force. */
const GRACE_MS = 2_000;

/**
 * Runs each of `placement` in a worker made from the bundle `script`. This thread stays free: it only listens. Throws
 * `SimulationError` once all workers are gone, if one of them failed.
 */
export async function runWorkers(
  plan: RunPlan,
  placement: readonly (readonly number[])[],
  script: string,
  { onCheckpoint, onProgress, signal }: RunHooks,
): Promise<PlacedResult[]> {
  const { scenario, seed } = plan;
  const parties = placement.length;
  const control = Control.create(parties, scenario.slots);
  const board = new PriceBoard(listUnderlyings(scenario).length);
  const flows = new FlowBoard(scenario.slabs.length);
  const barrier = new Barrier(control.words, parties);
  const workers = placement.map((slabs, shard) => {
    const workerPlan: WorkerPlan = {
      ...plan,
      resume: plan.resume && selectPart(plan.resume, shard, slabs),
      shard,
      slabs,
      parties,
      control: control.memory,
      board: board.memory,
      flows: flows.memory,
    };
    return new Worker(script, { workerData: workerPlan, resourceLimits: limitWorker(parties) });
  });
  const reports: WorkerReport[] = [];
  const collector = new CheckpointCollector(parties);
  let failure: Failure | undefined;
  let checkpointError: unknown;
  let killer: NodeJS.Timeout | undefined;
  const stopAll = () => {
    barrier.poison();
    killer ??= setTimeout(() => workers.forEach((worker) => void worker.terminate()), GRACE_MS);
  };
  const fail = (cause: Failure) => {
    failure ??= cause;
    stopAll();
  };
  const collect = (part: RunState) => {
    const state = collector.add(part);
    if (state === null) return;
    try {
      onCheckpoint?.(state);
      control.setSaved(state.slot);
    } catch (error) {
      checkpointError ??= error;
      stopAll();
    }
  };
  const ended = workers.map((worker, shard) =>
    watch(worker, (report) => {
      if (report.kind === 'checkpoint') return collect(report.part);
      reports.push(report);
      if (report.kind === 'failure') fail(report.failure);
    }).catch((error: unknown) => {
      const slab = scenario.slabs[control.slab(shard)];
      fail(describeDeath(error, slab?.id ?? null, control.slotsDone(shard)));
    }),
  );
  const stop = () => control.requestStop();
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const least = () => Math.min(...placement.map((_, shard) => control.slotsDone(shard)));
  const ticker = setInterval(() => onProgress?.(least(), scenario.slots), PROGRESS_MS);
  await Promise.all(ended);
  clearInterval(ticker);
  clearTimeout(killer);
  signal?.removeEventListener('abort', stop);
  if (failure !== undefined) throw new SimulationError(failure, seed);
  if (checkpointError !== undefined) throw checkpointError;
  return reports.flatMap((report) => (report.kind === 'results' ? report.results.map(revive) : []));
}

/** What one shard needs of a state that was written by any number of shards. */
function selectPart(state: RunState, shard: number, slabs: readonly number[]): RunState {
  return {
    ...state,
    coordinator: shard === 0 ? state.coordinator : null,
    slabs: state.slabs.filter(({ index }) => slabs.includes(index)),
  };
}

/** Joins the parts of a checkpoint. Shards wait for it, so there is one at a time. */
class CheckpointCollector {
  private readonly parties: number;
  private parts: RunState[] = [];

  constructor(parties: number) {
    this.parties = parties;
  }

  /** The whole state when all shards have sent theirs, null before. */
  add(part: RunState): RunState | null {
    this.parts.push(part);
    const { parts } = this;
    if (parts.length < this.parties) return null;
    this.parts = [];
    const coordinator = parts.find((sent) => sent.coordinator !== null)!.coordinator;
    return { ...part, coordinator, slabs: parts.flatMap(({ slabs }) => slabs) };
  }
}

function revive(placed: PlacedResult): PlacedResult {
  reviveFills(placed.result.tables.fills);
  return placed;
}

/** Resolves when the worker has ended after a report; rejects if it ended without one. */
function watch(worker: Worker, onReport: (report: WorkerReport) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let hasReported = false;
    worker.on('message', (report: WorkerReport) => {
      hasReported ||= report.kind !== 'checkpoint';
      onReport(report);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (hasReported) resolve();
      else reject(new Error(`a worker ended with code ${code} before it was done`));
    });
  });
}

/** A failure that the worker itself could not report. */
function describeDeath(error: unknown, slab: string | null, slot: number): Failure {
  const known = error instanceof Error ? error : new Error(String(error));
  return {
    kind: known.name,
    message: known.message,
    stack: known.stack ?? known.message,
    slab,
    slot,
    agent: null,
  };
}
