import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPackageRoot } from '../../sim/scenario/root.ts';
import { buildCanary, type Sabotage } from './canary.ts';
import { readCsv, readJson, runLab, startLab } from './lab.ts';

const HOOK_MS = 120_000;

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'lab-run-'));
});
afterAll(() => rmSync(home, { recursive: true }));

const readResults = (run: string) =>
  readdirSync(join(home, run))
    .filter((name) => name.endsWith('.csv') || name === 'summary.json')
    .sort()
    .map((name) => [name, readFileSync(join(home, run, name), 'utf8')]);

const SHORT_SPIKE = ['--set', 'time.length=6 min', '--no-report'];

describe('oracle-spike', () => {
  beforeAll(async () => {
    for (const workers of ['0', '1', '2', '4']) {
      const args = ['run', 'oracle-spike', ...SHORT_SPIKE, '--workers', workers, '--out', `spike-${workers}`];
      expect(await runLab(args, home)).toMatchObject({ code: 0, out: `spike-${workers}\n` });
    }
  }, HOOK_MS);

  test('the same bytes for 0, 1, 2 and 4 workers, and twice in a row', async () => {
    const first = readResults('spike-0');
    expect(first.length).toBe(12);
    for (const workers of ['1', '2', '4']) expect(readResults(`spike-${workers}`)).toEqual(first);
    await runLab(['run', 'oracle-spike', ...SHORT_SPIKE, '--out', 'spike-again'], home);
    expect(readResults('spike-again')).toEqual(first);
    const { resultHash } = readJson(join(home, 'spike-0', 'manifest.json'));
    expect(readJson(join(home, 'spike-again', 'manifest.json')).resultHash).toBe(resultHash);
  });

  test('another seed gives other results', async () => {
    await runLab(['run', 'oracle-spike', ...SHORT_SPIKE, '--seed', '4', '--out', 'spike-other'], home);
    expect(readResults('spike-other')).not.toEqual(readResults('spike-0'));
  });

  test('what the attackers won, everybody else lost', () => {
    const attacks = readCsv(join(home, 'spike-0', 'attacks.csv'));
    expect(attacks.length).toBeGreaterThan(1);
    for (const attack of attacks) {
      const won = Number(attack.netExtractedAtoms);
      const others = Number(attack.honestWealthChangeAtoms);
      expect(won).not.toBe(0);
      // Rounding aside nobody wins what nobody lost; claims that a transient h destroyed are lost to all.
      expect(won + others).toBeLessThan(10_000);
    }
  });
});

