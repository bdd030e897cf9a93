import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import {
  type Baseline,
  createBaseline,
  findBaselineMismatch,
  UNKNOWN_BASELINE,
} from '../reports/check/baseline.ts';
import type { Cell } from '../reports/check/cell.ts';
import { findShippedName } from '../sim/scenario/sources.ts';
import { writeDurably } from '../sim/sweep/directory.ts';
import { BadInputError } from './bad_input.ts';

/**
 * What a scenario is called in a folder of baselines: its name if it is a shipped one, else its path from that folder. So
 * it does not depend on where `check` is called, and no two scenarios share one.
 */
const identify = (folder: string, path: string): string =>
  findShippedName(path) ?? relative(resolve(folder), resolve(path)).split(sep).join('/');

/** The file of a scenario below `folder`; a step up in its path becomes `_`. */
function locateBaseline(folder: string, path: string): string {
  const steps = identify(folder, path).split('/');
  const name = steps.map((step) => (step === '..' ? '_' : step)).join('/');
  return join(folder, `${name.replace(/\.ya?ml$/, '')}.json`);
}

/** What is wrong with the text of a baseline, or the baseline. */
function parseBaseline(text: string): Baseline | string {
  try {
    return JSON.parse(text) as Baseline;
  } catch {
    return UNKNOWN_BASELINE;
  }
}

/** A scenario that is compared or stored. */
export interface Checked {
  /** As `check` names it. */
  scenario: string;
  path: string;
  cells: readonly Cell[];
}

/** Reads what a scenario is compared with. Throws `BadInputError` if there is nothing that can be compared. */
export function readBaseline(
  folder: string,
  { cells, path, scenario }: Checked,
  set: readonly string[],
): Baseline {
  const file = locateBaseline(folder, path);
  if (!existsSync(file)) {
    const old = join(folder, `${basename(path).replace(/\.ya?ml$/, '')}.json`);
    const hint = old !== file && existsSync(old) ? ` (${old} has the name that older versions gave it)` : '';
    throw new BadInputError(
      `there is no baseline of ${scenario}: ${file} does not exist${hint}; --update-baseline writes it`,
    );
  }
  const seeds = cells.map(({ seed }) => seed);
  const baseline = parseBaseline(readFileSync(file, 'utf8'));
  const mismatch =
    typeof baseline === 'string'
      ? baseline
      : findBaselineMismatch(baseline, identify(folder, path), set, seeds);
  if (mismatch === null) return baseline as Baseline;
  throw new BadInputError(`${file} ${mismatch}; --update-baseline writes it anew`);
}

/** Stores the results of a scenario. A run that failed or broke a promise is nothing to compare with: refused. */
export function writeBaseline(
  folder: string,
  { cells, path, scenario }: Checked,
  set: readonly string[],
): void {
  const bad = cells.find(({ result }) => result === null || result.broken.length > 0);
  if (bad !== undefined) {
    console.error(
      `no baseline of ${scenario} is stored: its run with seed ${bad.seed} failed or broke a promise`,
    );
    return;
  }
  const file = locateBaseline(folder, path);
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeDurably(file, `${JSON.stringify(createBaseline(identify(folder, path), set, cells), null, 1)}\n`);
}
