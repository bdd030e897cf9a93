import { parentPort } from 'node:worker_threads';
import { type CellResult, calculateCellResult } from '../reports/check/cell.ts';
import { calculateSummary } from '../reports/metrics/index.ts';
import { runScenario } from '../sim/run.ts';
import { SimulationError } from '../sim/shards/failure.ts';
import { collectYoung } from '../sim/shards/worker_room.ts';
import type { Answer } from '../sim/sweep/pool.ts';
import type { CellTask } from './cells.ts';

async function answer(task: CellTask): Promise<Answer<CellResult>> {
  try {
    const record = await runScenario({ ...task, workers: 0 });
    return { result: calculateCellResult(calculateSummary(record)) };
  } catch (error) {
    const { message, name, stack = '' } = error as Error;
    const kind = error instanceof SimulationError ? error.failure.kind : name;
    return { failure: { kind, message, stack } };
  }
}

parentPort?.on('message', async (task: CellTask) => {
  parentPort?.postMessage(await answer(task));
  collectYoung();
});
