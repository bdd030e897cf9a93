import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RISK_SUITE } from '../../sim/verify/parity.ts';
import { buildHost, ParityHost } from '../../sim/verify/parity_host.ts';
import { SLAB_SUITE } from '../../sim/verify/parity_slab.ts';
import { SLAB_WORLDS } from '../../sim/verify/parity_slab_worlds.ts';
import { PROGRAMS, type ProgramName, packBytes, unpackBytes } from '../../sim/verify/parity_suite.ts';
import { WORLDS } from '../../sim/verify/parity_worlds.ts';
import { describeWire } from './describe.ts';
import { hashBytes, readVectors, type Vector, writeVectors } from './vectors.ts';

/** `UPDATE_GOLDEN=1 npm run test:parity` writes the files anew from what the programs answer. */
const isUpdate = process.env.UPDATE_GOLDEN === '1';

/** The sequences kept of each program, and where its layout is. */
const KEPT = {
  risk: { suite: RISK_SUITE, worlds: WORLDS, each: 4, seed: 'golden-4', length: 60, wire: 'wire.txt' },
  slab: {
    suite: SLAB_SUITE,
    worlds: SLAB_WORLDS,
    each: 2,
    seed: 'golden-slab-1',
    length: 80,
    wire: 'slab_wire.txt',
  },
} as const;

let host: ParityHost;
beforeAll(() => {
  host = new ParityHost(buildHost());
});
afterAll(() => host.close());

/** The vector's instructions as the programs answer them: a code, how many records changed, the records. */
async function ask(vector: Vector): Promise<Vector['steps']> {
  expect(await host.load(unpackBytes(vector))).toBe(0);
  const steps: Vector['steps'] = [];
  for (const [text] of vector.steps) {
    const answer = await host.executeBytes([Buffer.from(text, 'hex')]);
    steps.push([text, answer.readUInt32LE(0), hashBytes(await host.snapshot())]);
  }
  return steps;
}

/** So many sequences of each world, and those of the first hundreds that meet an error which none before met. */
async function makeVectors(program: ProgramName): Promise<Vector[]> {
  const { each, length, seed, suite, worlds } = KEPT[program];
  const vectors: Vector[] = [];
  const met = new Set<number>();
  for (let number = 0; number < 400; number += 1) {
    const { instructions, start } = suite.record(seed, number, length, new Map());
    const texts = instructions.map((bytes) => Buffer.from(bytes).toString('hex'));
    const world = worlds[number % worlds.length]!;
    const vector: Vector = {
      world,
      start: packBytes(start),
      size: start.length,
      steps: texts.map((text) => [text, 0, '']),
    };
    const steps = await ask(vector);
    const isNew = steps.some(([, code]) => !met.has(code));
    if (number >= each * worlds.length && !isNew) continue;
    vectors.push({ ...vector, steps });
    for (const [, code] of steps) met.add(code);
  }
  return vectors;
}

describe.each(PROGRAMS)('the golden files of the %s program', (program) => {
  beforeAll(() => host.use(program));

  it('hold what it answers', async () => {
    if (isUpdate) writeVectors(program, await makeVectors(program));
    for (const vector of readVectors(program)) expect(await ask(vector)).toEqual(vector.steps);
  });

  it('hold its layout and errors', async () => {
    const file = new URL(`../golden/${KEPT[program].wire}`, import.meta.url);
    const lines = (await host.describe()).trimEnd().split('\n');
    const wire = lines.filter((line) => !line.startsWith('canary'));
    if (isUpdate) writeFileSync(file, `${wire.join('\n')}\n`);
    expect(readFileSync(file, 'utf8')).toBe(`${wire.join('\n')}\n`);
    expect(describeWire[program]()).toEqual(wire);
  });
});
