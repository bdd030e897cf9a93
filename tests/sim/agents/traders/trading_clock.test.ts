import { expect, it } from 'vitest';
import { TradingClock } from '../../../../sim/agents/traders/trading_clock.ts';

it('runs faster while the price moves and slower while it stands, and by no more than ten times', () => {
  // Half of its speed answers to a variance that is usually 1e-6 a slot and remembered for 100 slots.
  const clock = new TradingClock(0.5, 1e-6, 100);
  expect(clock.read(0, 100)).toBe(0);
  expect(clock.read(10, 100)).toBe(10);
  // A tenth of the memory without a move: 0.5 + 0.5 · 0.9.
  expect(clock.read(20, 101)).toBeCloseTo(10 + 10 * 0.95, 9);
  // 1 % in ten slots: (0.9 · 0.9e-4 + 1e-4) ÷ 100 is 1.81 times the usual variance, so 0.5 + 0.905; no price changes nothing.
  expect(clock.read(30, null)).toBeCloseTo(19.5 + 10 * 1.405, 9);
  expect(clock.read(40, 111.1)).toBeCloseTo(33.55 + 10 * 1.405, 9);
  // 10 % are a hundred times the usual variance.
  expect(clock.read(41, 111.1)).toBeCloseTo(47.6 + 10, 9);
  // Ten units ahead are a slot away; what is further off is looked at again after five.
  expect(clock.calculateLookSlot(67.6)).toBeCloseTo(42, 9);
  expect(clock.calculateLookSlot(1_000)).toBe(46);
});

it('stands still where everything answers to a price that never moves', () => {
  const clock = new TradingClock(1, 1e-6, 100);
  clock.read(0, 100);
  // After more than its memory nothing is left of the usual variance.
  expect(clock.read(200, 100)).toBe(200);
  expect(clock.read(300, 100)).toBe(200);
  expect(clock.calculateLookSlot(201)).toBe(305);
});
