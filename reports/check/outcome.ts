import type { BaselineDifference } from './baseline.ts';
import type { Cell } from './cell.ts';
import { type ExpectationOutcome, formatMetric } from './expectation.ts';

/** How one scenario fared in a check. */
export interface ScenarioOutcome {
  scenario: string;
  cells: readonly Cell[];
  expectations: readonly ExpectationOutcome[];
  /** null: not compared with a baseline. */
  differences: readonly BaselineDifference[] | null;
}

/** One thing that was checked. */
export interface Finding {
  kind: 'expectation' | 'baseline' | 'promise' | 'failure';
  /** Metric with its slab and group, or what else was checked. */
  what: string;
  expected: string;
  got: string;
  held: boolean;
  seed: string;
  /** The command that shows it. */
  reproduce: string;
}

const MOST_BASELINE_ROWS = 10;

const nameMetric = (metric: string, slab: string | null, group: string | null) => {
  const place = [slab, group].filter((part) => part !== null).join(', ');
  return place === '' ? metric : `${metric} (${place})`;
};

function describeExpectation(outcome: ExpectationOutcome): Finding {
  const { expected, got, group, hits, met, metric, runs, slab, worst } = outcome;
  const tally =
    met || runs === 1 || expected.includes('% of runs') ? '' : ` (${hits} of ${runs} runs meet it)`;
  return {
    kind: 'expectation',
    what: nameMetric(metric, slab, group),
    expected,
    got: got + tally,
    held: met,
    seed: worst.seed,
    reproduce: worst.reproduce,
  };
}

function describeDifference({ expected, got, group, metric, slab, ...rest }: BaselineDifference): Finding {
  const show = (value: BaselineDifference['got']) =>
    value === undefined ? 'no such number' : formatMetric(metric, value);
  return {
    kind: 'baseline',
    what: nameMetric(metric, slab, group),
    expected: `${show(expected)} as in the baseline`,
    got: `${show(got)} (${rest.runs === 1 ? 'one run differs' : `${rest.runs} runs differ`})`,
    held: false,
    seed: rest.seed,
    reproduce: rest.reproduce,
  };
}

/** Failed runs and broken promises, which no expectation has to name. */
function describeFailures(cells: readonly Cell[]): Finding[] {
  return cells.flatMap(({ failure, reproduce, result, seed }): Finding[] => {
    const common = { held: false, seed, reproduce };
    if (failure !== null)
      return [{ kind: 'failure', what: 'the run', expected: 'a result', got: failure.message, ...common }];
    return (result?.broken ?? []).map((got) => ({
      kind: 'promise',
      what: 'a promise of the engine or the lab',
      expected: 'kept',
      got,
      ...common,
    }));
  });
}

/** Everything that was checked, what went wrong with the lab itself first. */
export function listFindings({ cells, differences, expectations }: ScenarioOutcome): Finding[] {
  return [
    ...describeFailures(cells),
    ...expectations.map(describeExpectation),
    ...(differences ?? []).map(describeDifference),
  ];
}

/** True if the lab or the engine failed, rather than an expectation. */
export const isInternal = ({ held, kind }: Finding): boolean =>
  !held && (kind === 'failure' || kind === 'promise');

/** The findings of a table, misses first: one of each kind of failure for all runs, and no end of baseline rows. */
function chooseRows(findings: readonly Finding[]): Finding[] {
  const rows: Finding[] = [];
  for (const kind of ['failure', 'promise'] as const) {
    const [first, ...more] = findings.filter((finding) => finding.kind === kind);
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
    if (first !== undefined) rows.push({ ...first, got: first.got + others });
  }
  const expectations = findings.filter(({ kind }) => kind === 'expectation');
  const differences = findings.filter(({ kind }) => kind === 'baseline').slice(0, MOST_BASELINE_ROWS);
  const misses = expectations.filter(({ held }) => !held);
  return [...rows, ...misses, ...differences, ...expectations.filter(({ held }) => held)];
}

/**
 * The table of one scenario: its verdict, two lines for each miss (what, expected and found; seed and command), then a line
 * for each expectation that is met.
 */
export function formatOutcome(outcome: ScenarioOutcome): string {
  const findings = listFindings(outcome);
  const missed = findings.filter(({ held }) => !held).length;
  const runs = outcome.cells.length === 1 ? 'one run' : `${outcome.cells.length} runs`;
  const baseline = outcome.differences?.length === 0 ? ', equal to the baseline' : '';
  const verdict = missed === 0 ? 'ok' : `${missed} of ${findings.length} missed`;
  const rows = chooseRows(findings);
  const width = Math.max(0, ...rows.map(({ what }) => what.length));
  const widthExpected = Math.max(
    0,
    ...rows.filter(({ held }) => held).map(({ expected }) => expected.length),
  );
  const lines = rows.flatMap(({ expected, got, held, reproduce, seed, what }) => {
    const found = got.replaceAll(/\s*\n\s*/g, ' ');
    const row = `  ${held ? 'ok  ' : 'MISS'} ${what.padEnd(width)}  ${expected.padEnd(widthExpected)}  got ${found}`;
    return held ? [row] : [row, `       seed ${seed}: ${reproduce}`];
  });
  const hidden = (outcome.differences?.length ?? 0) - MOST_BASELINE_ROWS;
  if (hidden > 0) lines.push(`  and ${hidden} more differences from the baseline`);
  return [`${outcome.scenario}: ${verdict} (${runs}${baseline})`, ...lines].join('\n');
}
