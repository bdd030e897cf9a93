import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** One sequence as the Rust program ran it. */
export interface Vector {
  world: string;
  /** The market's bytes before it (`packBytes`). */
  start: string;
  size: number;
  /** Instruction bytes, error number, first 16 digits of the SHA-256 of all bytes afterwards. */
  steps: [instruction: string, code: number, hash: string][];
}

const FILE = new URL('../golden/risk.ndjson', import.meta.url);

export function readVectors(): Vector[] {
  return readFileSync(FILE, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Vector);
}

/** Writes the vectors, a line each. */
export function writeVectors(vectors: readonly Vector[]): void {
  writeFileSync(FILE, `${vectors.map((vector) => JSON.stringify(vector)).join('\n')}\n`);
}

export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
