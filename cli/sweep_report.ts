import type { Cell } from '../reports/check/cell.ts';
import { ExitCode } from './exit_codes.ts';
import type { SweepManifest, SweepOutcome } from './sweep_files.ts';

const MOST_LISTED = 20;

/** Prints the first of a list, two lines each, and says how many more there are. */
function printFirst<T>(
  items: readonly T[],
  format: (item: T) => readonly [what: string, command: string],
): void {
  for (const item of items.slice(0, MOST_LISTED)) {
    const [what, command] = format(item);
    console.error(`  ${what}\n    ${command}`);
  }
  if (items.length > MOST_LISTED) console.error(`  and ${items.length - MOST_LISTED} more in summary.json`);
}

/** Lists runs that failed or broke a promise with the commands that show them; the exit code says so. */
export function reportBadCells(bad: readonly Cell[]): void {
  const failed = bad.filter(({ failure }) => failure !== null).length;
  if (failed > 0) console.error(`${failed} failed`);
  if (failed < bad.length) console.error(`${bad.length - failed} broke a promise of the engine or the lab`);
  printFirst(bad, ({ failure, reproduce, result, seed }) => [
    `seed ${seed}: ${failure?.message ?? result?.broken.join(' ')}`,
    reproduce,
  ]);
  if (bad.length > 0) process.exitCode = ExitCode.InternalError;
}

/** Says what went wrong, with the commands that show it, and where the results are. */
export function reportSweep(
  path: string,
  { seeds }: SweepManifest,
  { broken, cells, failed, missed }: SweepOutcome,
): void {
  console.error(`${cells} cells with ${seeds.length === 1 ? 'one seed' : `${seeds.length} seeds`}`);
  if (missed.length > 0) {
    process.exitCode = ExitCode.ExpectationFailed;
    console.error(`${missed.length} expectations missed`);
  }
  printFirst(missed, ({ expectation, point }) => {
    const { expected, got, group, hits, metric, runs, slab, worst } = expectation;
    const place = [slab, group].filter((part) => part !== null).join(', ');
    const what = `MISS ${metric}${place === '' ? '' : ` (${place})`} ${expected}  got ${got}, ${hits} of ${runs} runs meet it`;
    return [point === '' ? what : `${what}, with ${point}`, `seed ${worst.seed}: ${worst.reproduce}`];
  });
  reportBadCells([...failed, ...broken]);
  console.log(path);
}
