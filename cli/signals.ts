import { ExitCode } from './exit_codes.ts';
import type { Progress } from './progress.ts';

/** Ctrl-C asks the work to stop; a second one ends the process. `release` gives the signals back. */
export function watchSignals(progress: Progress): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(ExitCode.Interrupted);
    progress.say('stopping; what is complete is kept (Ctrl-C again gives it up)');
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const release = () => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  return { signal: controller.signal, release };
}
