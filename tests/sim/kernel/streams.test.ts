import alea from 'seedrandom/lib/alea.js';
import { expect, it } from 'vitest';
import { createStream, restoreStream, saveStream } from '../../../sim/kernel/streams.ts';

const draw = (rng: () => number, count: number) => Array.from({ length: count }, rng);

it('a stream is the generator of its root and name', () => {
  const generator = alea('root\u0000noise/3', { state: true });
  expect(draw(createStream('root', 'noise/3'), 5)).toEqual(draw(generator, 5));
});

it.each([0, 1, 7])('goes on where it was saved, after %i draws', (drawn) => {
  const rng = createStream('root', 'noise/3');
  draw(rng, drawn);
  const saved = JSON.parse(JSON.stringify(saveStream(rng)));
  expect(draw(restoreStream(saved), 20)).toEqual(draw(rng, 20));
});

it('knows what is no stream', () => {
  expect(saveStream(() => 0.5)).toBeNull();
});
