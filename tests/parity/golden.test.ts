import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apply } from '../../engine/risk/index.ts';
import {
  codeOf,
  decodeInstruction,
  decodeMarket,
  encodeMarket,
  readHeader,
} from '../../engine/wire/index.ts';
import { hasCargo } from '../../sim/verify/parity_host.ts';
import { unpackBytes } from '../../sim/verify/parity_suite.ts';
import { describeWire } from './describe.ts';
import { hashBytes, readVectors, type Vector } from './vectors.ts';

const vectors = readVectors();

if (!hasCargo()) {
  console.warn(
    'cargo is not installed: only vectors were checked, the Rust programs themselves were not run',
  );
}

/** What the TypeScript engine answers to a vector's instructions. */
function replay(vector: Vector): Vector['steps'] {
  const start = unpackBytes(vector);
  const market = decodeMarket(start)!;
  const { authority } = readHeader(start)!;
  return vector.steps.map(([text]) => {
    const instruction = decodeInstruction(Buffer.from(text, 'hex'));
    if (instruction === null || instruction.op === 'initialize') throw new Error(`no instruction: ${text}`);
    const code = codeOf(apply(market, instruction));
    return [text, code, hashBytes(encodeMarket(market, authority))];
  });
}

/** These stand in for the Rust programs on a machine without cargo; `npm run test:parity` asks the programs themselves. */
describe('golden vectors of the Rust programs', () => {
  it('cover every kind of world, successes and failures', () => {
    expect(new Set(vectors.map(({ world }) => world)).size).toBe(8);
    const codes = new Set(vectors.flatMap(({ steps }) => steps.map(([, code]) => code)));
    expect([...codes].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it.each(vectors.map((vector, at) => [`${at} (${vector.world})`, vector] as const))(
    'vector %s ends in the same bytes after every instruction',
    (_, vector) => {
      expect(replay(vector)).toEqual(vector.steps);
    },
  );

  it('a changed instruction does not', () => {
    const vector = vectors[0]!;
    const at = vector.steps.findIndex(([, code]) => code === 0);
    const [text] = vector.steps[at]!;
    const steps = vector.steps.with(at, [text.replace(/.{16}$/, '0100000000000000'), 0, '']);
    expect(replay({ ...vector, steps })[at]![2]).not.toBe(vector.steps[at]![2]);
  });
});

describe('the layout and the errors', () => {
  it('are those of the Rust programs, field by field', () => {
    const text = readFileSync(new URL('../golden/wire.txt', import.meta.url), 'utf8');
    expect(describeWire()).toEqual(text.trimEnd().split('\n'));
  });
});
