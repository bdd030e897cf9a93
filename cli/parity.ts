import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CommandModule } from 'yargs';
import { formatIssue } from '../sim/scenario/issues.ts';
import { loadScenario } from '../sim/scenario/load.ts';
import { type ParityResult, RISK_SUITE, runParity } from '../sim/verify/parity.ts';
import { buildHost, ParityHost, ParityUnavailable } from '../sim/verify/parity_host.ts';
import { type FileLines, measureLines } from '../sim/verify/parity_lines.ts';
import { compareScenario } from '../sim/verify/parity_scenario.ts';
import { SLAB_SUITE } from '../sim/verify/parity_slab.ts';
import { type ParityDifference, PROGRAMS, type ProgramName } from '../sim/verify/parity_suite.ts';
import { ExitCode } from './exit_codes.ts';
import { Progress } from './progress.ts';

interface Arguments {
  scenario: string | undefined;
  program: ProgramName;
  sequences: number;
  length: number;
  seed: string;
  coverage: boolean;
  lines: boolean;
  save: string;
}

/** `instruction 17 (liquidate), account 3, feeCredits: TypeScript -6, Rust 0`. */
function formatDifference({ instruction, op, record, field, typescript, rust }: ParityDifference): string {
  return `instruction ${instruction} (${op}), ${record}, ${field}: TypeScript ${typescript}, Rust ${rust}`;
}

function printCoverage({ coverage }: ParityResult): void {
  for (const [what, times] of [...coverage].sort()) console.log(`  ${String(times).padStart(9)}  ${what}`);
}

async function compareSequences(host: ParityHost, args: Arguments): Promise<void> {
  const { length, program, seed, sequences } = args;
  const suite = program === 'slab' ? SLAB_SUITE : RISK_SUITE;
  const progress = new Progress(process.stderr, 'sequences');
  const onProgress = (done: number) => progress.update(done, sequences);
  const result = await runParity(host, { suite, length, seed, sequences, onProgress });
  progress.finish();
  if (args.coverage) printCoverage(result);
  const { failure } = result;
  if (failure === null) {
    console.log(
      `${result.sequences} sequences, ${result.instructions} instructions (seed ${seed}): no difference`,
    );
    return;
  }
  const file = join(args.save, program === 'risk' ? '.' : program, `${seed}-${failure.sequence}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(failure.shrunk, null, 1)}\n`);
  console.error(`sequence ${failure.sequence} of seed ${seed}: ${formatDifference(failure.difference)}`);
  console.error(`its ${failure.shrunk.instructions.length} instructions that show it are in ${file}`);
  console.error(
    `to see it again: npx percolator-lab parity --program ${program} --seed ${seed} --sequences ${failure.sequence + 1} --length ${length}`,
  );
  process.exitCode = ExitCode.ExpectationFailed;
}

async function compareOneScenario(host: ParityHost, name: string, seed: string): Promise<void> {
  const loaded = loadScenario(name);
  if (!loaded.ok) {
    for (const issue of loaded.issues) console.error(formatIssue(issue));
    process.exitCode = ExitCode.InvalidInput;
    return;
  }
  const progress = new Progress();
  const hooks = { onProgress: (done: number, slots: number) => progress.update(done, slots) };
  const results = await compareScenario(host, loaded.scenario, seed, hooks);
  progress.finish();
  for (const { difference, instructions, slab } of results) {
    if (difference === null) {
      console.log(`${name}, slab ${slab}: ${instructions} instructions without a difference`);
    } else {
      console.error(`${name}, slab ${slab}, seed ${seed}: ${formatDifference(difference)}`);
      process.exitCode = ExitCode.ExpectationFailed;
    }
  }
}

function printLines(files: readonly FileLines[]): void {
  console.log('lines of the programs that were reached:');
  for (const { file, lines, missed } of files) {
    const rest = missed.length === 0 ? '' : `  not: ${missed.join(' ')}`;
    console.log(`  ${`${lines - missed.length}/${lines}`.padStart(9)}  ${file}${rest}`);
  }
}

async function compareOn(host: ParityHost, args: Arguments): Promise<void> {
  if (args.scenario === undefined) await compareSequences(host, args);
  else await compareOneScenario(host, args.scenario, args.seed);
}

/** What is wrong with the options that yargs cannot see, or null. */
function findBadOption({ length, seed, sequences }: Arguments): string | null {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 1;
  if (!isCount(sequences)) return '--sequences needs a whole number of at least 1';
  if (!isCount(length)) return '--length needs a whole number of at least 1';
  return /^[\w.-]{1,64}$/.test(seed) ? null : '--seed needs 1 to 64 letters, digits, or any of . _ -';
}

async function compare(args: Arguments): Promise<void> {
  const badOption = findBadOption(args);
  if (badOption !== null) {
    console.error(badOption);
    process.exitCode = ExitCode.InvalidInput;
    return;
  }
  try {
    if (args.lines) {
      printLines(await measureLines((host) => compareOn(host, args)));
      return;
    }
    const host = new ParityHost(buildHost());
    try {
      await compareOn(host, args);
    } finally {
      await host.close();
    }
  } catch (error) {
    if (!(error instanceof ParityUnavailable)) throw error;
    console.error(error.message);
    process.exitCode = ExitCode.InvalidInput;
  }
}

export const parityCommand: CommandModule<object, Arguments> = {
  command: 'parity [scenario]',
  describe: 'compare the TypeScript engine with the Rust programs, byte by byte (needs cargo and a clone)',
  builder: (yargs) =>
    yargs
      .positional('scenario', {
        type: 'string',
        describe: 'replay every instruction of this scenario; without one, generated sequences',
      })
      .option('program', {
        choices: PROGRAMS,
        default: 'risk' as const,
        describe: 'which program the generated sequences are for',
      })
      .option('sequences', { type: 'number', default: 1_000, describe: 'generated sequences to compare' })
      .option('length', { type: 'number', default: 200, describe: 'instructions in each' })
      .option('seed', { type: 'string', default: '1', describe: 'root of all random streams' })
      .option('coverage', {
        type: 'boolean',
        default: false,
        describe: 'show how often the sequences met each instruction, outcome, event and mode',
      })
      .option('lines', {
        type: 'boolean',
        default: false,
        describe: 'show which lines of the Rust rules were reached (needs llvm-cov of rustc’s LLVM)',
      })
      .option('save', {
        type: 'string',
        default: join('tests', 'parity', 'regressions'),
        describe: 'where to put a shrunk sequence that differs',
      }),
  handler: compare,
};
