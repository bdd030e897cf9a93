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
  return {
    kind: 'baseline',
    what: nameMetric(metric, slab, group),
    expected: `${formatMetric(metric, expected)} as in the baseline`,
    got: `${formatMetric(metric, got)} (${rest.runs === 1 ? 'one run differs' : `${rest.runs} runs differ`})`,
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

/** The table of one scenario: a line each, two more for a miss, and no end of baseline rows. */
export function formatOutcome(outcome: ScenarioOutcome): string {
  const findings = listFindings(outcome);
  const missed = findings.filter(({ held }) => !held).length;
  const runs = outcome.cells.length === 1 ? 'one run' : `${outcome.cells.length} runs`;
  const baseline = outcome.differences?.length === 0 ? ', equal to the baseline' : '';
  const verdict = missed === 0 ? 'ok' : `${missed} of ${findings.length} missed`;
  const shown = findings.filter(
    ({ kind }, at) =>
      kind !== 'baseline' || at < findings.length - (outcome.differences?.length ?? 0) + MOST_BASELINE_ROWS,
  );
  const width = Math.max(0, ...shown.map(({ what }) => what.length));
  const widthExpected = Math.max(
    0,
    ...shown.filter(({ held }) => held).map(({ expected }) => expected.length),
  );
  const lines = shown.flatMap(({ expected, got, held, reproduce, seed, what }) => {
    const row = `  ${held ? 'ok  ' : 'MISS'} ${what.padEnd(width)}  ${expected.padEnd(widthExpected)}  got ${got}`;
    return held ? [row] : [row, `       seed ${seed}: ${reproduce}`];
  });
  const hidden = findings.length - shown.length;
  if (hidden > 0) lines.push(`  and ${hidden} more differences from the baseline`);
  return [`${outcome.scenario}: ${verdict} (${runs}${baseline})`, ...lines].join('\n');
}
