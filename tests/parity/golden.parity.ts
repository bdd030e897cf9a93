import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordSequence } from '../../sim/verify/parity.ts';
import { buildHost, ParityHost, readAnswers } from '../../sim/verify/parity_host.ts';
import { packBytes, unpackBytes } from '../../sim/verify/parity_suite.ts';
import { WORLDS } from '../../sim/verify/parity_worlds.ts';
import { describeWire } from './describe.ts';
import { hashBytes, readVectors, type Vector, writeVectors } from './vectors.ts';

const WIRE = new URL('../golden/wire.txt', import.meta.url);
/** `UPDATE_GOLDEN=1 npm run test:parity` writes the files anew from what the programs answer. */
const isUpdate = process.env.UPDATE_GOLDEN === '1';

let host: ParityHost;
beforeAll(() => {
  host = new ParityHost(buildHost());
});
afterAll(() => host.close());

/** The vector's instructions as the programs answer them. */
async function ask(vector: Vector): Promise<Vector['steps']> {
  expect(await host.load(unpackBytes(vector))).toBe(0);
  const steps: Vector['steps'] = [];
  for (const [text] of vector.steps) {
    const [answer] = readAnswers(await host.executeBytes([Buffer.from(text, 'hex')]));
    steps.push([text, answer!.code, hashBytes(await host.snapshot())]);
  }
  return steps;
}

async function makeVectors(): Promise<Vector[]> {
  const vectors: Vector[] = [];
  for (let number = 0; number < 4 * WORLDS.length; number += 1) {
    const { instructions, start } = recordSequence('golden-4', number, 60, new Map());
    const steps = instructions.map((bytes): Vector['steps'][number] => [
      Buffer.from(bytes).toString('hex'),
      0,
      '',
    ]);
    const vector = {
      world: WORLDS[number % WORLDS.length]!,
      start: packBytes(start),
      size: start.length,
      steps,
    };
    vectors.push({ ...vector, steps: await ask(vector) });
  }
  return vectors;
}

describe('the golden files', () => {
  it('hold what the programs answer', async () => {
    if (isUpdate) writeVectors(await makeVectors());
    for (const vector of readVectors()) expect(await ask(vector)).toEqual(vector.steps);
  });

  it('hold the layout and the errors of the programs', async () => {
    const lines = (await host.describe()).trimEnd().split('\n');
    const wire = lines.filter((line) => !line.startsWith('canary'));
    if (isUpdate) writeFileSync(WIRE, `${wire.join('\n')}\n`);
    expect(readFileSync(WIRE, 'utf8')).toBe(`${wire.join('\n')}\n`);
    expect(describeWire()).toEqual(wire);
  });
});
