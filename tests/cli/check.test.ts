import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPackageRoot } from '../../sim/scenario/root.ts';
import { buildCanary } from './canary.ts';
import { readJson, runLab, startLab } from './lab.ts';

const LONG_MS = 300_000;
let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'lab-check-'));
});
afterAll(() => rmSync(home, { recursive: true }));

const QUICK = ['--seeds', '1'];

describe('check', { timeout: LONG_MS }, () => {
  test('a calm market is as expected; JSON and JUnit say the same', async () => {
    const outcome = await runLab(['check', 'calm', '--json', 'c.json', '--junit', 'c.xml', ...QUICK], home);
    expect(outcome.code).toBe(0);
    expect(outcome.out).toContain('calm: ok (one run)');
    const { scenarios } = readJson(join(home, 'c.json'));
    expect(scenarios[0].expectations.every(({ met }: { met: boolean }) => met)).toBe(true);
    const xml = readFileSync(join(home, 'c.xml'), 'utf8');
    expect(xml).toContain('failures="0" errors="0"');
  });

  test('without a warmup h falls: exit 1, and the miss comes with its seed and command', async () => {
    const off = ['--set', 'slabs.btc.risk.warmup=0 s'];
    const outcome = await runLab(
      ['check', 'calm', '--json', 'm.json', '--junit', 'm.xml', ...off, ...QUICK],
      home,
    );
    expect(outcome.code).toBe(1);
    const lines = outcome.out.split('\n');
    const at = lines.findIndex((line) => line.includes('MISS haircut.h_stored_min'));
    expect(lines[at]).toMatch(/every run >= 1 +got 0\.\d+$/);
    expect(lines[at + 1]).toBe(
      "       seed 1: npx percolator-lab run calm --seed 1 --set 'slabs.btc.risk.warmup=0 s' --check",
    );
    expect(lines[at + 2]).not.toMatch(/seed/);
    expect(readFileSync(join(home, 'm.xml'), 'utf8')).toContain(
      '<failure message="expected every run &gt;= 1, got 0.',
    );
  });

  test('without insurance the deep slab has others pay: exit 1', async () => {
    const outcome = await runLab(
      ['check', 'first-look', '--set', 'slabs.deep.insurance=0 USDC', ...QUICK],
      home,
    );
    expect(outcome.code).toBe(1);
    expect(outcome.out).toMatch(/MISS haircut\.principal_lost_through_k \(deep\) +every run == 0 USDC +got /);
  });

  test.each([
    ['classic/baseline', 'slabs.btc.risk.warmup=0 slots', 'haircut.h_stored_min', '>= 99 %', /^0\.\d+$/],
    ['classic/oracle-shock', 'slabs.btc.insurance=0 USDC', 'totals.insurance', '>= 6_000_000 USDC', /USDC$/],
  ])('%s with %s is red, and says why in three lines', async (scenario, set, metric, bound, found) => {
    const { code, out } = await runLab(['check', scenario, '--set', set], home);
    expect(code).toBe(1);
    // The seeds of the classics are their own.
    const lines = out.split('\n');
    const at = lines.findIndex((line) => line.includes(`MISS ${metric} `));
    expect(lines[0]).toMatch(new RegExp(`^${scenario}: \\d of 1[12] missed \\(one run\\)$`));
    const [, expected, got] = / {2}(\S.*\S) {2,}got (.*)$/.exec(lines[at]!.replace(`MISS ${metric}`, ''))!;
    expect(expected).toBe(`every run ${bound}`);
    expect(got).toMatch(found);
    expect(lines[at + 1]).toBe(
      `       seed 1: npx percolator-lab run ${scenario} --seed 1 --set '${set}' --check`,
    );
    expect(lines[at + 2]).toMatch(/^ {2}(MISS|ok) /);
  });

  test('a baseline is compared to the last bit', async () => {
    const short = ['check', 'calm', '--baseline', 'base', ...QUICK];
    const missing = await runLab(short, home);
    expect(missing.code).toBe(2);
    expect(missing.error).toBe(
      'there is no baseline of calm: base/calm.json does not exist; --update-baseline writes it\n',
    );
    expect(await runLab([...short, '--update-baseline'], home)).toMatchObject({ code: 0 });
    const equal = await runLab(short, home);
    expect(equal.code).toBe(0);
    expect(equal.out).toContain('equal to the baseline');
    const file = join(home, 'base', 'calm.json');
    const baseline = readJson(file);
    baseline.runs[0].result.metrics['market.volume'] += 1;
    writeFileSync(file, JSON.stringify(baseline));
    const changed = await runLab(short, home);
    expect(changed.code).toBe(1);
    expect(changed.out).toMatch(/MISS market\.volume .* as in the baseline +got .*one run differs/);
    expect((await runLab([...short, '--seeds', '2'], home)).code).toBe(2);
    writeFileSync(file, JSON.stringify({ ...baseline, schema: 'percolator-lab/baseline/1' }));
    const old = await runLab(short, home);
    expect(old.code).toBe(2);
    expect(old.error).toMatch(
      /base\/calm\.json was written by another version .*; --update-baseline writes it anew/,
    );
    writeFileSync(file, 'no JSON');
    expect((await runLab(short, home)).error).toContain('base/calm.json is no baseline of this lab;');
  });

  test('files of the same name have baselines of their own, wherever the check is called from', async () => {
    const text = readFileSync(join(findPackageRoot(), 'scenarios', 'calm.yaml'), 'utf8');
    const lengths = { one: '10 s', two: '20 s' };
    for (const [folder, length] of Object.entries(lengths)) {
      mkdirSync(join(home, folder));
      writeFileSync(join(home, folder, 'calm.yaml'), text.replace('length: 30 min', `length: ${length}`));
    }
    const store = ['check', 'one', 'two', '--baseline', 'stored', ...QUICK];
    expect((await runLab([...store, '--update-baseline'], home)).code).toBe(0);
    expect(readdirSync(join(home, 'stored'), { recursive: true }).toSorted()).toEqual([
      '_',
      '_/one',
      '_/one/calm.json',
      '_/two',
      '_/two/calm.json',
    ]);
    const elsewhere = ['check', 'calm.yaml', '--baseline', '../stored', ...QUICK];
    const { code, error } = await runLab(elsewhere, join(home, 'two'));
    expect([code, error]).toEqual([0, '']);
  });

  test('what cannot be checked is invalid input', async () => {
    expect((await runLab(['check', 'nowhere'], home)).code).toBe(2);
    expect((await runLab(['check', 'calm', '--seeds', '0'], home)).code).toBe(2);
    expect((await runLab(['check', 'calm', '--update-baseline'], home)).code).toBe(2);
  });

  test('Ctrl-C exits 130', async () => {
    const command = startLab(['check', 'calm', '--seeds', '1000'], home);
    await command.printed('runs/s');
    command.interrupt();
    expect((await command.outcome).code).toBe(130);
  });
});

test(
  'canary: an engine that is off by an atom turns the check red with exit 3',
  async () => {
    const directory = await buildCanary('off-by-one', {
      file: /engine\/risk\/side_index\.ts$/,
      from: 'const delta = calculateKPnl(',
      to: 'const delta = 1 + calculateKPnl(',
    });
    try {
      const args = ['check', 'calm', '--set', 'time.length=2 min', '--junit', 'canary.xml', ...QUICK];
      const { code, out } = await startLab(args, home, `${directory}/cli.js`).outcome;
      expect(code).toBe(3);
      const [heading, miss, command, rest] = out.split('\n');
      expect(heading).toBe('calm: 1 of 1 missed (one run)');
      expect(miss).toMatch(/^ {2}MISS the run {2}a result {2}got invariant 7 broken/);
      expect(command).toMatch(/^ {7}seed 1: npx percolator-lab run calm --seed 1 .* --check$/);
      expect(rest).toBe('0 of 1 scenarios are as expected');
      expect(readFileSync(join(home, 'canary.xml'), 'utf8')).toContain('errors="1"');
    } finally {
      rmSync(join(findPackageRoot(), directory), { recursive: true });
    }
  },
  LONG_MS,
);
