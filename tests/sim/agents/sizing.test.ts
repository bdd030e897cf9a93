import { describe, expect, it } from 'vitest';
import {
  calculateEquityPrice,
  calculateMovedPrice,
  calculateOpeningSizeQ,
  calculateSliceSlot,
} from '../../../sim/agents/sizing.ts';
import { createView, RISK } from './fake_context.ts';

describe('calculateOpeningSizeQ', () => {
  it('is capital × leverage over the price', () => {
    // 1 000 USDC at 5x and 100 USDC a unit: 50 units.
    expect(calculateOpeningSizeQ(1_000_000_000, 5, 100_000_000, RISK)).toBe(50_000_000);
  });

  it('stops at what initial margin, fee and slippage admit', () => {
    // 10 000 / (1 000 + 5 + 20) = 9.7560975…; 9 756.097560 USDC of notional at 100 USDC a unit.
    expect(calculateOpeningSizeQ(1_000_000_000, 50, 100_000_000, RISK)).toBe(97_560_975);
  });

  it('rounds away to nothing for dust', () => {
    expect(calculateOpeningSizeQ(1, 5, 100_000_000_000, RISK)).toBe(0);
  });
});

describe('calculateEquityPrice', () => {
  it('is below the index for a long that may still lose', () => {
    // 50 units long, equity 1 000, target 600: the price falls by 400/50 = 8.
    const view = createView(1_000_000_000, { positionQ: 50_000_000 });
    expect(calculateEquityPrice(view, 100_000_000, 600_000_000)).toBe(92_000_000);
  });

  it('is above the index for a short', () => {
    const view = createView(1_000_000_000, { positionQ: -50_000_000 });
    expect(calculateEquityPrice(view, 100_000_000, 600_000_000)).toBe(108_000_000);
  });

  it('rounds to the price where the target is reached, and stays a price', () => {
    const view = createView(1_000, { positionQ: 3_000_000 });
    expect(calculateEquityPrice(view, 1_000, 0)).toBe(666);
    expect(calculateEquityPrice(view, 100, 0)).toBe(1);
    const short = createView(1_000, { positionQ: -3_000_000 });
    expect(calculateEquityPrice(short, 1_000, 0)).toBe(1_334);
  });
});

describe('calculateMovedPrice', () => {
  it.each([
    [100_000_000, -800, 92_000_000],
    [100_000_000, 800, 108_000_000],
    [333, -1, 332],
    [333, 1, 334],
    [5, -20_000, 1],
  ])('%d moved by %d bps is %d', (price, bps, moved) => {
    expect(calculateMovedPrice(price, bps)).toBe(moved);
  });
});

describe('calculateSliceSlot', () => {
  it('spreads the slices evenly from the first slot on', () => {
    expect([0, 1, 2, 3].map((index) => calculateSliceSlot(50, 10, 4, index))).toEqual([50, 52, 55, 57]);
  });
});
