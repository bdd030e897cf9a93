import { describe, expect, it } from 'vitest';
import { Impact } from '../../../sim/shards/impact.ts';

const SPEC = {
  kind: 'sqrt',
  coefficientBps: 100,
  volumeAtoms: 1_000_000,
  halfLifeSlots: 4,
  maxBps: 300,
  forcedOnly: true,
} as const;

describe('impact', () => {
  it('grows with the root of the flow, in its direction, up to a limit', () => {
    expect(new Impact(SPEC).next(1_000_000)).toBe(100);
    expect(new Impact(SPEC).next(-250_000)).toBe(-50);
    expect(new Impact(SPEC).next(90_000_000)).toBe(300);
    expect(new Impact(SPEC).next(0)).toBe(0);
  });

  it('halves in every half-life, and is pushed back by the opposite flow', () => {
    const impact = new Impact(SPEC);
    impact.next(4_000_000);
    const path = Array.from({ length: 8 }, () => impact.next(0));
    expect(path[3]).toBeCloseTo(100, 9);
    expect(path[7]).toBeCloseTo(50, 9);
    // A quarter of the flow is left after 4 slots, a sixteenth after 8, and 2^(−1/2) of that a slot later.
    const rest = 250_000 * Math.SQRT1_2;
    expect(impact.next(-1_000_000)).toBeCloseTo(-100 * Math.sqrt(1 - rest / 1_000_000), 9);
  });
});
