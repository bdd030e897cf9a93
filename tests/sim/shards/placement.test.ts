import { describe, expect, it } from 'vitest';
import { calculateIndex, listUnderlyings } from '../../../sim/shards/coordinator.ts';
import { placeSlabs } from '../../../sim/shards/placement.ts';
import { PriceBoard } from '../../../sim/shards/price_board.ts';
import { makeScenario } from '../kernel/harness.ts';

describe('placement', () => {
  it.each([
    // The heaviest goes first, each to the lightest shard: 9 | 7, then 5 and 4 to 7 and 9, then 1 to 12.
    {
      loads: [1, 9, 5, 4, 7],
      shards: 2,
      slabs: [
        [1, 3],
        [0, 2, 4],
      ],
    },
    {
      loads: [3, 3, 3, 3],
      shards: 2,
      slabs: [
        [0, 2],
        [1, 3],
      ],
    },
    { loads: [1, 8, 1], shards: 3, slabs: [[1], [0], [2]] },
    { loads: [5, 6], shards: 1, slabs: [[0, 1]] },
  ])('puts loads $loads on $shards shards', ({ loads, shards, slabs }) => {
    expect(placeSlabs(loads, shards)).toEqual(slabs);
  });
});

describe('the index', () => {
  const windows = [
    { fromSlot: 10, toSlot: 20, bps: 500 },
    { fromSlot: 15, toSlot: 16, bps: -1_500 },
  ];

  it.each([
    [9, 1_001],
    // 1 001 × 1.05 = 1 051.05, 1 001 × 0.9 = 900.9.
    [10, 1_051],
    [15, 901],
    [19, 1_051],
    [20, 1_001],
  ])('of 1 001 in slot %i is %i', (slot, index) => {
    expect(calculateIndex(1_001, slot, windows)).toBe(index);
  });
});

describe('the price board', () => {
  it('keeps a slot while the next is written', () => {
    const board = new PriceBoard(2);
    board.write(6, 1, { fundamental: 10, index: 11 });
    board.write(7, 1, { fundamental: 20, index: 22 });
    board.write(7, 0, { fundamental: 1, index: 2 });
    expect(board.read(6, 1)).toEqual({ fundamental: 10, index: 11 });
    expect(new PriceBoard(2, board.memory).read(7, 1)).toEqual({ fundamental: 20, index: 22 });
  });

  it('has its underlyings in an order that the file does not change', () => {
    const price = { kind: 'constant' as const, price: 1 };
    const names = (underlyings: Record<string, { price: typeof price }>) =>
      listUnderlyings(makeScenario([], { underlyings }));
    expect(names({ b: { price }, a: { price } })).toEqual(names({ a: { price }, b: { price } }));
  });
});
