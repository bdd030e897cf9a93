import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { formatRunExpectations, judgeRun, type RunSummary } from '../reports/check/run_outcome.ts';
import { renderReport } from '../reports/html/report.ts';
import { calculateSummary } from '../reports/metrics/index.ts';
import { listBrokenPromises } from '../reports/metrics/verdict.ts';
import { OutputDirectoryError, prepareRunDirectory, writeRunDirectory } from '../sim/record/run_directory.ts';
import type { RunRecord } from '../sim/record/types.ts';
import { runScenario } from '../sim/run.ts';
import { formatIssue } from '../sim/scenario/issues.ts';
import { loadScenario } from '../sim/scenario/load.ts';
import type { Scenario } from '../sim/scenario/schema.ts';
import { SimulationError } from '../sim/shards/failure.ts';
import { KNOWN_METRICS } from './cells.ts';
import { readCodeVersion } from './code_version.ts';
import { ExitCode } from './exit_codes.ts';
import { Progress } from './progress.ts';
import { watchSignals } from './signals.ts';

interface Arguments {
  scenario: string;
  seed: string;
  set: string[];
  out: string | undefined;
  workers: number;
  check: boolean;
  force: boolean;
  report: boolean;
}

/** Seeds that need no quotes on any command line. */
export const SEED_PATTERN = /^[\w.-]{1,64}$/;

const quote = (text: string) => (/^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The command that makes the run again, for a shell. The number of workers is left out: it changes nothing. */
export function formatCommand({
  scenario,
  seed,
  set,
  check,
}: Pick<Arguments, 'scenario' | 'seed' | 'set' | 'check'>): string {
  const words = ['npx', 'percolator-lab', 'run', scenario, '--seed', seed];
  for (const override of set) words.push('--set', override);
  if (check) words.push('--check');
  return words.map(quote).join(' ');
}

const seconds = (ms: number) => Math.round(ms) / 1000;

/** Runs the scenario and writes its directory. */
async function runAndWrite(
  scenario: Scenario,
  out: string,
  args: Arguments,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ record: RunRecord; summary: RunSummary }> {
  const startedAt = performance.now();
  const record = await runScenario({
    scenario,
    seed: args.seed,
    workers: args.workers,
    check: args.check,
    reproduce: formatCommand(args),
    onProgress: (done, total) => progress.update(done, total),
    onMessage: (text) => progress.say(text),
    signal,
  });
  progress.finish();
  const ranAt = performance.now();
  const summary = judgeRun(calculateSummary(record), scenario.expect);
  const report = args.report ? await renderReport(record, summary, summary.expectations) : null;
  const reportedAt = performance.now();
  const instructions = record.slabs.reduce((sum, slab) => sum + slab.instructions, 0);
  const runSeconds = seconds(ranAt - startedAt);
  const timing = {
    workers: args.workers,
    runSeconds,
    reportSeconds: seconds(reportedAt - ranAt),
    slotsPerSecond: record.slotsDone / runSeconds,
    instructionsPerSecond: instructions / runSeconds,
    fillsPerSecond: record.tables.fills.length / runSeconds,
  };
  const { dataFiles } = scenario;
  const outputs = { record, summary, report, timing, ...readCodeVersion(), dataFiles };
  writeRunDirectory(out, outputs, args.force);
  return { record, summary };
}

function reportFailure(error: unknown, args: Arguments): void {
  if (error instanceof OutputDirectoryError) {
    console.error(error.message);
    process.exitCode = ExitCode.InvalidInput;
    return;
  }
  if (!(error instanceof SimulationError)) throw error;
  console.error(`the run failed: ${error.message}`);
  if (error.failure.kind !== 'InvariantViolation') console.error(error.failure.stack);
  console.error(`to see it again: ${formatCommand(args)}`);
  process.exitCode = ExitCode.InternalError;
}

/** What is wrong with the options that yargs cannot see, or null. */
function findBadOption({ out, seed, workers }: Arguments): string | null {
  for (const [name, value] of Object.entries({ out, seed, workers })) {
    if (Array.isArray(value)) return `--${name} is given more than once`;
  }
  if (!(Number.isSafeInteger(workers) && workers >= 0)) return '--workers needs a whole number of at least 0';
  return SEED_PATTERN.test(seed) ? null : '--seed needs 1 to 64 letters, digits, or any of . _ -';
}

async function run(args: Arguments): Promise<void> {
  const badOption = findBadOption(args);
  if (badOption !== null) {
    console.error(badOption);
    process.exitCode = ExitCode.InvalidInput;
    return;
  }
  const loaded = loadScenario(args.scenario, { overrides: args.set, metrics: KNOWN_METRICS, isCell: true });
  if (!loaded.ok) {
    for (const issue of loaded.issues) console.error(formatIssue(issue));
    process.exitCode = ExitCode.InvalidInput;
    return;
  }
  const { scenario } = loaded;
  const out = args.out ?? join('runs', `${scenario.name}-${args.seed}`);
  const progress = new Progress();
  const { signal, release } = watchSignals(progress);
  try {
    prepareRunDirectory(out, args.force);
    const { record, summary } = await runAndWrite(scenario, out, args, progress, signal);
    const broken = listBrokenPromises(summary.verdict);
    for (const line of [...broken, ...formatRunExpectations(summary)]) console.error(line);
    if (broken.length > 0) process.exitCode = ExitCode.InternalError;
    else if (summary.expectations.some(({ met }) => !met)) process.exitCode = ExitCode.ExpectationFailed;
    if (signal.aborted) process.exitCode = ExitCode.Interrupted;
    if (!record.complete) {
      console.error(`incomplete: ${record.slotsDone} of ${record.slots} slots, marked so in ${out}`);
    }
    console.log(args.report ? join(out, 'report.html') : out);
  } catch (error) {
    progress.finish();
    reportFailure(error, args);
  } finally {
    release();
  }
}

export const runCommand: CommandModule<object, Arguments> = {
  command: 'run <scenario>',
  describe: 'run a scenario, write its tables, summary and report, and say whether it shows what it expects',
  builder: (yargs) =>
    yargs
      .positional('scenario', {
        type: 'string',
        demandOption: true,
        describe: 'name of a shipped scenario, or a file',
      })
      .option('seed', { type: 'string', default: '1', describe: 'root of all random streams' })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'path=value, e.g. slabs.btc.risk.warmup="0 s"; may be repeated',
      })
      .option('out', { type: 'string', describe: 'run directory [default: runs/<scenario>-<seed>]' })
      .option('workers', {
        type: 'number',
        default: availableParallelism(),
        defaultDescription: 'one per core',
        describe: 'worker threads; 0 runs in process. The result is the same.',
      })
      .option('check', {
        type: 'boolean',
        default: false,
        describe: 'audit every balance and check the invariants',
      })
      .option('force', { type: 'boolean', default: false, describe: 'replace a run directory that exists' })
      .option('report', {
        type: 'boolean',
        default: true,
        describe: 'write report.html (--no-report leaves it out)',
      }),
  handler: run,
};
