#!/usr/bin/env node
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { checkCommand } from './check.ts';
import { ExitCode } from './exit_codes.ts';
import { layoutCommand } from './layout.ts';
import { mergeCommand } from './merge.ts';
import { modelcheckCommand } from './modelcheck.ts';
import { parityCommand } from './parity.ts';
import { replayTraceCommand } from './replay_trace.ts';
import { runCommand } from './run.ts';
import { schemaCommand } from './schema.ts';
import { sweepCommand } from './sweep.ts';
import { validateCommand } from './validate.ts';

await yargs(hideBin(process.argv))
  .scriptName('percolator-lab')
  .usage('$0 <command>\n\nStress-test lab for a sharded perpetual-futures exchange.')
  .command(runCommand)
  .command(checkCommand)
  .command(sweepCommand)
  .command(mergeCommand)
  .command(validateCommand)
  .command(schemaCommand)
  .command(replayTraceCommand)
  .command(layoutCommand)
  .command(parityCommand)
  .command(modelcheckCommand)
  .demandCommand(1, 'Name a command; see --help.')
  .strict()
  .fail((message, error, parser) => {
    if (error) {
      console.error(error.stack ?? error.message);
      console.error('percolator-lab: internal error; please report it with the command that caused it');
      process.exit(ExitCode.InternalError);
    }
    parser.showHelp('error');
    console.error(`\n${message}`);
    process.exit(ExitCode.InvalidInput);
  })
  .help()
  .parseAsync();
