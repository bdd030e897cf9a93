import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { type Baseline, compareBaseline } from '../reports/check/baseline.ts';
import type { Cell } from '../reports/check/cell.ts';
import { judgeExpectations } from '../reports/check/expectation.ts';
import { formatOutcome, isInternal, listFindings, type ScenarioOutcome } from '../reports/check/outcome.ts';
import { formatJunit } from '../reports/junit/junit.ts';
import { formatIssue } from '../sim/scenario/issues.ts';
import { loadScenario } from '../sim/scenario/load.ts';
import type { Scenario } from '../sim/scenario/schema.ts';
import {
  findShippedName,
  listScenarios,
  resolveScenarioPath,
  scenarioFolder,
} from '../sim/scenario/sources.ts';
import { writeDurably } from '../sim/sweep/directory.ts';
import { BadInputError, refuseBadInput } from './bad_input.ts';
import { type Checked, readBaseline, writeBaseline } from './baselines.ts';
import { type CellTask, KNOWN_METRICS, runCells } from './cells.ts';
import { ExitCode } from './exit_codes.ts';
import { Progress } from './progress.ts';
import { formatCommand } from './reproduce.ts';
import { watchSignals } from './signals.ts';

interface Arguments {
  scenarios: string[];
  baseline: string | undefined;
  'update-baseline': boolean;
  junit: string | undefined;
  json: string | undefined;
  set: string[];
  seeds: number | undefined;
  workers: number;
  audit: boolean;
}

/** A scenario to check, with its runs; `scenario` is the name of a shipped one, or the file as it was named. */
interface Plan extends Checked {
  loaded: Scenario;
  cells: Cell[];
}

const isScenario = (name: string) => /\.ya?ml$/.test(name);

/** Scenario files below a folder, in the order of their names. */
function listFolder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return listFolder(path);
      return isScenario(entry.name) ? [path] : [];
    });
}

/** A folder, unless it happens to be called like a shipped scenario. */
const isFolder = (name: string) =>
  !listScenarios().includes(name) && existsSync(name) && statSync(name).isDirectory();

/**
 * Scenarios to check, and whether each was named by itself: of a folder only those are checked that expect something.
 * Without names, all shipped ones.
 */
function findScenarios(names: readonly string[]): { path: string; isNamed: boolean }[] {
  const folders = names.length > 0 ? names : [relative(process.cwd(), scenarioFolder())];
  return folders.flatMap((name): { path: string; isNamed: boolean }[] =>
    isFolder(name)
      ? listFolder(name).map((path) => ({ path, isNamed: false }))
      : [{ path: name, isNamed: true }],
  );
}

function planChecks({ audit, scenarios, seeds, set }: Arguments): Plan[] {
  const issues: string[] = [];
  const plans = new Map<string, Plan>();
  for (const { isNamed, path: named } of findScenarios(scenarios)) {
    const path = resolveScenarioPath(named);
    const scenario = findShippedName(path) ?? named;
    const result = loadScenario(path, { overrides: set, metrics: KNOWN_METRICS, isCell: true });
    if (!result.ok) issues.push(...result.issues.map(formatIssue));
    else if (result.scenario.expect.length > 0 || isNamed) {
      const cells = Array.from({ length: seeds ?? result.scenario.check.seeds }, (_, at): Cell => {
        const seed = String(at + 1);
        const reproduce = formatCommand({ scenario, seed, set, check: audit });
        return { seed, reproduce, result: null, failure: null };
      });
      plans.set(path, { scenario, path, loaded: result.scenario, cells });
    }
  }
  if (issues.length > 0) throw new BadInputError(issues.join('\n'));
  if (plans.size === 0) throw new BadInputError('there is no scenario with an `expect` section to check');
  return [...plans.values()];
}

interface CheckTask extends CellTask {
  cell: Cell;
}

/** Runs all cells of all plans; true if it was not interrupted. */
async function runPlans(plans: readonly Plan[], args: Arguments): Promise<boolean> {
  const tasks = plans.flatMap(({ cells, loaded }) =>
    cells.map((cell): CheckTask => ({ ...cell, cell, scenario: loaded, check: args.audit })),
  );
  const progress = new Progress(process.stderr, 'runs');
  const { release, signal } = watchSignals(progress);
  let done = 0;
  try {
    await runCells<CheckTask>({
      workers: Math.min(args.workers, tasks.length),
      tasks,
      signal,
      onAnswer: ({ cell }, answer) => {
        done += 1;
        if ('result' in answer) cell.result = answer.result;
        else cell.failure = { kind: answer.failure.kind, message: answer.failure.message };
        progress.update(done, tasks.length);
      },
    });
  } finally {
    progress.finish();
    release();
  }
  return !signal.aborted;
}

