import { ExitCode } from './exit_codes.ts';
import type { SweepManifest, SweepOutcome } from './sweep_files.ts';

const MOST_LISTED = 20;

/** Says what went wrong, with the commands that show it, and where the results are. */
export function reportSweep(
  path: string,
  { seeds }: SweepManifest,
  { broken, cells, failed }: SweepOutcome,
): void {
  console.error(`${cells} cells with ${seeds.length === 1 ? 'one seed' : `${seeds.length} seeds`}`);
  const bad = [...failed, ...broken];
  if (failed.length > 0) console.error(`${failed.length} failed`);
  if (broken.length > 0) console.error(`${broken.length} broke a promise of the engine or the lab`);
  for (const { failure, reproduce, result, seed } of bad.slice(0, MOST_LISTED)) {
    console.error(`  seed ${seed}: ${failure?.message ?? result?.broken.join(' ')}`);
    console.error(`    ${reproduce}`);
  }
  if (bad.length > MOST_LISTED) console.error(`  and ${bad.length - MOST_LISTED} more in summary.json`);
  if (bad.length > 0) process.exitCode = ExitCode.InternalError;
  console.log(path);
}
