import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlacedResult, RunHooks, RunPlan, RunState } from '../../../sim/shards/plan.ts';
import { runInProcess } from '../../../sim/shards/run_in_process.ts';
import { runWorkers } from '../../../sim/shards/run_workers.ts';
import { loadZoo } from './zoo.ts';

const folder = fileURLToPath(
  new URL(`../../../node_modules/.cache/checkpoint-test-${process.pid}/`, import.meta.url),
);
const script = `${folder}worker.js`;

beforeAll(async () => {
  const worker = fileURLToPath(new URL('../../../sim/shards/worker.ts', import.meta.url));
  const options = { bundle: true, format: 'esm', platform: 'node', packages: 'external' } as const;
  await build({ ...options, entryPoints: [worker], outfile: script });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PRICES = ['crash_bounce', 'gbm', 'squeeze'];
/** Slabs by shard; none for the run in process. */
const PLACEMENTS = { 0: [], 1: [[0, 1, 2]], 2: [[1], [0, 2]], 3: [[2], [0], [1]] };
type Workers = keyof typeof PLACEMENTS;

const run = async (plan: RunPlan, workers: Workers, hooks: RunHooks = {}): Promise<PlacedResult[]> => {
  const placement: number[][] = PLACEMENTS[workers];
  const placed = await (placement.length === 0
    ? runInProcess(plan, hooks)
    : runWorkers(plan, placement, script, hooks));
  return placed.toSorted((a, b) => a.index - b.index);
};

/** Who writes a checkpoint, who goes on from it, and whether what is traded moves the prices. */
const HANDOVERS: [Workers, Workers, boolean][] = [
  [0, 2, true],
  [2, 1, false],
  [3, 0, true],
];

describe.each(HANDOVERS)('%i workers write, %i read (impact: %s)', (writers, readers, impact) => {
  it('a run goes on as if nothing had happened, and from where it was stopped', async () => {
    const plan: RunPlan = { scenario: loadZoo(60, impact, PRICES), seed: 'zoo', check: false };
    const whole = await runInProcess(plan, {});
    const aborter = new AbortController();
    const states: RunState[] = [];
    const onCheckpoint = (state: RunState) => {
      states.push(state);
      if (states.length === 2) aborter.abort();
    };
    const hooks = { onCheckpoint, signal: aborter.signal };
    const stopped = await run({ ...plan, checkpointEvery: 11 }, writers, hooks);
    const slots = states.map(({ slot }) => slot);
    expect(slots.slice(0, 2)).toEqual([11, 22]);
    expect(slots.at(-1)).toBeLessThan(60);
    expect(stopped.map(({ result }) => result.slotsDone)).toEqual(PRICES.map(() => slots.at(-1)));
    for (const resume of [states[0]!, states.at(-1)!]) {
      expect(await run({ ...plan, checkpointEvery: 7, resume }, readers)).toEqual(whole);
    }
  });
});

it.each([0, 2] as const)('a checkpoint that cannot be kept ends the run (%i workers)', async (workers) => {
  const plan: RunPlan = {
    scenario: loadZoo(60, false, PRICES),
    seed: 'zoo',
    check: false,
    checkpointEvery: 10,
  };
  const full = new Error('the disk is full');
  const onCheckpoint = () => {
    throw full;
  };
  await expect(run(plan, workers, { onCheckpoint })).rejects.toBe(full);
});
