import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import seedrandom from 'seedrandom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPackageRoot } from '../../sim/scenario/root.ts';
import { buildCanary } from './canary.ts';
import { readCsv, readJson, runLab, startLab } from './lab.ts';

const LONG_MS = 240_000;
const SWEEP = [
  'sweep',
  'calm',
  '--set',
  'time.length=30 s',
  // In so short a time nothing matures, and what has no value meets no expectation.
  '--set',
  'expect=[]',
  '--grid',
  'slabs.btc.risk.warmup=0 s,1 min',
  '--seeds',
  '4',
];

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'lab-sweep-'));
});
afterAll(() => rmSync(home, { recursive: true }));

/** Name and hash of every file below a folder. */
const readFolder = (name: string): [string, string][] =>
  readdirSync(join(home, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [
      file.slice(join(home, name).length),
      createHash('sha256').update(readFileSync(file)).digest('hex'),
    ]);

describe('a sweep', { timeout: LONG_MS }, () => {
  beforeAll(async () => {
    const outcome = await runLab([...SWEEP, '--out', 'whole', '--workers', '1'], home);
    expect(outcome).toMatchObject({ code: 0, out: 'whole\n' });
  }, LONG_MS);

  test('has a row for each cell, and statistics for each point', () => {
    const cells = readCsv(join(home, 'whole', 'cells.csv'));
    expect(cells.map((row) => [row.cell, row['slabs.btc.risk.warmup'], row.seed])).toEqual([
      ['0', '0 s', '1'],
      ['1', '0 s', '2'],
      ['2', '0 s', '3'],
      ['3', '0 s', '4'],
      ['4', '1 min', '1'],
      ['5', '1 min', '2'],
      ['6', '1 min', '3'],
      ['7', '1 min', '4'],
    ]);
    const fills = cells.slice(0, 4).map((row) => Number(row['market.fills']));
    const statistics = readCsv(join(home, 'whole', 'statistics.csv'));
    const row = statistics.find(({ metric, point }) => point === '0' && metric === 'market.fills')!;
    expect(Number(row.n)).toBe(4);
    expect(Number(row.mean)).toBeCloseTo(fills.reduce((sum, value) => sum + value, 0) / 4, 9);
    expect(Number(row.max)).toBe(Math.max(...fills));
    expect(Number(row.meanLow)).toBeLessThan(Number(row.mean));
    const summary = readJson(join(home, 'whole', 'summary.json'));
    expect(summary).toMatchObject({ cells: 8, failed: 0, broken: 0 });
    expect(summary.points[1].values).toEqual({ 'slabs.btc.risk.warmup': '1 min' });
  });

  test('a cell is the run that its command makes', async () => {
    const set = ['--set', 'time.length=30 s', '--set', 'expect=[]', '--set', 'slabs.btc.risk.warmup="1 min"'];
    await runLab(['run', 'calm', '--seed', '3', ...set, '--no-report', '--out', 'alone'], home);
    const { metrics } = readJson(join(home, 'alone', 'summary.json'));
    const cell = readJson(join(home, 'whole', 'cells', '6.json'));
    for (const { name, value } of metrics) expect(cell.result.metrics[name]).toBe(value);
  });

  test('seeds are common random numbers: what the swept parameter cannot touch is equal at every point', () => {
    const cells = readCsv(join(home, 'whole', 'cells.csv'));
    const drawn = ['market.index_min', 'market.index_max', 'totals.deposited', 'market.open_interest_max'];
    for (const seed of ['1', '2', '3', '4']) {
      const [first, second] = cells.filter((row) => row.seed === seed);
      for (const metric of drawn) expect(second![metric]).toBe(first![metric]);
    }
    expect(new Set(cells.map((row) => row['totals.deposited'])).size).toBe(4);
  });

  test('the same bytes for another number of workers', async () => {
    await runLab([...SWEEP, '--out', 'wide', '--workers', '3'], home);
    expect(readFolder('wide')).toEqual(readFolder('whole'));
  });

  test(
    'killed again and again, it goes on and ends with the same bytes',
    async () => {
      const random = seedrandom('kill');
      for (let kills = 0; kills < 20; kills++) {
        const command = startLab([...SWEEP, '--out', 'killed'], home);
        await Promise.race([sleep(200 + 1_500 * random()), command.outcome]);
        command.kill();
        await command.outcome;
      }
      expect(await runLab([...SWEEP, '--out', 'killed'], home)).toMatchObject({ code: 0 });
      expect(readFolder('killed')).toEqual(readFolder('whole'));
    },
    LONG_MS,
  );

  test('parts join into the same bytes', async () => {
    for (const index of ['0', '1', '2']) {
      const part = ['--cell-index', index, '--cell-count', '3', '--out', `part-${index}`];
      expect(await runLab([...SWEEP, ...part], home)).toMatchObject({ code: 0 });
    }
    const incomplete = await runLab(['merge', 'part-0', 'part-2', '--out', 'merged'], home);
    expect(incomplete).toMatchObject({ code: 2, error: '3 of 8 cells are missing, the first is 1\n' });
    expect(existsSync(join(home, 'merged'))).toBe(false);
    const merged = await runLab(['merge', 'part-0', 'part-1', 'part-2', '--out', 'merged'], home);
    expect(merged.code).toBe(0);
    expect(readFolder('merged')).toEqual(readFolder('whole'));
  });

  test('another sweep is refused the directory', async () => {
    const outcome = await runLab([...SWEEP.slice(0, -1), '5', '--out', 'whole'], home);
    expect(outcome.code).toBe(2);
    expect(outcome.error).toContain('whole holds another sweep: seeds differs');
  });

  test('a value that cannot be is refused before anything runs', async () => {
    const grid = ['sweep', 'calm', '--grid', 'slabs.btc.risk.warmup=1 min,5 apples', '--out', 'never'];
    const outcome = await runLab(grid, home);
    expect(outcome.code).toBe(2);
    expect(outcome.error).toContain('5 apples');
    expect(existsSync(join(home, 'never'))).toBe(false);
  });
});

test(
  'missed expectations are listed with the point and a command, and exit 1',
  async () => {
    const grid = ['--grid', 'underlyings.BTC.price.fall=60 bps,40 %', '--seeds', '2', '--out', 'missed'];
    const set = ['--set', 'time.length=2 min', '--set', 'underlyings.BTC.price.over=1 min'];
    const outcome = await runLab(['sweep', 'calm', ...set, ...grid], home);
    expect(outcome).toMatchObject({ code: 1, out: 'missed\n' });
    expect(outcome.error).toMatch(
      /MISS liquidations\.count every run == 0 {2}got \d+, 0 of 2 runs meet it, with underlyings\.BTC\.price\.fall=40 %\n {4}seed [12]: npx percolator-lab run calm .*'underlyings\.BTC\.price\.fall="40 %"'/,
    );
    const summary = readJson(join(home, 'missed', 'summary.json'));
    const misses = summary.points.map(
      ({ expectations }: { expectations: { met: boolean }[] }) =>
        expectations.filter(({ met }) => !met).length,
    );
    expect(misses[0]).toBe(0);
    expect(summary.missed).toBe(misses[1]);
    expect(outcome.error).toContain(`${summary.missed} expectations missed`);
  },
  LONG_MS,
);

test(
  'Ctrl-C exits 130, and the same command goes on',
  async () => {
    const long = ['sweep', 'calm', '--seeds', '400', '--workers', '1', '--out', 'long'];
    const command = startLab(long, home);
    await command.printed('400 to run');
    await sleep(2_000);
    command.interrupt();
    const outcome = await command.outcome;
    expect(outcome.code).toBe(130);
    expect(existsSync(join(home, 'long', 'summary.json'))).toBe(false);
    const kept = readdirSync(join(home, 'long', 'cells')).length;
    const again = startLab(long, home);
    await again.printed(`${400 - kept} to run`);
    again.kill();
    await again.outcome;
  },
  LONG_MS,
);

describe('cells that fail', () => {
  let directory: string;
  const sweep = (name: string, seeds: string) =>
    startLab(
      ['sweep', 'calm', '--set', 'time.length=10 s', '--seeds', seeds, '--out', name],
      home,
      `${directory}/cli.js`,
    ).outcome;
  beforeAll(async () => {
    const to =
      "if (task.seed === 'throws') throw new RangeError('a planted fault'); if (task.seed === 'dies') process.exit(7);";
    directory = await buildCanary('failing', {
      file: /cli\/cell_worker\.ts$/,
      from: 'const record =',
      to: `${to} const record =`,
    });
  });
  afterAll(() => rmSync(join(findPackageRoot(), directory), { recursive: true }));

  test(
    'leave the others alone, are listed with their command, and exit 3',
    async () => {
      const outcome = await sweep('failing', '1,throws,dies,2');
      expect(outcome.code).toBe(3);
      expect(outcome.error).toContain('2 failed');
      expect(outcome.error).toContain('seed throws: a planted fault');
      expect(outcome.error).toContain('seed dies: the worker ended with code 7');
      expect(outcome.error).toContain("npx percolator-lab run calm --seed dies --set 'time.length=10 s'");
      const cells = readCsv(join(home, 'failing', 'cells.csv'));
      expect(cells.map((row) => row.failure)).toEqual([
        '',
        'a planted fault',
        'the worker ended with code 7',
        '',
      ]);
      expect(cells.map((row) => row['market.fills'] !== '')).toEqual([true, false, false, true]);
      const summary = readJson(join(home, 'failing', 'summary.json'));
      expect(summary.failed).toBe(2);
      expect(summary.points[0].statistics['market.fills'].n).toBe(2);
    },
    LONG_MS,
  );
});
