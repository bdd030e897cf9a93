import type { CommandModule } from 'yargs';
import { readTrace, replayTrace, TraceFormatError } from '../sim/verify/trace.ts';
import { ExitCode } from './exit_codes.ts';

interface Arguments {
  files: string[];
}

/** Replays one file and prints its line; true if it holds. Throws an error that names what is wrong with the file. */
function replayFile(file: string): boolean {
  const result = replayTrace(readTrace(file));
  const { difference } = result;
  if (difference === null) {
    console.log(`${file}: ${result.operations} operations replayed without a difference`);
    return true;
  }
  const { operation, op, field, expected, got, detail } = difference;
  console.error(
    `${file}: operation ${operation} (${op}), field ${field}: expected ${expected}, got ${got}` +
      (detail === undefined ? '' : `\n  ${detail}`),
  );
  return false;
}

function isReadable(error: unknown): error is Error {
  return error instanceof TraceFormatError || (error as NodeJS.ErrnoException).code !== undefined;
}

export const replayTraceCommand: CommandModule<object, Arguments> = {
  command: 'replay-trace <files..>',
  describe: 'replay recorded engine traces and compare every operation',
  builder: (yargs) =>
    yargs.positional('files', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'trace files in the format percolator-trace/1, plain or .gz',
    }),
  handler: ({ files }) => {
    let held = 0;
    for (const file of files) {
      try {
        if (replayFile(file)) held += 1;
        else process.exitCode ??= ExitCode.ExpectationFailed;
      } catch (error) {
        if (!isReadable(error)) throw error;
        console.error(`${file}: cannot be replayed: ${error.message}`);
        process.exitCode = ExitCode.InvalidInput;
      }
    }
    console.log(`${held} of ${files.length} traces replayed without a difference`);
  },
};
