import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { apply } from '../../engine/risk/index.ts';
import { applySlab } from '../../engine/slab/index.ts';
import {
  codeOf,
  decodeInstruction,
  decodeMarket,
  encodeMarket,
  readHeader,
} from '../../engine/wire/index.ts';
import { decodeSlab, encodeSlab, readSlabHeader } from '../../engine/wire/slab_account.ts';
import { decodeSlabInstruction } from '../../engine/wire/slab_codec.ts';
import { codeOfSlab } from '../../sim/verify/parity_slab_lockstep.ts';
import { type ProgramName, unpackBytes } from '../../sim/verify/parity_suite.ts';

/** One sequence as the Rust program ran it. */
export interface Vector {
  world: string;
  /** The account's bytes before it (`packBytes`). */
  start: string;
  size: number;
  /** Instruction bytes, error number, first 16 digits of the SHA-256 of all bytes afterwards. */
  steps: [instruction: string, code: number, hash: string][];
}

const fileOf = (program: ProgramName) => new URL(`../golden/${program}.ndjson`, import.meta.url);

export function readVectors(program: ProgramName): Vector[] {
  return readFileSync(fileOf(program), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Vector);
}

/** Writes the vectors, a line each. */
export function writeVectors(program: ProgramName, vectors: readonly Vector[]): void {
  writeFileSync(fileOf(program), `${vectors.map((vector) => JSON.stringify(vector)).join('\n')}\n`);
}

export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** Executes instruction bytes on account bytes; returns the error's number and writes the bytes afterwards into `bytes`. */
type Execute = (bytes: Uint8Array, text: string) => number;

function openRisk(start: Uint8Array): Execute {
  const market = decodeMarket(start)!;
  const { authority } = readHeader(start)!;
  return (bytes, text) => {
    const instruction = decodeInstruction(Buffer.from(text, 'hex'));
    if (instruction === null || instruction.op === 'initialize') throw new Error(`no instruction: ${text}`);
    const code = codeOf(apply(market, instruction));
    bytes.set(encodeMarket(market, authority));
    return code;
  };
}

function openSlab(start: Uint8Array): Execute {
  const slab = decodeSlab(start)!;
  const { keys } = readSlabHeader(start)!;
  return (bytes, text) => {
    const instruction = decodeSlabInstruction(Buffer.from(text, 'hex'));
    if (instruction === null || instruction.op === 'initialize') throw new Error(`no instruction: ${text}`);
    const code = codeOfSlab(applySlab(slab, instruction));
    bytes.set(encodeSlab(slab, keys));
    return code;
  };
}

const OPEN = { risk: openRisk, slab: openSlab };

/** What the TypeScript engine answers to a vector's instructions. */
export function replayVector(program: ProgramName, vector: Vector): Vector['steps'] {
  const start = unpackBytes(vector);
  const execute = OPEN[program](start);
  return vector.steps.map(([text]) => {
    const code = execute(start, text);
    return [text, code, hashBytes(start)];
  });
}
