import { describe, expect, it } from 'vitest';
import {
  type Baseline,
  compareBaseline,
  createBaseline,
  findBaselineMismatch,
} from '../../../reports/check/baseline.ts';
import { type Cell, type CellResult, calculateCellResult, pickMetric } from '../../../reports/check/cell.ts';
import { type Expectation, judgeExpectations, meetsBound } from '../../../reports/check/expectation.ts';
import { formatOutcome, listFindings, type ScenarioOutcome } from '../../../reports/check/outcome.ts';
import { formatRunExpectations, judgeRun } from '../../../reports/check/run_outcome.ts';
import { formatJunit } from '../../../reports/junit/junit.ts';
import { calculateSummary } from '../../../reports/metrics/index.ts';
import { makeCrashRecord } from '../crash_record.ts';

const METRIC = 'haircut.h_stored_min';

const makeResult = (h: number | null, change: Partial<CellResult> = {}): CellResult => ({
  metrics: { [METRIC]: h },
  slabs: [],
  groups: [],
  broken: [],
  ...change,
});
const makeCell = (seed: string, result: CellResult | null): Cell => ({
  seed,
  reproduce: `run --seed ${seed}`,
  result,
  failure: result === null ? { kind: 'Error', message: 'it fell over' } : null,
});
const makeExpectation = (change: Partial<Expectation> = {}): Expectation => ({
  metric: METRIC,
  slabs: null,
  group: null,
  over: 'run',
  minShareBps: 10_000,
  comparator: '>=',
  value: 0.9,
  tolerance: 0,
  text: '>= 90 %',
  ...change,
});
const cellsOf = (...values: (number | null)[]) =>
  values.map((h, at) => makeCell(String(at + 1), makeResult(h)));
const judgeOne = (change: Partial<Expectation>, cells: Cell[]) =>
  judgeExpectations([makeExpectation(change)], cells)[0]!;

describe('a bound', () => {
  it.each([
    ['<', 0.9, 0, 0.9, false],
    ['<', 0.9, 0.1, 0.95, true],
    ['<=', 0.9, 0, 0.9, true],
    ['<=', 0.9, 0, 0.91, false],
    ['==', 3, 0, 3, true],
    ['==', 3, 0.5, 3.6, false],
    ['>=', 0.9, 0, 0.9, true],
    ['>=', 0.9, 0.05, 0.84, false],
    ['>', 0.9, 0, 0.9, false],
    ['>', 0.9, 0.1, 0.85, true],
  ] as const)('%s %f ± %f of %f is %s', (comparator, value, tolerance, got, met) => {
    expect(meetsBound(makeExpectation({ comparator, value, tolerance }), got)).toBe(met);
  });

  it('is never met by a missing value', () => {
    for (const comparator of ['<', '<=', '==', '>=', '>'] as const) {
      expect(meetsBound(makeExpectation({ comparator, value: 0 }), null)).toBe(false);
    }
  });
});

