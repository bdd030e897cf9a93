import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../sim/scenario/root.ts';
import { buildCanary, type Sabotage } from './canary.ts';
import { readCsv, readJson, startLab } from './lab.ts';

const LONG_MS = 240_000;
const CALM = ['calm', '--set', 'time.length=30 s', '--set', 'population.day-traders.params.entry=5 s'];
const QUIET = ['--set', 'expect=[]'];

/** What can go wrong in a run, how it is provoked, and what every command has to say of it. */
const FAILURES: { name: string; scenario: string[]; sabotage: Sabotage | null; says: RegExp }[] = [
  {
    name: 'crash',
    scenario: CALM,
    sabotage: {
      file: /sim\/kernel\/slab_runtime\.ts$/,
      from: 'executor.slot = slot;',
      to: "executor.slot = slot; if (slot === 20) throw new RangeError('a planted fault');",
    },
    says: /a planted fault \(slab btc, slot 20, seed 1\)/,
  },
  {
    // Account 3 overflows whenever it is touched with a position: nobody needs to name it, cranks of many meet it.
    name: 'frozen',
    scenario: CALM,
    sabotage: {
      file: /engine\/risk\/liquidation\.ts$/,
      from: 'const account = market.journal.accountMut(index);',
      to: "const account = market.journal.accountMut(index); if (index === 3 && account.basisQ !== 0) reject('Overflow');",
    },
    says: /1 account froze on an arithmetic overflow \(must be 0\)/,
  },
  {
    // One careful holder keeps the side in DrainOnly until the end.
    name: 'recovery',
    scenario: [
      'drain-and-reset',
      ...['--set', 'time.length=6 min', '--set', 'population.second-wave.start=5 min'],
    ],
    sabotage: null,
    says: /do not finish the recovery of sol \(short DrainOnly\)/,
  },
];

describe.each(FAILURES)('$name', { timeout: LONG_MS }, ({ name, sabotage, says, scenario }) => {
  let home = '';
  let directory = 'dist';
  const lab = (command: string, ...args: string[]) =>
    startLab([command, ...scenario, ...QUIET, ...args], home, `${directory}/cli.js`).outcome;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'lab-failures-'));
    if (sabotage !== null) directory = await buildCanary(name, sabotage);
  }, LONG_MS);
  afterAll(() => {
    rmSync(home, { recursive: true });
    if (sabotage !== null) rmSync(join(findPackageRoot(), directory), { recursive: true });
  });

  it('shows in run: terminal, exit code 3, and what it left behind', async () => {
    const { code, error, out } = await lab('run', '--workers', '0', '--out', 'run');
    expect(code).toBe(3);
    expect(error).toMatch(says);
    if (name === 'crash') {
      expect(out).toBe('');
      expect(error).toContain('to see it again: npx percolator-lab run calm --seed 1');
      return;
    }
    const facts: { status: string; statement: string }[] = readJson(join(home, 'run', 'summary.json')).verdict
      .facts;
    expect(facts.filter(({ status }) => status === 'fail').map(({ statement }) => statement)).toEqual([
      expect.stringMatching(says),
    ]);
    expect(readFileSync(join(home, 'run', 'report.html'), 'utf8')).toMatch(
      new RegExp(`✗ FAIL</span><span>[^<]*${says.source}`),
    );
  });

  it('shows in sweep: terminal, cells, summary and exit code 3, also of a part and of what is joined', async () => {
    const seeds = ['--seeds', '2'];
    const whole = await lab('sweep', ...seeds, '--out', 'sweep');
    expect(whole.code).toBe(3);
    expect(whole.error).toMatch(says);
    expect(whole.error).toContain(`npx percolator-lab run ${scenario[0]} --seed 2`);
    const { broken, failed, points } = readJson(join(home, 'sweep', 'summary.json'));
    expect([failed, broken]).toEqual(name === 'crash' ? [2, 0] : [0, 2]);
    expect(JSON.stringify(points[0])).toMatch(says);
    const column = name === 'crash' ? 'failure' : 'broken';
    for (const cell of readCsv(join(home, 'sweep', 'cells.csv'))) expect(cell[column]).not.toMatch(/^0?$/);

    const part = await lab('sweep', ...seeds, '--cell-index', '0', '--cell-count', '2', '--out', 'part');
    expect(part.code).toBe(3);
    expect(part.error).toMatch(says);
    // A whole sweep is a part of itself.
    const merged = await startLab(['merge', 'sweep', '--out', 'merged'], home, `${directory}/cli.js`).outcome;
    expect(merged.code).toBe(3);
    expect(merged.error).toMatch(says);
  });

  it('shows in check: two lines below the scenario, JSON, JUnit and exit code 3', async () => {
    const files = ['--json', 'check.json', '--junit', 'check.xml'];
    const { code, out } = await lab('check', '--seeds', '1', '--workers', '1', ...files);
    expect(code).toBe(3);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(new RegExp(`^${scenario[0]}: 1 of 1 missed`));
    expect(lines[1]).toMatch(/^ {2}MISS /);
    expect(lines[1]).toMatch(says);
    expect(lines[2]).toMatch(/^ {7}seed 1: npx percolator-lab run /);
    expect(lines[3]).toBe('0 of 1 scenarios are as expected');
    expect(readFileSync(join(home, 'check.json'), 'utf8')).toMatch(says);
    expect(readFileSync(join(home, 'check.xml'), 'utf8')).toMatch(/errors="1"/);
  });
});
