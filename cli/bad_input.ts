import { CheckpointError } from '../sim/checkpoint/checkpoint_file.ts';
import { OutputDirectoryError } from '../sim/record/run_directory.ts';
import { ExitCode } from './exit_codes.ts';

/** The command line or a file is wrong; the message is for the person who typed the command. */
export class BadInputError extends Error {}

/** Runs a command; mistakes of the caller become a message and exit code 2. */
export async function refuseBadInput(command: () => Promise<void> | void): Promise<void> {
  try {
    await command();
  } catch (error) {
    const isTheirs = [BadInputError, CheckpointError, OutputDirectoryError].some(
      (kind) => error instanceof kind,
    );
    if (!isTheirs) throw error;
    console.error((error as Error).message);
    process.exitCode = ExitCode.InvalidInput;
  }
}
