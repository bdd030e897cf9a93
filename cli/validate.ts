import type { CommandModule } from 'yargs';
import { formatIssue } from '../sim/scenario/issues.ts';
import { loadScenario } from '../sim/scenario/load.ts';
import { listScenarios } from '../sim/scenario/sources.ts';
import { KNOWN_METRICS } from './cells.ts';
import { ExitCode } from './exit_codes.ts';

interface Arguments {
  scenarios: string[];
  set: string[];
}

/** Prints one scenario's line, or all its issues; true if it is valid. */
function validate(scenario: string, overrides: readonly string[]): boolean {
  const result = loadScenario(scenario, { overrides, metrics: KNOWN_METRICS });
  if (result.ok) {
    const { slabs, slots, population, attacks } = result.scenario;
    const groups = `${population.length} groups, ${attacks.length} attacks`;
    console.log(`${scenario}: valid (${slabs.length} slabs, ${groups}, ${slots} slots)`);
    return true;
  }
  for (const issue of result.issues) console.error(formatIssue(issue));
  const { length } = result.issues;
  console.error(`${scenario}: ${length} ${length === 1 ? 'issue' : 'issues'}`);
  return false;
}

export const validateCommand: CommandModule<object, Arguments> = {
  command: 'validate [scenarios..]',
  describe: 'check scenarios without running them and report everything that is wrong',
  builder: (yargs) =>
    yargs
      .positional('scenarios', {
        type: 'string',
        array: true,
        default: [],
        describe: 'names of shipped scenarios or files; all shipped ones by default',
      })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'path=value, e.g. slabs.btc.risk.warmup="0 s"; may be repeated',
      }),
  handler: ({ scenarios, set }) => {
    const chosen = scenarios.length > 0 ? scenarios : listScenarios();
    const valid = chosen.filter((scenario) => validate(scenario, set));
    if (valid.length < chosen.length) process.exitCode = ExitCode.InvalidInput;
  },
};
