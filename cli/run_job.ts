import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type RunIdentity, type RunProgress, readCheckpoint } from '../sim/checkpoint/checkpoint_file.ts';
import {
  createRunDirectory,
  hasCheckpoint,
  isComplete,
  prepareRunDirectory,
  removeCheckpoint,
} from '../sim/record/run_directory.ts';
import { formatIssue } from '../sim/scenario/issues.ts';
import { loadScenario } from '../sim/scenario/load.ts';
import { BadInputError } from './bad_input.ts';
import { KNOWN_METRICS } from './cells.ts';
import { readCodeVersion } from './code_version.ts';
import { formatCommand, SEED_PATTERN } from './reproduce.ts';

/** The command line of a run; what was not given is undefined. */
export interface RunArguments {
  scenario: string | undefined;
  seed: string | undefined;
  set: string[] | undefined;
  out: string | undefined;
  workers: number;
  check: boolean | undefined;
  force: boolean | undefined;
  report: boolean;
  'checkpoint-every': number | undefined;
  resume: string | undefined;
}

/** What is run, where its results go, and where it begins. */
export interface RunJob extends Omit<RunIdentity, 'every'> {
  out: string;
  /** Slots between two checkpoints; null keeps none. */
  every: number | null;
  /** Null at the beginning. */
  progress: RunProgress | null;
}

/** What a run that goes on takes from its checkpoint. */
const FIXED = ['scenario', 'seed', 'set', 'out', 'check', 'force'] as const;

/** What is wrong with the options that yargs cannot see, or null. */
function findBadOption(args: RunArguments): string | null {
  const { 'checkpoint-every': every, out, resume, seed, workers } = args;
  for (const [name, value] of Object.entries({ out, seed, workers, resume, 'checkpoint-every': every })) {
    if (Array.isArray(value)) return `--${name} is given more than once`;
  }
  if (!(Number.isSafeInteger(workers) && workers >= 0)) return '--workers needs a whole number of at least 0';
  if (every !== undefined && !(Number.isSafeInteger(every) && every >= 1)) {
    return '--checkpoint-every needs a whole number of slots, at least 1';
  }
  if (resume !== undefined) {
    const given = FIXED.find((name) => args[name] !== undefined);
    if (given === undefined) return null;
    return `--resume goes on with the run as it was begun; leave out ${given === 'scenario' ? 'the scenario' : `--${given}`}`;
  }
  if (args.scenario === undefined) return 'name a scenario, or a run to go on with: --resume DIR';
  return SEED_PATTERN.test(seed ?? '1') ? null : '--seed needs 1 to 64 letters, digits, or any of . _ -';
}

function prepareNewRun(args: RunArguments, name: string): RunJob {
  const { check = false, 'checkpoint-every': every = null, force = false, seed = '1', set = [] } = args;
  const loaded = loadScenario(name, { overrides: set, metrics: KNOWN_METRICS, isCell: true });
  if (!loaded.ok) throw new BadInputError(loaded.issues.map(formatIssue).join('\n'));
  const { scenario } = loaded;
  const out = args.out ?? join('runs', `${scenario.name}-${seed}`);
  if (every === null) prepareRunDirectory(out, force);
  else createRunDirectory(out, force);
  const reproduce = formatCommand({ scenario: name, seed, set, check });
  return { ...readCodeVersion(), scenario, seed, check, reproduce, out, every, progress: null };
}

function prepareResumedRun(args: RunArguments, directory: string): RunJob | null {
  if (!existsSync(directory)) throw new BadInputError(`there is no run directory ${directory}`);
  if (isComplete(directory)) {
    // It was killed between its last two steps.
    removeCheckpoint(directory);
    return null;
  }
  if (!hasCheckpoint(directory)) {
    throw new BadInputError(
      `${directory} holds no checkpoint; only runs with --checkpoint-every keep some, so run the scenario again`,
    );
  }
  const { identity, progress } = readCheckpoint(directory, readCodeVersion());
  return { ...identity, every: args['checkpoint-every'] ?? identity.every, out: directory, progress };
}

/** What is to be run; null if that is done. Throws what `refuseBadInput` tells. */
export function prepareRun(args: RunArguments): RunJob | null {
  const badOption = findBadOption(args);
  if (badOption !== null) throw new BadInputError(badOption);
  return args.resume === undefined
    ? prepareNewRun(args, args.scenario!)
    : prepareResumedRun(args, args.resume);
}