describe('first-look', () => {
  const run = () => join(home, 'runs', 'first-look-1');
  beforeAll(async () => {
    const outcome = await runLab(['run', 'first-look', '--check'], home);
    expect(outcome.code).toBe(0);
    expect(outcome.out).toBe('runs/first-look-1/report.html\n');
  }, HOOK_MS);
  const sum = (table: string, column: string) =>
    readCsv(join(run(), `${table}.csv`)).reduce((total, row) => total + Number(row[column]), 0);

  /** Sum over the slabs of what the last row of the series says. */
  const sumLast = (column: string) => {
    const last = new Map(readCsv(join(run(), 'series.csv')).map((row) => [row.slab, Number(row[column])]));
    return [...last.values()].reduce((total, value) => total + value, 0);
  };

  test('deposits − withdrawals = vault', () => {
    const paidIn = sum('accounts', 'depositedAtoms') + sum('slabs', 'toppedUpAtoms');
    expect(paidIn - sum('accounts', 'withdrawnAtoms')).toBe(sum('slabs', 'vaultAtoms'));
    expect(sum('accounts', 'capitalAtoms')).toBe(sumLast('capitalAtoms'));
    expect(sum('slabs', 'vaultAtoms')).toBe(sumLast('vaultAtoms'));
  });

  test('losses and insurance = gains and what is left for claims', () => {
    const paid = sum('accounts', 'lossesPaidAtoms') + sum('slabs', 'insurancePaidAtoms');
    expect(paid).toBe(sum('accounts', 'gainsConvertedAtoms') + sumLast('residualAtoms'));
    expect(sum('accounts', 'gainsConvertedAtoms')).toBeGreaterThan(0);
  });

  test('each account explains its capital', () => {
    for (const row of readCsv(join(run(), 'accounts.csv'))) {
      const read = (column: string) => Number(row[column]);
      const paidOut = read('withdrawnAtoms') + read('feesPaidAtoms') + read('lossesPaidAtoms');
      const received = read('depositedAtoms') + read('gainsConvertedAtoms') + read('rewardsAtoms');
      expect(received - paidOut).toBe(read('capitalAtoms'));
    }
  });

  test('deficits = insurance + K + uninsured, in accounts, liquidations and series alike', () => {
    const deficits = sum('accounts', 'deficitAtoms');
    expect(deficits).toBeGreaterThan(0);
    const shared = sumLast('socializedLongAtoms') + sumLast('socializedShortAtoms');
    expect(sum('slabs', 'insurancePaidAtoms') + shared + sumLast('uninsuredAtoms')).toBe(deficits);
    const parts = ['insurancePaidAtoms', 'socializedAtoms', 'uninsuredAtoms'];
    const atLiquidations = parts.reduce((total, column) => total + sum('liquidations', column), 0);
    expect(atLiquidations).toBe(sum('liquidations', 'deficitAtoms'));
    expect(sum('liquidations', 'deficitAtoms')).toBeLessThanOrEqual(deficits);
  });

  test('conversions in exits.csv are the gains of accounts.csv', () => {
    const exits = readCsv(join(run(), 'exits.csv'));
    const total = (kind: string, column: string) =>
      exits.filter((row) => row.kind === kind).reduce((all, row) => all + Number(row[column]), 0);
    expect(total('convert', 'paidAtoms')).toBe(sum('accounts', 'gainsConvertedAtoms'));
    expect(total('convert', 'amountAtoms')).toBe(sum('accounts', 'releasedConsumedAtoms'));
    expect(total('withdraw', 'amountAtoms')).toBe(sum('accounts', 'withdrawnAtoms'));
    for (const { amountAtoms, hStored, kind, paidAtoms } of exits) {
      if (kind === 'convert')
        expect(Number(paidAtoms)).toBe(Math.floor(Number(amountAtoms) * Number(hStored) + 1e-6));
    }
  });

  test('checking changes nothing: the same result hash without it', async () => {
    await runLab(['run', 'first-look', '--no-report', '--out', 'unchecked'], home);
    const read = (path: string) => readJson(join(path, 'manifest.json'));
    expect([read(run()).checked, read(join(home, 'unchecked')).checked]).toEqual([true, false]);
    expect(read(join(home, 'unchecked')).resultHash).toBe(read(run()).resultHash);
  });

  test('a run that exists is refused, and left alone', async () => {
    const before = readFileSync(join(run(), 'manifest.json'), 'utf8');
    const outcome = await runLab(['run', 'first-look'], home);
    expect(outcome.code).toBe(2);
    expect(outcome.error).toContain('exists already');
    expect(readFileSync(join(run(), 'manifest.json'), 'utf8')).toBe(before);
  });
});

