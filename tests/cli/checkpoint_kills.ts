import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { createStream } from '../../sim/kernel/streams.ts';
import { runLab, startLab } from './lab.ts';

/** Two passes, because it has attacks; of several slabs. */
export const SHORT = ['oracle-spike', '--set', 'time.length=3 min', '--no-report'];

/** All files of a run directory but the wall times. */
export const readRun = (directory: string) =>
  readdirSync(directory)
    .filter((name) => name !== 'timing.json')
    .sort()
    .map((name) => [name, readFileSync(join(directory, name), 'utf8')]);

/**
 * Begins a checkpointed run again and again, kills it at a random moment each time and goes on with it, with another
 * number of workers, until it has been killed `kills` times. Every run that comes to its end must be the undisturbed one.
 */
export async function killAndResume(home: string, kills: number): Promise<void> {
  const startedAt = performance.now();
  const undisturbed = await runLab(['run', ...SHORT, '--workers', '0', '--out', 'undisturbed'], home);
  const undisturbedMs = performance.now() - startedAt;
  const expected = readRun(join(home, 'undisturbed'));
  const rng = createStream('kills', String(kills));
  const run = join(home, 'killed');
  // Killed before its first checkpoint a run leaves a directory that it can only begin anew.
  const begin = ['run', ...SHORT, '--checkpoint-every', '40', '--out', 'killed', '--force'];
  let killed = 0;
  let resumed = 0;
  for (let attempt = 0; killed < kills || existsSync(run); attempt += 1) {
    const isThere = existsSync(run) && readdirSync(run).includes('checkpoint');
    if (isThere) resumed += 1;
    const args = isThere ? ['run', '--resume', 'killed', '--no-report'] : begin;
    const command = startLab([...args, '--workers', String(attempt % 3)], home);
    if (killed < kills) await Promise.race([sleep(1.4 * undisturbedMs * rng()), command.outcome]);
    else await command.outcome;
    command.kill();
    const { code } = await command.outcome;
    if (code === null) {
      killed += 1;
    } else {
      expect(code).toBe(undisturbed.code);
      expect(readRun(run)).toEqual(expected);
      rmSync(run, { recursive: true });
    }
  }
  // Kills that all fall before the first checkpoint would prove nothing.
  expect(resumed).toBeGreaterThan(kills / 4);
}