/** Baselines to compare with, read before anything runs; null where there is nothing to compare. */
function readBaselines(plans: readonly Plan[], args: Arguments): (Baseline | null)[] {
  const { baseline, set } = args;
  if (args['update-baseline'] && baseline === undefined) {
    throw new BadInputError('--update-baseline needs --baseline DIR');
  }
  if (baseline === undefined || args['update-baseline']) return plans.map(() => null);
  return plans.map((plan) => readBaseline(baseline, plan, set));
}

function writeText(file: string, text: string): void {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeDurably(file, text);
}

/** Writes the files that were asked for. */
function writeOutputs(plans: readonly Plan[], outcomes: readonly ScenarioOutcome[], args: Arguments): void {
  if (args.junit !== undefined) writeText(args.junit, formatJunit(outcomes));
  if (args.json !== undefined) {
    const scenarios = outcomes.map(({ scenario, cells, ...rest }) => ({
      scenario,
      runs: cells.map(({ failure, reproduce, result, seed }) => ({
        seed,
        reproduce,
        failure,
        broken: result?.broken ?? [],
      })),
      ...rest,
    }));
    writeText(args.json, `${JSON.stringify({ schema: 'percolator-lab/check/1', scenarios }, null, 2)}\n`);
  }
  if (!args['update-baseline']) return;
  for (const plan of plans) writeBaseline(args.baseline!, plan, args.set);
}

async function check(args: Arguments): Promise<void> {
  for (const key of ['seeds', 'workers'] as const) {
    const value = args[key] ?? 1;
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new BadInputError(`--${key} needs a whole number of at least 1`);
  }
  const plans = planChecks(args);
  const baselines = readBaselines(plans, args);
  const isComplete = await runPlans(plans, args);
  if (!isComplete) {
    console.error('interrupted: nothing is said of scenarios that were not run to their end');
    process.exitCode = ExitCode.Interrupted;
    return;
  }
  const outcomes = plans.map(({ cells, loaded, scenario }, at): ScenarioOutcome => {
    const baseline = baselines[at] ?? null;
    return {
      scenario,
      cells,
      expectations: judgeExpectations(loaded.expect, cells),
      differences: baseline === null ? null : compareBaseline(baseline, cells),
    };
  });
  for (const outcome of outcomes) console.log(formatOutcome(outcome));
  const findings = outcomes.flatMap(listFindings);
  const missed = findings.filter(({ held }) => !held);
  if (findings.some(isInternal)) process.exitCode = ExitCode.InternalError;
  else if (missed.length > 0) process.exitCode = ExitCode.ExpectationFailed;
  writeOutputs(plans, outcomes, args);
  const good = outcomes.filter((outcome) => listFindings(outcome).every(({ held }) => held)).length;
  console.log(`${good} of ${outcomes.length} scenarios are as expected`);
}

export const checkCommand: CommandModule<object, Arguments> = {
  command: 'check [scenarios..]',
  describe: 'run scenarios and say whether they show what their `expect` sections ask for',
  builder: (yargs) =>
    yargs
      .positional('scenarios', {
        type: 'string',
        array: true,
        default: [],
        describe: 'names of shipped scenarios, files or folders; all shipped ones by default',
      })
      .option('baseline', {
        type: 'string',
        describe: 'folder of stored results to compare with, to the last bit',
      })
      .option('update-baseline', {
        type: 'boolean',
        default: false,
        describe: 'store the results in --baseline instead',
      })
      .option('junit', { type: 'string', describe: 'write the outcome as JUnit XML' })
      .option('json', { type: 'string', describe: 'write the outcome as JSON' })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'path=value for every scenario; may be repeated',
      })
      .option('seeds', {
        type: 'number',
        describe: 'runs of each scenario, with the seeds 1, 2, … [default: as the scenario says, else 3]',
      })
      .option('workers', {
        type: 'number',
        default: availableParallelism(),
        defaultDescription: 'one per core',
        describe: 'worker threads. The result is the same.',
      })
      .option('audit', {
        type: 'boolean',
        default: true,
        describe: 'check every balance and invariant (--no-audit leaves it out)',
      }),
  handler: (args) => refuseBadInput(() => check(args)),
};
