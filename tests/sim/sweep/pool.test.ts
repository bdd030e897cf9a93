import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type Answer, runTasks } from '../../../sim/sweep/pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'pool-'));
const script = join(folder, 'worker.mjs');
// Squares numbers; 13 kills it.
writeFileSync(
  script,
  `import { parentPort } from 'node:worker_threads';
   parentPort.on('message', (n) => (n === 13 ? process.exit(3) : parentPort.postMessage({ result: n * n })));`,
);
afterAll(() => rmSync(folder, { recursive: true }));

async function run(tasks: readonly number[], signal = new AbortController().signal) {
  const answers = new Map<number, Answer<number>>();
  await runTasks<number, number>({
    script,
    workers: 2,
    tasks,
    toMessage: (task) => task,
    onAnswer: (task, answer) => {
      if (task === -1) throw new Error('disk full');
      expect(answers.has(task)).toBe(false);
      answers.set(task, answer);
    },
    signal,
  });
  return answers;
}

it('answers every task once; the death of a worker is the answer of its task alone', async () => {
  const answers = await run([1, 2, 13, 4, 5, 13 + 1]);
  expect([...answers.keys()].sort((a, b) => a - b)).toEqual([1, 2, 4, 5, 13, 14]);
  expect(answers.get(13)).toMatchObject({ failure: { message: 'the worker ended with code 3' } });
  expect([1, 2, 4, 5, 14].map((task) => answers.get(task))).toEqual(
    [1, 4, 16, 25, 196].map((result) => ({ result })),
  );
});

it('an answer that cannot be kept ends the run, and the workers with it', async () => {
  await expect(run([1, -1, 2, 3, 4, 5])).rejects.toThrow('disk full');
});

it('takes no task after the signal', async () => {
  expect(await run([1, 2, 3], AbortSignal.abort())).toEqual(new Map());
});
