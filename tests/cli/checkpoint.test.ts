import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareRun } from '../../cli/run_job.ts';
import { killAndResume, readRun, SHORT } from './checkpoint_kills.ts';
import { readJson, runLab, startLab } from './lab.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'lab-checkpoint-'));
});
afterAll(() => rmSync(home, { recursive: true }));

it('killed at 20 random moments and resumed each time, a run ends with the bytes of an undisturbed one', async () => {
  await killAndResume(home, 20);
}, 900_000);

/** Waits until a run has a checkpoint later than its beginning. */
async function waitForCheckpoint(out: string): Promise<void> {
  const file = join(home, out, 'checkpoint');
  while (!existsSync(file) || readFileSync(file, 'latin1').includes('"slot":0')) await sleep(20);
}

/** A long run that was killed. */
async function leaveUnfinished(out: string): Promise<string> {
  const long = ['calm', '--set', 'time.length=5_000_000 slots', '--set', 'measure.sample_every=1_000 slots'];
  const command = startLab(
    ['run', ...long, '--checkpoint-every', '200', '--workers', '0', '--out', out],
    home,
  );
  await waitForCheckpoint(out);
  command.kill();
  await command.outcome;
  return join(home, out, 'checkpoint');
}

describe('Ctrl-C in a checkpointed run', () => {
  it('keeps what is complete and where to go on, and going on ends with the same bytes', async () => {
    const args = ['run', ...SHORT, '--checkpoint-every', '100', '--out', 'stopped', '--workers', '0'];
    const command = startLab(args, home);
    await waitForCheckpoint('stopped');
    command.interrupt();
    const outcome = await command.outcome;
    expect(outcome.code).toBe(130);
    expect(outcome.error).toContain('to go on: npx percolator-lab run --resume stopped');
    const { complete, slotsDone } = readJson(join(home, 'stopped', 'manifest.json'));
    expect(complete).toBe(false);
    expect(slotsDone).toBeLessThan(450);
    await runLab(['run', '--resume', 'stopped', '--workers', '0', '--no-report'], home);
    expect(readRun(join(home, 'stopped'))).toEqual(readRun(join(home, 'undisturbed')));
  }, 300_000);
});

describe('a run that is not done', () => {
  let file: string;
  let whole: Buffer;
  beforeAll(async () => {
    file = await leaveUnfinished('unfinished');
    whole = readFileSync(file);
  });

  it('says what it is in its first lines', () => {
    const [magic, hash, header] = whole.toString('latin1').split('\n');
    expect([magic, hash?.length]).toEqual(['percolator-lab/checkpoint/1', 64]);
    expect(JSON.parse(header!)).toMatchObject({
      scenario: 'calm',
      seed: '1',
      pass: 'attacked',
      check: false,
      every: 200,
      reproduce: expect.stringMatching(/^npx percolator-lab run calm --seed 1 --set /),
    });
  });

  it('is not run over without --force', async () => {
    const outcome = await runLab(['run', 'calm', '--out', 'unfinished'], home);
    expect(outcome).toMatchObject({ code: 2, error: expect.stringContaining('--resume unfinished') });
    expect(readFileSync(file).equals(whole)).toBe(true);
  });

  it.each([
    ['cut off', () => whole.subarray(0, -1)],
    [
      'changed',
      () => Buffer.concat([whole.subarray(0, 5_000), Buffer.of(whole[5_000]! ^ 1), whole.subarray(5_001)]),
    ],
    ['changed', () => Buffer.from(whole.toString('latin1').replace('"seed":"1"', '"seed":"2"'), 'latin1')],
    ['is no checkpoint', () => Buffer.from('{}')],
  ])('is refused when its checkpoint is %s', async (what, damage) => {
    writeFileSync(file, damage());
    const outcome = await runLab(['run', '--resume', 'unfinished'], home);
    expect(outcome).toMatchObject({ code: 2, out: '', error: expect.stringContaining(what) });
    expect(outcome.error).toContain('run the scenario again');
    writeFileSync(file, whole);
  });

  it('is replaced with --force', async () => {
    const args = [
      'run',
      'calm',
      '--set',
      'time.length=1 min',
      '--no-report',
      '--force',
      '--out',
      'unfinished',
    ];
    expect(await runLab(args, home)).toMatchObject({ code: 0 });
    expect(readdirSync(join(home, 'unfinished'))).not.toContain('checkpoint');
  });
});

it.each([
  [{ resume: 'nowhere' }, 'no run directory nowhere'],
  [{ resume: '.' }, 'holds no checkpoint'],
  [{ resume: 'x', scenario: 'calm' }, 'leave out the scenario'],
  [{ resume: 'x', seed: '1' }, 'leave out --seed'],
  [{ resume: 'x', check: true }, 'leave out --check'],
  [{ scenario: 'calm', 'checkpoint-every': 0 }, '--checkpoint-every'],
  [{ scenario: 'calm', 'checkpoint-every': 1.5 }, '--checkpoint-every'],
  [{}, '--resume DIR'],
])('bad input: %j', (given, named) => {
  const none = { scenario: undefined, seed: undefined, set: undefined, out: undefined, check: undefined };
  const others = {
    force: undefined,
    'checkpoint-every': undefined,
    resume: undefined,
    workers: 0,
    report: true,
  };
  expect(() => prepareRun({ ...none, ...others, ...given })).toThrow(named);
});

it('a run that is done has nothing to go on with', async () => {
  await runLab(
    ['run', 'calm', '--set', 'time.length=1 min', '--no-report', '--checkpoint-every', '9', '--out', 'done'],
    home,
  );
  const before = readRun(join(home, 'done'));
  // As if it had been killed between its last two steps.
  for (const name of ['checkpoint', '.checkpoint.1.draft']) writeFileSync(join(home, 'done', name), '');
  const outcome = await runLab(['run', '--resume', 'done'], home);
  const error = expect.stringContaining('done is complete');
  expect(outcome).toMatchObject({ code: 0, out: 'done\n', error });
  expect(readRun(join(home, 'done'))).toEqual(before);
});
