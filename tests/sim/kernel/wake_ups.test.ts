import { describe, expect, it } from 'vitest';
import { BinaryHeap } from '../../../sim/kernel/binary_heap.ts';
import { createStream } from '../../../sim/kernel/streams.ts';
import { WakeUps } from '../../../sim/kernel/wake_ups.ts';

describe('BinaryHeap', () => {
  it('pops by key, then item, whatever the order of pushes', () => {
    const rng = createStream('heap', 'test');
    for (let round = 0; round < 50; round += 1) {
      const entries = Array.from({ length: 40 }, () => ({
        key: Math.floor(rng() * 10),
        item: Math.floor(rng() * 100),
      }));
      const heap = new BinaryHeap();
      for (const { key, item } of entries) heap.push(key, item);
      const sorted = entries.toSorted((a, b) => a.key - b.key || a.item - b.item);
      for (const { key, item } of sorted) {
        expect(heap.minKey).toBe(key);
        expect(heap.pop()).toBe(item);
      }
      expect(heap.size).toBe(0);
    }
  });

  it('answers −1 and Infinity when empty', () => {
    const heap = new BinaryHeap();
    expect(heap.pop()).toBe(-1);
    expect(heap.minKey).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('WakeUps', () => {
  it('wakes at slots, each agent once, in ascending order', () => {
    const wakeUps = new WakeUps();
    for (const [agent, slot] of [
      [3, 5],
      [1, 5],
      [3, 5],
      [2, 6],
    ] as const) {
      wakeUps.addSlot(agent, slot);
    }
    const observe = () => 100;
    expect(wakeUps.takeDue(4, observe)).toEqual([]);
    expect(wakeUps.takeDue(5, observe)).toEqual([1, 3]);
    expect(wakeUps.takeDue(6, observe)).toEqual([2]);
    expect(wakeUps.takeDue(7, observe)).toEqual([]);
  });

  it('fires a price trigger once, at the price itself', () => {
    const wakeUps = new WakeUps();
    wakeUps.addPrice(0, 0, 'below', 90);
    wakeUps.addPrice(1, 0, 'below', 95);
    wakeUps.addPrice(2, 0, 'above', 110);
    expect(wakeUps.takeDue(1, () => 96)).toEqual([]);
    expect(wakeUps.takeDue(2, () => 95)).toEqual([1]);
    expect(wakeUps.takeDue(3, () => 80)).toEqual([0]);
    expect(wakeUps.takeDue(4, () => 80)).toEqual([]);
    expect(wakeUps.takeDue(5, () => 110)).toEqual([2]);
  });

  it('shows each agent the price with its own latency', () => {
    const wakeUps = new WakeUps();
    wakeUps.addPrice(0, 0, 'below', 90);
    wakeUps.addPrice(1, 3, 'below', 90);
    const prices = [100, 89, 100, 100, 100];
    const woken = prices.map((_, slot) =>
      wakeUps.takeDue(slot, (latency) => prices[Math.max(0, slot - latency)]!),
    );
    expect(woken).toEqual([[], [0], [], [], [1]]);
  });
});
