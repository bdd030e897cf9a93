import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  count,
  duration,
  exposure,
  leverage,
  milliseconds,
  money,
  percent,
  price,
  ratio,
  size,
  type UnitContext,
  unitContext,
  withUnits,
} from '../../../sim/scenario/units.ts';

function complaint(type: z.ZodType, value: unknown, context: Partial<UnitContext> = {}): string {
  const result = withUnits(context, () => type.safeParse(value));
  return result.success ? `accepted as ${result.data}` : result.error.issues.map((i) => i.message).join('; ');
}

describe('units', () => {
  it.each([
    [money(), '25_000_000 USDC', 25_000_000_000_000],
    [money(), '0.000001USDC', 1],
    [price(), '112_000.5 USDC', 112_000_500_000],
    [milliseconds(), '400 ms', 400],
    [duration(), '10 min', 1_500],
    [duration(), '600 slots', 600],
    [duration(), '1 slot', 1],
    [duration(), '0 s', 0],
    // 61.7 s are 154.25 slots, 1 s is 2.5: half a slot rounds up.
    [duration(), '61.7 s', 154],
    [duration(), '1 s', 3],
    [percent(), '5 %', 500],
    [percent(), '0.05%', 5],
    [percent(), '250 bps', 250],
    [percent(-9_999), '-20 %', -2_000],
    [size(), '2.5 BTC', 2_500_000],
    [leverage(), '2.5x', 2.5],
    [count(), 40, 40],
    [ratio(0, 1), 0.25, 0.25],
  ] as [z.ZodType, unknown, number][])('%#: reads %s %s as %d', (type, text, expected) => {
    expect(type.parse(text)).toBe(expected);
  });

  it('reads an exposure in base or in money', () => {
    expect(exposure().parse('500 BTC')).toEqual({ sizeQ: 500_000_000 });
    expect(exposure().parse('25_000_000 USDC')).toEqual({ valueAtoms: 25_000_000_000_000 });
    expect(complaint(exposure(), '0 USDC')).toBe('must be at least 0.000001 USDC');
  });

  it.each([
    [money(), 25, 'has no unit; needs an amount of money such as `25_000_000 USDC`'],
    [money(), '25', 'needs an amount of money such as `25_000_000 USDC`'],
    [money(), '25 EUR', 'needs an amount of money such as `25_000_000 USDC`'],
    [money(), '-5 USDC', 'must be at least 0 USDC'],
    [money(0, 5_000_000_000_000), '5_000_001 USDC', 'must be at most 5_000_000 USDC'],
    [money(), '0.0000001 USDC', 'is finer than one atom (0.000001 USDC)'],
    [money(), '9_007_199_254.740992 USDC', 'is beyond what the lab can count exactly (2^53 − 1)'],
    [price(), '0 USDC', 'must be at least 0.000001 USDC'],
    [price(), '1_000_000.000001 USDC', 'must be at most 1_000_000 USDC'],
    [duration(), '0.1 s', 'is less than half a slot of 400 ms'],
    [duration(), '1.5 slots', 'is finer than one slot'],
    [duration(1), '0 min', 'must be at least 1 slots'],
    [percent(), '0.005 %', 'is finer than 1 bps (0.01 %)'],
    [percent(), '101 %', 'must be at most 100 %'],
    [percent(), '5', 'needs a share such as `5 %` or `250 bps`'],
    [size(), '5 USDC', 'is in USDC; a size is in base units such as `2.5 BTC`'],
    [leverage(), 10, 'has no unit; needs a multiple such as `10 x`'],
    [count(1, 9), 2.5, 'needs a whole number from 1 to 9'],
    [count(1, 9), 10, 'needs a whole number from 1 to 9'],
    [ratio(0, 1), '0.5', 'needs a number from 0 to 1'],
  ] as [z.ZodType, unknown, string][])('%#: refuses %s %s: %s', (type, text, message) => {
    expect(complaint(type, text)).toBe(message);
  });

  it('checks the base symbol where it is known', () => {
    expect(complaint(size(), '5 SOL', { bases: ['BTC'] })).toBe('is in SOL, but the slab trades BTC');
    expect(complaint(size(), '5 SOL', { bases: ['BTC', 'SOL'] })).toContain('use one group per underlying');
    expect(complaint(size(), '5 SOL', { bases: ['SOL'] })).toBe('accepted as 5000000');
  });

  it('reads durations in the slots of the scenario, and restores the context after an exception', () => {
    expect(withUnits({ slotMs: 1_000 }, () => duration().parse('10 min'))).toBe(600);
    expect(() =>
      withUnits({ slotMs: 1_000 }, () => {
        throw new Error('in the middle');
      }),
    ).toThrow('in the middle');
    expect(unitContext().slotMs).toBe(400);
  });
});

/** Writes an integer number of 1e-6 units as an exact decimal, with grouping. */
function writeMicro(value: number, grouped: boolean): string {
  const digits = String(value).padStart(7, '0');
  const whole = digits.slice(0, -6);
  return `${grouped ? whole.replaceAll(/\B(?=(\d{3})+$)/g, '_') : whole}.${digits.slice(-6)}`;
}

describe('units, for all values', () => {
  const atoms = fc.nat({ max: Number.MAX_SAFE_INTEGER });

  it('reads back every amount exactly', () => {
    fc.assert(
      fc.property(atoms, fc.boolean(), (value, grouped) => {
        expect(money().parse(`${writeMicro(value, grouped)} USDC`)).toBe(value);
      }),
    );
  });

  it('reads back every share and every number of slots exactly', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000 }), atoms, (bps, slots) => {
        expect(percent().parse(`${bps} bps`)).toBe(bps);
        expect(percent().parse(`${Math.floor(bps / 100)}.${String(bps % 100).padStart(2, '0')} %`)).toBe(bps);
        expect(duration().parse(`${slots} slots`)).toBe(slots);
      }),
    );
  });

  it('answers any text with a value in range or a complaint, never an exception', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[-+]?\d[\d_]{0,25}(\.\d{0,9})? ?(USDC|BTC|%|bps|s|min|x)$/),
    );
    fc.assert(
      fc.property(text, (value) => {
        for (const unit of [money(), price(), duration(), percent(), size(), leverage()]) {
          const result = unit.safeParse(value);
          if (result.success) expect(result.data).toBeGreaterThanOrEqual(0);
          else expect(result.error.issues[0]?.message).toMatch(/^(needs|must|is) /);
        }
      }),
    );
  });
});
