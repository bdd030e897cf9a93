import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const DRAFT = '.draft';

export const isDraft = (name: string): boolean => name.startsWith('.') && name.endsWith(DRAFT);

/** Makes renames in a directory last. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes a whole file so that, whatever happens, either the old one is there or the new one. See `syncDirectory`. */
export function replaceDurably(path: string, parts: readonly (string | Uint8Array)[]): void {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}${DRAFT}`);
  const descriptor = openSync(draft, 'w');
  try {
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, path);
}

/** Removes what a process that was killed left half written. No other process may be writing. */
export function removeDrafts(directory: string): void {
  for (const name of readdirSync(directory)) if (isDraft(name)) rmSync(join(directory, name));
}
