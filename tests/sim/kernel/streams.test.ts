import { describe, expect, it } from 'vitest';
import { createStream, restoreStream, saveStream } from '../../../sim/kernel/streams.ts';

const draw = (rng: () => number, count: number) => Array.from({ length: count }, rng);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Names as a slab gives them: they differ in a digit, or in one word. */
const NAMES = Array.from({ length: 20_000 }, (_, nth) => [
  `slab/btc/agent/users/${nth}`,
  `slab/btc/ties/users/${nth}`,
]);

it('a stream is its root and name', () => {
  const stream = draw(createStream('root', 'noise/3'), 5);
  expect(draw(createStream('root', 'noise/3'), 5)).toEqual(stream);
  expect(draw(createStream('root', 'noise/4'), 5)).not.toEqual(stream);
  expect(draw(createStream('toor', 'noise/3'), 5)).not.toEqual(stream);
  expect(draw(createStream('root', 'noise/3'), 5)).toEqual(stream);
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

describe('streams of names that hardly differ', () => {
  const streams = NAMES.map((pair) => pair.map((name) => draw(createStream('7', name), 4)));

  it('all begin elsewhere', () => {
    expect(new Set(streams.flat().map(String)).size).toBe(2 * NAMES.length);
  });

  it.each([0, 1, 2, 3])('draw %i is uniform over the streams', (nth) => {
    const cells = new Array<number>(100).fill(0);
    for (const stream of streams.flat()) cells[Math.floor(100 * stream[nth]!)]! += 1;
    const expected = (2 * NAMES.length) / cells.length;
    const chiSquare = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 99 degrees of freedom: above 166 once in 25 000.
    expect(chiSquare).toBeLessThan(166);
  });

  // A correlation of 20 000 independent pairs has a deviation of 0.0071; four of them are 0.028.
  it.each([
    ['neighbours', (at: number) => [streams[at]![0]![0]!, streams[(at + 1) % NAMES.length]![0]![0]!]],
    ['an agent and its ties', (at: number) => [streams[at]![0]![0]!, streams[at]![1]![0]!]],
    ['first and second draw', (at: number) => [streams[at]![0]![0]!, streams[at]![0]![1]!]],
    ['second and third draw', (at: number) => [streams[at]![0]![1]!, streams[at]![0]![2]!]],
  ] as const)('%s are independent', (_, pick) => {
    const pairs = NAMES.map((__, at) => pick(at));
    const products = pairs.map(([x, y]) => (x! - 0.5) * (y! - 0.5) * 12);
    expect(Math.abs(mean(products))).toBeLessThan(0.028);
  });

  it('roots that hardly differ give unrelated streams', () => {
    const products = NAMES.map((_, nth) => {
      const [x, y] = [nth, nth + 1].map((root) => createStream(String(root), 'price/BTC')());
      return (x! - 0.5) * (y! - 0.5) * 12;
    });
    expect(Math.abs(mean(products))).toBeLessThan(0.028);
  });
});
