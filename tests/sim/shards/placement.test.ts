import { describe, expect, it } from 'vitest';
import { MAX_ORACLE_PRICE } from '../../../engine/risk/index.ts';
import { AGENT_MODULES } from '../../../sim/agents/index.ts';
import { PriceLimitError } from '../../../sim/prices/distortion.ts';
import type { Scenario } from '../../../sim/scenario/schema.ts';
import { Control } from '../../../sim/shards/control.ts';
import { Coordinator, calculateIndex, listUnderlyings } from '../../../sim/shards/coordinator.ts';
import { FlowBoard } from '../../../sim/shards/flow_board.ts';
import { placeSlabs } from '../../../sim/shards/placement.ts';
import { PriceBoard } from '../../../sim/shards/price_board.ts';
import { makeScenario, UNIT } from '../kernel/harness.ts';

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

describe('a price that no engine can take', () => {
  const prepare = (scenario: Scenario, slots: number, flow = 0) => {
    const flows = new FlowBoard(1);
    flows.write(0, flow);
    const board = new PriceBoard(1);
    const setup = {
      scenario,
      seed: 's',
      registry: AGENT_MODULES,
      board,
      flows,
      control: Control.create(1, 100),
    };
    const coordinator = new Coordinator(setup);
    for (let slot = 0; slot < slots; slot += 1) coordinator.prepare(slot, slot + 1);
  };

  it('ends the run by name, whether an attack or the impact leads there', () => {
    const params = { start: 3, length: 2, distortion: -9_999 };
    const attack = { name: 'spike', kind: 'oracle_spike', slabs: ['a'], latencySlots: 0, params };
    const price = { kind: 'constant', price: 1 } as const;
    const attacked = makeScenario([], { underlyings: { BTC: { price } }, attacks: [attack] });
    prepare(attacked, 3);
    expect(() => prepare(attacked, 4)).toThrow(/price of BTC is 0 atoms per base in slot 3, out of what/);

    const impact = {
      kind: 'sqrt',
      coefficientBps: 5_000,
      volumeAtoms: UNIT,
      halfLifeSlots: 10,
      maxBps: 5_000,
      forcedOnly: true,
    } as const;
    const highest = { kind: 'constant', price: MAX_ORACLE_PRICE } as const;
    const moved = makeScenario([], { underlyings: { BTC: { price: highest, impact } } });
    prepare(moved, 4);
    expect(() => prepare(moved, 2, UNIT)).toThrow(PriceLimitError);
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
