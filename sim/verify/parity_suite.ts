import type { ParityHost } from './parity_host.ts';

/** Where the two engines first disagree. */
export interface ParityDifference {
  /** Instruction number from 0; −1 is the start. */
  instruction: number;
  op: string;
  /** `outcome`, `globals`, `long`, `short`, `account 7`, `orders 3`, … */
  record: string;
  field: string;
  typescript: string;
  rust: string;
}

/** What the TypeScript engine came to on a sequence, to be compared with the programs. */
export interface RecordedSequence {
  /** The account's bytes before it. */
  readonly start: Uint8Array;
  readonly instructions: readonly Uint8Array[];
  /** Runs the instructions on the host and returns the first difference, or null. */
  compare(host: ParityHost): Promise<ParityDifference | null>;
}

/** A sequence that can be kept, in hexadecimal. */
export interface SavedSequence {
  /** The account's bytes at its start, without the zeros at their end. */
  start: string;
  /** How many bytes the account has. */
  size: number;
  instructions: string[];
}

/** How often the sequences of a run met each rule: `executeTrade SideBlocked`, `mode Normal → DrainOnly`, … */
export type Coverage = Map<string, number>;

export const PROGRAMS = ['risk', 'slab'] as const;
export type ProgramName = (typeof PROGRAMS)[number];

/** How sequences of one program are made and replayed on the TypeScript side. */
export interface ParitySuite {
  readonly program: ProgramName;
  /** Sequence `number` of a seed: a world and `length` instructions for it. */
  record(seed: string, number: number, length: number, coverage: Coverage): RecordedSequence;
  /** Replays a kept sequence. Throws if its bytes are not what they should be. */
  replay(saved: SavedSequence): RecordedSequence;
}

export function count(coverage: Coverage, key: string): void {
  coverage.set(key, (coverage.get(key) ?? 0) + 1);
}

/** Hexadecimal without the zeros at the end: most of an account is free. */
export function packBytes(bytes: Uint8Array): string {
  return toHex(bytes).replace(/(?:00)+$/, '');
}

/** The bytes behind `packBytes`. */
export function unpackBytes({ size, start }: { size: number; start: string }): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(Buffer.from(start, 'hex'));
  return bytes;
}

export const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
