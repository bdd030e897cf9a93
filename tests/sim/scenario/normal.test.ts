import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../../sim/scenario/normal.ts';

describe('normalQuantile', () => {
  // 16-digit reference values of the standard normal quantile.
  it.each([
    [0.5, 0],
    [0.75, 0.6744897501960817],
    [0.975, 1.959963984540054],
    [0.001, -3.090232306167813],
    [1e-20, -9.262340089798409],
  ])('of %d is %d', (p, expected) => {
    expect(Math.abs(normalQuantile(p) - expected)).toBeLessThanOrEqual(
      4e-15 * Math.max(1, Math.abs(expected)),
    );
  });

  it('is odd and ends in infinities', () => {
    expect(normalQuantile(0.0625)).toBe(-normalQuantile(0.9375));
    expect(normalQuantile(0)).toBe(-Infinity);
    expect(normalQuantile(1)).toBe(Infinity);
  });
});
