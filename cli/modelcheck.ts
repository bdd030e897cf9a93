import type { CommandModule } from 'yargs';
import { checkWorld, type ModelcheckResult } from '../sim/verify/modelcheck.ts';
import { findWorlds } from '../sim/verify/modelcheck_worlds.ts';
import { ExitCode } from './exit_codes.ts';

interface Arguments {
  accounts: number;
  depth: number;
  seconds: number;
  seed: string;
  coverage: boolean;
}

function printCounts(title: string, counts: Map<string, number>): void {
  console.log(`  ${title}:`);
  for (const [what, times] of [...counts].sort()) console.log(`  ${String(times).padStart(10)}  ${what}`);
}

function print(result: ModelcheckResult, coverage: boolean): void {
  const { depth, failure, states, transitions, world } = result;
  if (failure === null) {
    console.log(
      `from ${world}: depth ${depth} complete, ${states} states, ${transitions} transitions, all invariants hold`,
    );
  } else {
    console.error(`from ${world}: invariant ${failure.invariant} broken: ${failure.message}`);
    for (const instruction of failure.path) console.error(`  ${JSON.stringify(instruction)}`);
  }
  if (coverage) {
    printCounts('states by the modes of long/short', result.modes);
    printCounts('instructions by outcome', result.outcomes);
  }
}

function modelcheck({ accounts, coverage, depth, seconds, seed }: Arguments): void {
  if (!(Number.isSafeInteger(depth) && depth >= 1 && seconds >= 0)) {
    console.error('--depth needs a whole number of at least 1, --seconds a number of at least 0');
    process.exitCode = ExitCode.InvalidInput;
    return;
  }
  const worlds = findWorlds(accounts, seed);
  let states = 0;
  for (const world of worlds) {
    const end = performance.now() + (seconds * 1_000) / worlds.length;
    const result = checkWorld(world, depth, () => performance.now() > end);
    print(result, coverage);
    states += result.states;
    if (result.failure !== null) process.exitCode = ExitCode.InternalError;
  }
  console.log(`${states} states from ${worlds.length} seed states with ${accounts} accounts (seed ${seed})`);
}

export const modelcheckCommand: CommandModule<object, Arguments> = {
  command: 'modelcheck',
  describe: 'walk every sequence of instructions of tiny worlds and check the invariants of each state',
  builder: (yargs) =>
    yargs
      .option('accounts', {
        type: 'number',
        default: 3,
        choices: [2, 3, 4],
        describe: 'accounts in each world',
      })
      .option('depth', {
        type: 'number',
        default: 4,
        describe: 'length up to which every sequence is walked',
      })
      .option('seconds', {
        type: 'number',
        default: 0,
        describe: 'time to go deeper in, shared by the seed states',
      })
      .option('seed', { type: 'string', default: '1', describe: 'chooses the seed states' })
      .option('coverage', {
        type: 'boolean',
        default: false,
        describe: 'show the modes of the states and how the instructions ended',
      }),
  handler: modelcheck,
};
