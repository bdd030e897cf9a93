import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { formatRunExpectations, judgeRun, type RunSummary } from '../reports/check/run_outcome.ts';
import { renderReport } from '../reports/html/report.ts';
import { calculateSummary } from '../reports/metrics/index.ts';
import { listBrokenPromises } from '../reports/metrics/verdict.ts';
import { CheckpointWriter } from '../sim/checkpoint/checkpoint_file.ts';
import {
  finishRunDirectory,
  hasReport,
  type RunOutputs,
  readSummary,
  writeRunDirectory,
} from '../sim/record/run_directory.ts';
import type { RunRecord } from '../sim/record/types.ts';
import { runScenario } from '../sim/run.ts';
import { SimulationError } from '../sim/shards/failure.ts';
import { refuseBadInput } from './bad_input.ts';
import { ExitCode } from './exit_codes.ts';
import { Progress } from './progress.ts';
import { quote } from './reproduce.ts';
import { prepareRun, type RunArguments, type RunJob } from './run_job.ts';
import { watchSignals } from './signals.ts';

const seconds = (ms: number) => Math.round(ms) / 1000;

/** Runs the job, writing its checkpoints. */
async function simulate(
  job: RunJob,
  workers: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunRecord> {
  const { check, every, out, reproduce, scenario, seed } = job;
  const writer = every === null ? null : new CheckpointWriter(out, { ...job, every });
  const record = await runScenario({
    scenario,
    seed,
    workers,
    check,
    reproduce,
    checkpoints: writer === null ? undefined : { every: every!, write: (state) => writer.write(state) },
    resume: job.progress ?? undefined,
    onProgress: (done, total) => progress.update(done, total),
    onMessage: (text) => progress.say(text),
    signal,
  });
  progress.finish();
  return record;
}

/** Runs the job and writes its directory. */
async function runAndWrite(
  job: RunJob,
  args: RunArguments,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ record: RunRecord; summary: RunSummary }> {
  const startedAt = performance.now();
  const record = await simulate(job, args.workers, progress, signal);
  const ranAt = performance.now();
  const summary = judgeRun(calculateSummary(record), job.scenario.expect);
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
  const { codeHash, every, out, scenario, version } = job;
  const { dataFiles } = scenario;
  const outputs: RunOutputs = { record, summary, report, timing, version, codeHash, dataFiles };
  if (every === null) writeRunDirectory(out, outputs, args.force ?? false);
  else finishRunDirectory(out, outputs);
  return { record, summary };
}

function reportFailure(error: unknown, { reproduce }: RunJob): void {
  if (!(error instanceof SimulationError)) throw error;
  console.error(`the run failed: ${error.message}`);
  if (error.failure.kind !== 'InvariantViolation') console.error(error.failure.stack);
  console.error(`to see it again: ${reproduce}`);
  process.exitCode = ExitCode.InternalError;
}

const printOutput = (out: string, isReported: boolean) =>
  console.log(isReported ? join(out, 'report.html') : out);

/** Tells what the run broke or missed, and sets the exit code. */
function announce(summary: RunSummary): void {
  const broken = listBrokenPromises(summary.verdict);
  for (const line of [...broken, ...formatRunExpectations(summary)]) console.error(line);
  if (broken.length > 0) process.exitCode = ExitCode.InternalError;
  else if (summary.expectations.some(({ met }) => !met)) process.exitCode = ExitCode.ExpectationFailed;
}

async function run(args: RunArguments): Promise<void> {
  const job = prepareRun(args);
  if (job === null) {
    console.error(`${args.resume} is complete: there is nothing to go on with`);
    announce(readSummary(args.resume!) as RunSummary);
    printOutput(args.resume!, hasReport(args.resume!));
    return;
  }
  const { every, out } = job;
  const progress = new Progress();
  const { signal, release } = watchSignals(progress);
  try {
    const { record, summary } = await runAndWrite(job, args, progress, signal);
    announce(summary);
    if (signal.aborted) process.exitCode = ExitCode.Interrupted;
    if (!record.complete) {
      console.error(`incomplete: ${record.slotsDone} of ${record.slots} slots, marked so in ${out}`);
      if (every !== null) console.error(`to go on: npx percolator-lab run --resume ${quote(out)}`);
    }
    printOutput(out, args.report);
  } catch (error) {
    progress.finish();
    reportFailure(error, job);
  } finally {
    release();
  }
}

export const runCommand: CommandModule<object, RunArguments> = {
  command: 'run [scenario]',
  describe: 'run a scenario, write its tables, summary and report, and say whether it shows what it expects',
  builder: (yargs) =>
    yargs
      .positional('scenario', { type: 'string', describe: 'name of a shipped scenario, or a file' })
      .option('seed', {
        type: 'string',
        defaultDescription: '1',
        describe: 'root of all random streams',
      })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'path=value, e.g. slabs.btc.risk.warmup="0 s"; may be repeated',
      })
      .option('out', { type: 'string', describe: 'run directory [default: runs/<scenario>-<seed>]' })
      .option('workers', {
        type: 'number',
        default: availableParallelism(),
        defaultDescription: 'one per core',
        describe: 'worker threads; 0 runs in process. The result is the same.',
      })
      .option('check', { type: 'boolean', describe: 'audit every balance and check the invariants' })
      .option('force', { type: 'boolean', describe: 'replace a run directory that exists' })
      .option('report', {
        type: 'boolean',
        default: true,
        describe: 'write report.html (--no-report leaves it out)',
      })
      .option('checkpoint-every', {
        type: 'number',
        describe: 'keep a checkpoint in the run directory every so many slots, for --resume',
      })
      .option('resume', {
        type: 'string',
        describe: 'run directory with a checkpoint to go on from, to the same bytes',
      }),
  handler: (args) => refuseBadInput(() => run(args)),
};
