import { describe, expect, it } from 'vitest';
import { VarianceEstimate } from '../../../../sim/agents/quoting/variance_estimate.ts';
import { createStream } from '../../../../sim/kernel/streams.ts';

describe('the estimate of the variance', () => {
  it('starts from its assumption and adds squared moves over the time they took', () => {
    const estimate = new VarianceEstimate(100, 1e-6);
    expect(estimate.perSlot).toBe(1e-6);
    estimate.add(10, 100);
    expect(estimate.perSlot).toBe(1e-6);
    // 1 % in 20 slots: a fifth of the 1e-4 over 100 slots fades, then (0.8e-4 + 1e-4) / (80 + 20).
    estimate.add(30, 101);
    expect(estimate.perSlot).toBeCloseTo(1.8e-6, 18);
    // A second look in the same slot says nothing.
    estimate.add(30, 101);
    expect(estimate.perSlot).toBeCloseTo(1.8e-6, 18);
    // After more than its memory only the new move counts.
    estimate.add(230, 101);
    expect(estimate.perSlot).toBe(0);
  });

  it('finds the variance of a walk, also when it looks because the price has moved', () => {
    const rng = createStream('7', 'walk');
    const regular = new VarianceEstimate(20_000, 0);
    const alarmed = new VarianceEstimate(20_000, 0);
    let price = 1;
    let anchor = 1;
    // Steps of 1 bps up or down: a variance of 1e-8 a slot.
    for (let slot = 0; slot <= 200_000; slot += 1) {
      if (slot % 25 === 0) regular.add(slot, price);
      if (Math.abs(price / anchor - 1) > 4.5e-4) {
        alarmed.add(slot, price);
        anchor = price;
      }
      price *= rng() < 0.5 ? 1.0001 : 1 / 1.0001;
    }
    expect(Math.abs(regular.perSlot / 1e-8 - 1)).toBeLessThan(0.15);
    expect(Math.abs(alarmed.perSlot / 1e-8 - 1)).toBeLessThan(0.15);
  });
});
