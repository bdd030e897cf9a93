import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OutputDirectoryError } from '../record/run_directory.ts';

const MANIFEST = 'manifest.json';
const CELLS = 'cells';
const DRAFT = '.draft';

/** A file that is either absent, the old one or the whole new one, whatever happens to the process. */
export class DurableFile {
  private readonly path: string;
  private readonly draft: string;
  private readonly descriptor: number;

  constructor(path: string) {
    this.path = path;
    // Two processes that write the same file, of the same bytes then, must not share a draft.
    this.draft = join(dirname(path), `.${basename(path)}.${randomUUID()}${DRAFT}`);
    this.descriptor = openSync(this.draft, 'w');
  }

  write(text: string): void {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.descriptor, bytes, done);
  }

  /** Puts the file in its place. */
  commit(): void {
    fsyncSync(this.descriptor);
    closeSync(this.descriptor);
    renameSync(this.draft, this.path);
  }
}

/** Writes a whole file at once; see `DurableFile`. */
export function writeDurably(path: string, text: string): void {
  const file = new DurableFile(path);
  file.write(text);
  file.commit();
}

const isDraft = (name: string) => name.startsWith('.') && name.endsWith(DRAFT);

const formatJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    // Absent, or cut off by a file system that lost it after the rename: either way it is to be made again.
    return null;
  }
}

/**
 * The directory of a sweep: what is being swept (manifest.json), a file for each finished cell, and the results, which
 * are written when all cells are there. Several processes may fill one directory as long as their cells differ.
 */
export class SweepDirectory<Manifest extends object, Result extends object> {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Opens the directory of this sweep, making it if it is not there. Throws `OutputDirectoryError` if it holds
   * something else, or another sweep.
   */
  static open<Manifest extends object, Result extends object>(
    path: string,
    manifest: Manifest,
  ): SweepDirectory<Manifest, Result> {
    const directory = new SweepDirectory<Manifest, Result>(path);
    const file = join(path, MANIFEST);
    const isKnown = existsSync(file);
    if (!isKnown && existsSync(path) && readdirSync(path).some((name) => name !== CELLS && !isDraft(name))) {
      throw new OutputDirectoryError(`${path} exists and is no sweep directory; choose another with --out`);
    }
    try {
      mkdirSync(join(path, CELLS), { recursive: true });
    } catch (error) {
      throw new OutputDirectoryError(`cannot write to ${path}: ${(error as Error).message}`);
    }
    if (!isKnown) {
      writeDurably(file, formatJson(manifest));
      return directory;
    }
    const difference = findDifference(directory.readManifest(), manifest);
    if (difference !== null) {
      throw new OutputDirectoryError(
        `${path} holds another sweep: ${difference} differs; choose another directory with --out`,
      );
    }
    return directory;
  }

  /** The directory of an earlier sweep, or of a part of one. Throws `OutputDirectoryError` if it is none. */
  static read<Manifest extends object, Result extends object>(
    path: string,
  ): SweepDirectory<Manifest, Result> {
    const directory = new SweepDirectory<Manifest, Result>(path);
    directory.readManifest();
    return directory;
  }

  readManifest(): Manifest {
    const manifest = readJson<Manifest>(join(this.path, MANIFEST));
    if (manifest === null) throw new OutputDirectoryError(`${this.path} is no sweep directory`);
    return manifest;
  }

  private cellFile(index: number): string {
    return join(this.path, CELLS, `${index}.json`);
  }

  readCell(index: number): Result | null {
    return readJson<Result>(this.cellFile(index));
  }

  /** Keeps a cell for good. */
  writeCell(index: number, result: Result): void {
    writeDurably(this.cellFile(index), `${JSON.stringify(result)}\n`);
  }

  /** Removes what processes that were killed left half written. No other process may be writing. */
  removeDrafts(): void {
    for (const folder of [this.path, join(this.path, CELLS)]) {
      for (const name of readdirSync(folder)) if (isDraft(name)) rmSync(join(folder, name));
    }
  }

  /** Opens a result file for writing; it appears under its name when it is committed. */
  createFile(name: string): DurableFile {
    return new DurableFile(join(this.path, name));
  }
}

/** The first key, in the order of `b`, whose values differ; null if none does. */
export function findDifference(a: object, b: object): string | null {
  const [left, right] = [a, b] as Record<string, unknown>[];
  const keys = Object.keys({ ...right, ...left });
  return keys.find((key) => JSON.stringify(left![key]) !== JSON.stringify(right![key])) ?? null;
}
