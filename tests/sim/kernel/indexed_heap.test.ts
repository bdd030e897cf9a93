import { describe, expect, it } from 'vitest';
import { IndexedHeap } from '../../../sim/kernel/indexed_heap.ts';
import { createStream } from '../../../sim/kernel/streams.ts';

const CAPACITY = 40;

describe('an indexed heap', () => {
  it('lists what a plain map would, through random changes', () => {
    const rng = createStream('heap', 'test');
    const heap = new IndexedHeap(CAPACITY);
    const plain = new Map<number, number>();
    for (let step = 0; step < 4_000; step += 1) {
      const item = Math.floor(rng() * CAPACITY);
      const key = Math.floor(rng() * 30) - 10;
      if (rng() < 0.6) {
        heap.set(item, key);
        plain.set(item, key);
      } else {
        heap.remove(item);
        plain.delete(item);
      }
      const bound = Math.floor(rng() * 32) - 11;
      const found: number[] = [];
      heap.collect(bound, found);
      const expected = [...plain].filter(([, of]) => of <= bound).map(([of]) => of);
      expect(found.sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
    }
  });
});
