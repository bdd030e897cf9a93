import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { DataFile } from '../scenario/schema.ts';
import { formatTables } from './csv.ts';
import type { RunRecord } from './types.ts';

const MANIFEST = 'manifest.json';

/** The files of a run besides its tables. */
export interface RunOutputs {
  record: RunRecord;
  /** The content of summary.json. */
  summary: unknown;
  /** The content of report.html; null leaves it out. */
  report: string | null;
  /** Wall times: the only file that may differ between two runs. */
  timing: unknown;
  version: string;
  /** SHA-256 of the code that ran, hex. */
  codeHash: string;
  dataFiles: readonly DataFile[];
}

/** The run cannot be written where it should go: a mistake of the caller, told in a sentence. */
export class OutputDirectoryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OutputDirectoryError';
  }
}

/**
 * Makes sure, before a long run, that its directory can be written: throws `OutputDirectoryError` if something is there
 * (`force` replaces runs, nothing else) or the parent cannot be made or written to.
 */
export function prepareRunDirectory(directory: string, force: boolean): void {
  const parent = dirname(resolve(directory));
  try {
    mkdirSync(parent, { recursive: true });
    accessSync(parent, constants.W_OK);
  } catch (error) {
    throw new OutputDirectoryError(`cannot write to ${parent}: ${(error as Error).message}`);
  }
  if (!existsSync(directory)) return;
  if (!force) {
    throw new OutputDirectoryError(
      `${directory} exists already; choose another with --out, or replace it with --force`,
    );
  }
  if (!existsSync(join(directory, MANIFEST))) {
    throw new OutputDirectoryError(
      `${directory} exists and is no run directory, so --force does not replace it`,
    );
  }
}

const formatJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** SHA-256 over names, lengths and contents of the result files, in order. */
function hashResults(files: readonly [string, string][]): string {
  const hash = createHash('sha256');
  for (const [name, content] of files) {
    hash.update(`${name}\n${Buffer.byteLength(content)}\n`).update(content);
  }
  return hash.digest('hex');
}

function createManifest({ record, version, codeHash, dataFiles }: RunOutputs, resultHash: string): unknown {
  return {
    schema: 'percolator-lab/manifest/1',
    complete: record.complete,
    slotsDone: record.slotsDone,
    scenario: record.scenario,
    seed: record.seed,
    checked: record.checked,
    version,
    codeHash,
    dataFiles,
    resultHash,
    reproduce: record.reproduce,
    resolved: record.resolved,
  };
}

function writeDurably(file: string, content: string): void {
  const descriptor = openSync(file, 'wx');
  try {
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a run directory (design 03 §7): all files beside the target first, then one rename, so that the target is
 * either the old directory or the whole new one. Returns the hash of the results (summary.json and the CSVs).
 */
export function writeRunDirectory(directory: string, outputs: RunOutputs, force: boolean): string {
  const target = resolve(directory);
  prepareRunDirectory(target, force);
  const results: [string, string][] = [
    ['summary.json', formatJson(outputs.summary)],
    ...formatTables(outputs.record),
  ];
  const resultHash = hashResults(results);
  const parent = dirname(target);
  const staging = mkdtempSync(join(parent, `.${basename(target)}-`));
  try {
    const fresh = join(staging, 'new');
    mkdirSync(fresh);
    for (const [name, content] of results) writeDurably(join(fresh, name), content);
    writeDurably(join(fresh, MANIFEST), formatJson(createManifest(outputs, resultHash)));
    writeDurably(join(fresh, 'timing.json'), formatJson(outputs.timing));
    if (outputs.report !== null) writeDurably(join(fresh, 'report.html'), outputs.report);
    syncDirectory(fresh);
    prepareRunDirectory(target, force);
    replace(target, fresh, join(staging, 'old'));
    syncDirectory(parent);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return resultHash;
}

/** Puts `fresh` where `target` is; the old directory is moved aside first and comes back if that fails. */
function replace(target: string, fresh: string, aside: string): void {
  if (!existsSync(target)) {
    renameSync(fresh, target);
    return;
  }
  renameSync(target, aside);
  try {
    renameSync(fresh, target);
  } catch (error) {
    renameSync(aside, target);
    throw error;
  }
}