describe('what a scenario expects', () => {
  const short = ['--set', 'time.length=2 min', '--workers', '0'];

  test('is met: shown in the terminal, in summary.json and in the report', async () => {
    const outcome = await runLab(['run', 'calm', ...short, '--out', 'met'], home);
    expect(outcome).toMatchObject({ code: 0, error: '6 of 6 expectations are met\n' });
    const { expectations } = readJson(join(home, 'met', 'summary.json'));
    expect(expectations[3]).toEqual({
      metric: 'haircut.h_stored_min',
      slab: null,
      group: null,
      bound: '>= 1',
      value: 1,
      found: '1',
      met: true,
    });
    expect(readFileSync(join(home, 'met', 'report.html'), 'utf8')).toContain(
      'The run meets all 6 expectations of its scenario.',
    );
  });

  test('is missed: a line each, and exit 1', async () => {
    const crash = ['--set', 'underlyings.BTC.price.fall=40 %', '--set', 'underlyings.BTC.price.over=1 min'];
    const outcome = await runLab(['run', 'calm', ...short, ...crash, '--out', 'missed'], home);
    expect(outcome.code).toBe(1);
    expect(outcome.out).toBe('missed/report.html\n');
    const [first, ...misses] = outcome.error.trim().split('\n');
    expect(first).toMatch(/^[0-5] of 6 expectations are met$/);
    expect(misses[0]).toMatch(/^ {2}MISS liquidations.count == 0 {2}found \d+$/);
    expect(readFileSync(join(home, 'missed', 'report.html'), 'utf8')).toMatch(/The run misses \d of 6/);
    // Going on with it changes nothing, and says the same.
    const again = await runLab(['run', '--resume', 'missed'], home);
    expect(again).toMatchObject({ code: 1, out: 'missed/report.html\n' });
    expect(again.error).toBe(`missed is complete: there is nothing to go on with\n${outcome.error}`);
  });
});

test.each([
  [['run', 'first-lok'], 'first-look'],
  [['run', 'first-look', '--set', 'time.length=-5 min'], 'time.length'],
  [['run', 'first-look', '--workers', '-1'], '--workers'],
  [['run', 'first-look', '--seed', 'a b'], '--seed'],
  [['run', 'first-look', '--seed', '3', '--seed', '4'], '--seed'],
  [['run', 'first-look', '--sed', '3'], 'sed'],
])('bad input: %j', async (args, named) => {
  const outcome = await runLab(args, home);
  expect(outcome.code).toBe(2);
  expect(outcome.error).toContain(named);
});

test.each(['0', '2'])('Ctrl-C keeps what is complete and exits 130 (%s workers)', async (workers) => {
  const out = `stopped-${workers}`;
  const length = ['--set', 'time.length=5_000_000 slots', '--set', 'measure.sample_every=1_000 slots'];
  const command = startLab(['run', 'calm', ...length, '--workers', workers, '--out', out], home);
  await command.printed('slots/s');
  command.interrupt();
  const outcome = await command.outcome;
  expect(outcome.code).toBe(130);
  expect(outcome.error).toContain('incomplete: ');
  const manifest = readJson(join(home, out, 'manifest.json'));
  expect(manifest.complete).toBe(false);
  expect(manifest.slotsDone).toBeGreaterThan(0);
  // Half a run meets or misses nothing.
  expect(readJson(join(home, out, 'summary.json')).expectations).toEqual([]);
  const last = readCsv(join(home, out, 'series.csv')).at(-1)!;
  expect(Number(last.slot)).toBe(manifest.slotsDone - 1);
  expect(readdirSync(home).filter((name) => name.startsWith('.'))).toEqual([]);
});

/** Settlement that gives everybody an atom too much: what the alarm is for. */
const ONE_ATOM_TOO_MUCH: Sabotage = {
  file: /engine\/risk\/side_index\.ts$/,
  from: 'const delta = calculateKPnl(',
  to: 'const delta = 1 + calculateKPnl(',
};

test('canary: an engine that is off by an atom stops the run with exit 3, the invariant and the command', async () => {
  const directory = await buildCanary('canary', ONE_ATOM_TOO_MUCH);
  try {
    const args = ['run', 'calm', '--seed', '5', '--set', 'time.length=2 min', '--workers', '0'];
    const checked = await startLab([...args, '--check'], home, `${directory}/cli.js`).outcome;
    expect(checked.code).toBe(3);
    expect(checked.error).toMatch(
      /invariant 7 broken .*account \d+: settled .* \(slab btc, slot \d+, .*seed 5\)/,
    );
    expect(checked.error).toContain("npx percolator-lab run calm --seed 5 --set 'time.length=2 min' --check");
    expect(readdirSync(home)).not.toContain('calm-5');
  } finally {
    rmSync(join(findPackageRoot(), directory), { recursive: true });
  }
});
