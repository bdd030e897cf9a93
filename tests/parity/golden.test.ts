import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasCargo } from '../../sim/verify/parity_host.ts';
import { PROGRAMS } from '../../sim/verify/parity_suite.ts';
import { describeWire } from './describe.ts';
import { readVectors, replayVector } from './vectors.ts';

if (!hasCargo()) {
  console.warn(
    'cargo is not installed: only vectors were checked, the Rust programs themselves were not run',
  );
}

/** The errors that the kept sequences meet, and where the layout is. */
const KEPT = {
  risk: { codes: [0, 1, 2, 3, 4, 5, 6, 7, 8], wire: 'wire.txt' },
  slab: {
    codes: [0, 1, 2, 3, 4, 5, 9, ...Array.from({ length: 25 }, (_, at) => 18 + at)],
    wire: 'slab_wire.txt',
  },
};

/** These stand in for the Rust programs on a machine without cargo; `npm run test:parity` asks the programs themselves. */
describe.each(PROGRAMS)('golden vectors of the %s program', (program) => {
  const vectors = readVectors(program);

  it('cover every kind of world, successes and failures', () => {
    expect(new Set(vectors.map(({ world }) => world)).size).toBe(8);
    const codes = new Set(vectors.flatMap(({ steps }) => steps.map(([, code]) => code)));
    expect([...codes]).toEqual(expect.arrayContaining(KEPT[program].codes));
  });

  it.each(vectors.map((vector, at) => [`${at} (${vector.world})`, vector] as const))(
    'vector %s ends in the same bytes after every instruction',
    (_, vector) => {
      expect(replayVector(program, vector)).toEqual(vector.steps);
    },
  );

  it('a changed instruction does not', () => {
    const vector = vectors[0]!;
    const at = vector.steps.findIndex(([, code]) => code === 0);
    const [text] = vector.steps[at]!;
    const steps = vector.steps.with(at, [text.replace(/.{16}$/, '0100000000000000'), 0, '']);
    expect(replayVector(program, { ...vector, steps })[at]![2]).not.toBe(vector.steps[at]![2]);
  });

  it('lie beside its layout and errors, which are those of engine/wire field by field', () => {
    const text = readFileSync(new URL(`../golden/${KEPT[program].wire}`, import.meta.url), 'utf8');
    expect(describeWire[program]()).toEqual(text.trimEnd().split('\n'));
  });
});
