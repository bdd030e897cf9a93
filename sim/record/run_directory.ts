import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { DataFile } from '../scenario/schema.ts';
import { formatTables } from './csv.ts';
import { isDraft, removeDrafts, replaceDurably, syncDirectory } from './durable_files.ts';
import type { RunRecord } from './types.ts';

const MANIFEST = 'manifest.json';
const SUMMARY = 'summary.json';
const REPORT = 'report.html';
/** The latest checkpoint of a run that is not done. */
const CHECKPOINT = 'checkpoint';

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

/** A run that was killed before its first checkpoint leaves nothing behind. */
const isAbandoned = (directory: string) =>
  statSync(directory).isDirectory() && readdirSync(directory).every(isDraft);

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
  if (!existsSync(directory) || isAbandoned(directory)) return;
  const isUnfinished = hasCheckpoint(directory);
  if (!force && isUnfinished) {
    throw new OutputDirectoryError(
      `${directory} holds a run that is not done; go on with it by --resume ${directory}, choose another with --out, ` +
        'or replace it with --force',
    );
  }
  if (!force) {
    throw new OutputDirectoryError(
      `${directory} exists already; choose another with --out, or replace it with --force`,
    );
  }
  if (!isUnfinished && !existsSync(join(directory, MANIFEST))) {
    throw new OutputDirectoryError(
      `${directory} exists and is no run directory, so --force does not replace it`,
    );
  }
}

export const checkpointPath = (directory: string): string => join(directory, CHECKPOINT);

export const hasCheckpoint = (directory: string): boolean => existsSync(checkpointPath(directory));

export const hasReport = (directory: string): boolean => existsSync(join(directory, REPORT));

/** Whether the run of a directory is done. */
export function isComplete(directory: string): boolean {
  const manifest = join(directory, MANIFEST);
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).complete === true;
}

/** The content of a run's summary.json. */
export const readSummary = (directory: string): unknown =>
  JSON.parse(readFileSync(join(directory, SUMMARY), 'utf8'));

/** Makes the directory for a run that is going to keep checkpoints in it. With `force` an old run goes now. */
export function createRunDirectory(directory: string, force: boolean): void {
  prepareRunDirectory(directory, force);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
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

interface RunFiles {
  /** [name, content] of all but the manifest. */
  files: [string, string][];
  manifest: string;
  resultHash: string;
}

function formatFiles(outputs: RunOutputs): RunFiles {
  const results: [string, string][] = [
    [SUMMARY, formatJson(outputs.summary)],
    ...formatTables(outputs.record),
  ];
  const resultHash = hashResults(results);
  const files = [...results];
  files.push(['timing.json', formatJson(outputs.timing)]);
  if (outputs.report !== null) files.push([REPORT, outputs.report]);
  return { files, manifest: formatJson(createManifest(outputs, resultHash)), resultHash };
}

/**
 * Writes a run directory (design 03 §7): all files beside the target first, then one rename, so that the target is
 * either the old directory or the whole new one. Returns the hash of the results (summary.json and the CSVs).
 */
export function writeRunDirectory(directory: string, outputs: RunOutputs, force: boolean): string {
  const target = resolve(directory);
  prepareRunDirectory(target, force);
  const { files, manifest, resultHash } = formatFiles(outputs);
  const parent = dirname(target);
  const staging = mkdtempSync(join(parent, `.${basename(target)}-`));
  try {
    const fresh = join(staging, 'new');
    mkdirSync(fresh);
    for (const [name, content] of [...files, [MANIFEST, manifest] as const]) {
      replaceDurably(join(fresh, name), [content]);
    }
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

/**
 * Writes the results of a run that keeps its checkpoints in the directory, file by file and the manifest last, so that a
 * kill at any moment leaves the checkpoint or the whole run. An incomplete run keeps its checkpoint. Returns the hash of
 * the results.
 */
export function finishRunDirectory(directory: string, outputs: RunOutputs): string {
  const { files, manifest, resultHash } = formatFiles(outputs);
  if (outputs.report === null) rmSync(join(directory, REPORT), { force: true });
  for (const [name, content] of files) replaceDurably(join(directory, name), [content]);
  syncDirectory(directory);
  replaceDurably(join(directory, MANIFEST), [manifest]);
  syncDirectory(directory);
  if (outputs.record.complete) removeCheckpoint(directory);
  return resultHash;
}

/** Removes what only a run that is not done needs. */
export function removeCheckpoint(directory: string): void {
  rmSync(checkpointPath(directory), { force: true });
  removeDrafts(directory);
}