describe('over the runs', () => {
  it('every run must meet it by itself; the worst one is named', () => {
    const outcome = judgeOne({}, cellsOf(0.95, 0.4, 0.8));
    expect(outcome).toMatchObject({ met: false, hits: 1, runs: 3, got: '0.4' });
    expect(outcome.worst).toEqual({ seed: '2', value: 0.4, reproduce: 'run --seed 2' });
    expect(judgeOne({}, cellsOf(0.95, 1)).met).toBe(true);
    expect(judgeOne({}, cellsOf(0.95, null))).toMatchObject({ met: false, got: 'no value' });
  });

  it('a statistic is compared, not the runs', () => {
    expect(judgeOne({ over: 'mean' }, cellsOf(1, 0.8))).toMatchObject({ met: true, got: '0.9', hits: 1 });
    expect(judgeOne({ over: 'p50' }, cellsOf(0.1, 0.95, 1)).met).toBe(true);
    expect(judgeOne({ over: 'min' }, cellsOf(0.1, 0.95, 1)).met).toBe(false);
  });

  it('a share of the runs is enough if the file says so', () => {
    expect(judgeOne({ over: 'share', minShareBps: 6_600 }, cellsOf(0.1, 0.95, 1))).toMatchObject({
      met: true,
      got: '2 of 3',
      expected: '66 % of runs >= 90 %',
    });
    expect(judgeOne({ over: 'share', minShareBps: 6_700 }, cellsOf(0.1, 0.95, 1)).met).toBe(false);
  });

  it('each slab must meet it by itself, and a group has its own numbers', () => {
    const slabs = [
      { slab: 'a', metrics: { [METRIC]: 1 } },
      { slab: 'b', metrics: { [METRIC]: 0.5 } },
    ];
    const groups = [{ slab: 'b', group: 'g', metrics: { 'group.net': 7 } }];
    const result = makeResult(0.5, { slabs, groups });
    const outcomes = judgeExpectations([makeExpectation({ slabs: ['a', 'b'] })], [makeCell('1', result)]);
    expect(outcomes.map(({ met, slab }) => [slab, met])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(pickMetric(result, 'group.net', 'b', 'g')).toBe(7);
    expect(pickMetric(result, 'group.net', null, 'g')).toBeNull();
    expect(pickMetric(makeResult(0.3), METRIC, 'only', null)).toBe(0.3);
  });
});

describe('one run', () => {
  const summary = calculateSummary(makeCrashRecord());
  const over = makeExpectation({ over: 'mean' });
  const misses = makeExpectation({ metric: 'liquidations.count', comparator: '<', value: 3, text: '< 3' });

  it('is judged as if it were the only one', () => {
    const judged = judgeRun(summary, [over, misses]);
    expect(judged.expectations).toEqual([
      {
        metric: METRIC,
        slab: null,
        group: null,
        bound: 'mean >= 90 % (one run)',
        value: 0.928,
        found: '0.928',
        met: true,
      },
      {
        metric: 'liquidations.count',
        slab: null,
        group: null,
        bound: '< 3',
        value: 80,
        found: '80',
        met: false,
      },
    ]);
    expect(formatRunExpectations(judged)).toEqual([
      '1 of 2 expectations are met',
      '  MISS liquidations.count < 3  found 80',
    ]);
  });

  it('that was interrupted meets and misses nothing', () => {
    expect(judgeRun({ ...summary, complete: false }, [over]).expectations).toEqual([]);
    expect(formatRunExpectations(judgeRun(summary, []))).toEqual([]);
  });
});

describe('a baseline', () => {
  const cells = cellsOf(0.9, 0.8);
  const baseline = createBaseline('x', [], cells);

  it('equals itself, also after it was stored', () => {
    expect(compareBaseline(JSON.parse(JSON.stringify(baseline)), cells)).toEqual([]);
  });

  it('names what differs, with the first run and their number', () => {
    expect(compareBaseline(baseline, cellsOf(0.9, 0.7))).toMatchObject([
      { metric: METRIC, expected: 0.8, got: 0.7, seed: '2', runs: 1 },
    ]);
    const more = cells.map((cell) => ({
      ...cell,
      result: makeResult(cell.result!.metrics[METRIC]!, { metrics: { ...cell.result!.metrics, fresh: 1 } }),
    }));
    expect(compareBaseline(baseline, more)).toMatchObject([
      { metric: 'fresh', expected: undefined, got: 1, runs: 2 },
    ]);
  });

  it('is not compared with other seeds or changes', () => {
    const seeds = ['1', '2'];
    expect(findBaselineMismatch(baseline, 'x', [], seeds)).toBeNull();
    expect(findBaselineMismatch(baseline, 'x', [], ['1'])).toContain('has the seeds 1, 2');
    expect(findBaselineMismatch(baseline, 'x', ['a=1'], seeds)).toContain('--set');
    expect(findBaselineMismatch(baseline, 'y', [], seeds)).toBe('is the baseline of x, not of y');
  });

  it('of another version, or of anything else, says so', () => {
    const old = { ...baseline, schema: 'percolator-lab/baseline/1' } as unknown as Baseline;
    expect(findBaselineMismatch(old, 'x', [], ['1', '2'])).toContain(
      'another version of the lab (percolator-lab/baseline/1,',
    );
    for (const other of [null, [], { schema: 7 }, { schema: 'percolator-lab/summary/1' }]) {
      expect(findBaselineMismatch(other as unknown as Baseline, 'x', [], [])).toBe(
        'is no baseline of this lab',
      );
    }
  });

  it('shows a number that only one side has', () => {
    const outcome: ScenarioOutcome = {
      scenario: 'x',
      cells,
      expectations: [],
      differences: compareBaseline(baseline, [
        makeCell('1', makeResult(0.9, { metrics: { [METRIC]: 0.9, fresh: 3 } })),
      ]),
    };
    expect(formatOutcome(outcome)).toContain('no such number as in the baseline  got 3 (one run differs)');
  });
});

it('a frozen account, an unfinished recovery and a broken identity are kept with the numbers of a run', () => {
  const record = makeCrashRecord();
  expect(calculateCellResult(calculateSummary(record)).broken).toEqual([]);
  record.slabs[0]!.frozenAccounts = 2;
  record.slabs[0]!.recoveryInstructions = null;
  record.slabs[0]!.toppedUpAtoms += 1;
  const { broken } = calculateCellResult(calculateSummary(record));
  expect(broken).toHaveLength(3);
  expect(broken.join()).toMatch(/identities do not close.*2 accounts froze.*do not finish the recovery of/);
});

describe('what is reported', () => {
  const cells = [
    makeCell('1', makeResult(0.4)),
    makeCell('2', null),
    makeCell('3', makeResult(1, { broken: ['1 account froze on an arithmetic overflow (must be 0).'] })),
  ];
  const outcome: ScenarioOutcome = {
    scenario: 'x',
    cells,
    expectations: judgeExpectations([makeExpectation()], cells),
    differences: null,
  };

  it('failed runs and broken promises stand first, without being expected', () => {
    expect(listFindings(outcome).map(({ held, kind, seed }) => [kind, held, seed])).toEqual([
      ['failure', false, '2'],
      ['promise', false, '3'],
      ['expectation', false, '1'],
    ]);
    expect(listFindings({ ...outcome, expectations: [] })).toHaveLength(2);
  });

  it('a miss takes two lines: what, expected and got, then seed and command', () => {
    const lines = formatOutcome(outcome).split('\n');
    expect(lines[0]).toBe('x: 3 of 3 missed (3 runs)');
    expect(lines).toHaveLength(7);
    expect(lines[5]).toContain('every run >= 90 %  got 0.4 (1 of 2 runs meet it)');
    expect(lines[6]).toBe('       seed 1: run --seed 1');
  });

  it('names scenario, metric, bound, found and command in three lines, misses before the rest', () => {
    const judged = judgeExpectations(
      [makeExpectation({ value: 0, text: '>= 0 %' }), makeExpectation()],
      [cells[0]!],
    );
    const lines = formatOutcome({ ...outcome, cells: [cells[0]!], expectations: judged }).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'x: 1 of 2 missed (one run)',
      `  MISS ${METRIC}  every run >= 90 %  got 0.4`,
      '       seed 1: run --seed 1',
    ]);
    expect(lines[3]).toMatch(/^ {2}ok /);
  });

  it('takes one place for a failure that many runs share, and one line for a message of many', () => {
    const failure = { kind: 'InvariantViolation', message: 'invariant 7 broken:\n  at account 3' };
    const failed = ['1', '2', '3'].map((seed) => ({ ...makeCell(seed, null), failure }));
    expect(
      formatOutcome({ scenario: 'x', cells: failed, expectations: [], differences: null }).split('\n'),
    ).toEqual([
      'x: 3 of 3 missed (3 runs)',
      '  MISS the run  a result  got invariant 7 broken: at account 3 (and 2 more)',
      '       seed 1: run --seed 1',
    ]);
  });

  it('JUnit is well-formed whatever the texts hold, and counts failures and errors apart', () => {
    const nasty = '<&>"\u0000\u001b\ud800]]>\n\u{1f600}';
    const bad = { ...cells[1]!, failure: { kind: 'Error', message: nasty } };
    const xml = formatJunit([{ ...outcome, scenario: nasty, cells: [cells[0]!, bad, cells[2]!] }]);
    expect(xml).toContain('tests="3" failures="1" errors="2"');
    expect(readXml(xml)).toEqual(
      ['testsuites', 'testsuite', ...Array(3).fill(['testcase']).flat()].toSorted(),
    );
    expect(xml).toContain('&lt;&amp;&gt;&quot;\ufffd\ufffd\ufffd]]&gt;&#10;\u{1f600}');
  });
});

/** The names of all elements but the outcomes, sorted; throws unless tags nest and texts hold nothing forbidden. */
function readXml(xml: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const rest = body.replace(
    /<(\/?)([a-z]+)((?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot|#\d+);[^"<&]*)*")*)(\/?)>/g,
    (_, end: string, name: string, _attributes: string, empty: string) => {
      if (end !== '') expect(open.pop()).toBe(name);
      else {
        if (name !== 'failure' && name !== 'error') names.push(name);
        if (empty === '') open.push(name);
      }
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;|#\d+;)/);
  expect(xml).not.toMatch(/(?![\t\n\r])\p{Cc}|\p{Cs}/u);
  return names.toSorted();
}
