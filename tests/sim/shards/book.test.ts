import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunHooks, RunPlan, RunState } from '../../../sim/shards/plan.ts';
import { runInProcess } from '../../../sim/shards/run_in_process.ts';
import { runWorkers } from '../../../sim/shards/run_workers.ts';
import { loadBookScenario } from './book_scenario.ts';

const folder = fileURLToPath(
  new URL(`../../../node_modules/.cache/book-test-${process.pid}/`, import.meta.url),
);
const script = `${folder}worker.js`;

beforeAll(async () => {
  const worker = fileURLToPath(new URL('../../../sim/shards/worker.ts', import.meta.url));
  const options = { bundle: true, format: 'esm', platform: 'node', packages: 'external' } as const;
  await build({ ...options, entryPoints: [worker], outfile: script });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('order books: the same result on 0, 1 and 2 workers, checked throughout, and from a checkpoint on', async () => {
  const plan: RunPlan = { scenario: loadBookScenario(), seed: 'books', check: true };
  const whole = await runInProcess(plan, {});
  // In a run in which nothing happens there would be nothing to compare.
  const [guarded, open] = whole.map(({ result }) => result.tables);
  for (const tables of [guarded!, open!]) {
    expect(tables.fills.length).toBeGreaterThan(50);
    expect(tables.liquidations.length + tables.books[0]!.reductions).toBeGreaterThan(3);
  }
  expect(guarded!.books[0]!.batches).toBe(39);
  const states: RunState[] = [];
  const hooks: RunHooks = { onCheckpoint: (state) => states.push(state) };
  for (const placement of [[[0, 1, 2]], [[1], [2, 0]]]) {
    const placed = await runWorkers(plan, placement, script, hooks);
    expect(placed.toSorted((a, b) => a.index - b.index)).toEqual(whole);
  }
  await runInProcess({ ...plan, checkpointEvery: 50 }, hooks);
  expect(states.map(({ slot }) => slot)).toEqual([50, 100]);
  for (const resume of states) expect(await runInProcess({ ...plan, resume }, {})).toEqual(whole);
});
