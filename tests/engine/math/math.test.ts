import { describe, expect, it } from 'vitest';
import * as math from '../../../engine/math/index.ts';
import { createStream } from '../../../sim/kernel/streams.ts';
import { MATH_CHECKS } from '../../deep/math_cases.ts';
import * as reference from '../../reference/math_bigint.ts';

const { MAX_SAFE, OUT_OF_ENVELOPE, Wide } = math;
const CASES = 20_000;

describe('engine/math against its BigInt build', () => {
  it('exports the same names', () => {
    expect(Object.keys(reference)).toEqual(expect.arrayContaining(Object.keys(math)));
  });

  it.each(Object.keys(MATH_CHECKS))(`%s agrees in ${CASES} cases`, (name) => {
    const random = createStream('math', name);
    for (let at = 0; at < CASES; at += 1) MATH_CHECKS[name]!(random);
  });
});

describe('published hard cases', () => {
  it.each([
    // 3·5/2 = 7.5
    [3, 5, 2, 7, 8],
    // (2^53 − 1)² / (2^53 − 1)
    [MAX_SAFE, MAX_SAFE, MAX_SAFE, MAX_SAFE, MAX_SAFE],
    // (2^53 − 1)(2^53 − 2)/(2^53 − 1), one less than a multiple on either side
    [MAX_SAFE, MAX_SAFE - 1, MAX_SAFE, MAX_SAFE - 1, MAX_SAFE - 1],
    // 94906267² = 9007199515875289 > 2^53: the product itself rounds
    [94_906_267, 94_906_267, 9_007_199_515_875_288 / 8, 8, 9],
    // 2^51 + 1 is beyond the corrected path: (2^51 + 1)·3/3
    [2_251_799_813_685_249, 3, 3, 2_251_799_813_685_249, 2_251_799_813_685_249],
    [0, MAX_SAFE, 7, 0, 0],
  ])('%d·%d/%d is between %d and %d', (a, b, d, floor, ceil) => {
    expect(math.mulDivFloor(a, b, d)).toBe(floor);
    expect(math.mulDivCeil(a, b, d)).toBe(ceil);
    expect(math.mulDivFloorSigned(0 - a, b, d)).toBe(0 - ceil);
  });

  it('refuses a quotient outside the envelope and keeps the last one inside', () => {
    // (2^53 − 1)·6362/6361 = 2^53 − 1 + 1.4·10^12.
    expect(() => math.mulDivFloor(MAX_SAFE, 6362, 6361)).toThrow(OUT_OF_ENVELOPE);
    expect(() => math.mulDivFloorSigned(-MAX_SAFE, 6362, 6361)).toThrow(OUT_OF_ENVELOPE);
    expect(math.mulDivFloor(MAX_SAFE, 2, 2)).toBe(MAX_SAFE);
    // 94906267²/1 = 2^53 + 261134297: one factor is no safer than two.
    expect(() => math.mulDivCeil(94_906_267, 94_906_267, 1)).toThrow(OUT_OF_ENVELOPE);
    // (2^54 − 1)/2 = 2^53 − ½: the floor is inside, the ceiling is not. 2^54 − 1 = 3·6004799503160661.
    expect(math.mulDivFloor(6_004_799_503_160_661, 3, 2)).toBe(MAX_SAFE);
    expect(() => math.mulDivCeil(6_004_799_503_160_661, 3, 2)).toThrow(OUT_OF_ENVELOPE);
    expect(() => math.requireSafe(MAX_SAFE + 1)).toThrow(OUT_OF_ENVELOPE);
    expect(() => math.requireSafe(Number.NaN)).toThrow(OUT_OF_ENVELOPE);
    expect(math.requireSafe(-MAX_SAFE)).toBe(-MAX_SAFE);
  });

  it('floors towards minus infinity', () => {
    expect([math.floorDiv(-1, 3), math.floorDiv(-3, 3), math.floorDiv(2, 3)]).toEqual([-1, -1, 0]);
  });
});

describe('Wide', () => {
  const TOP = (1n << 127n) - 1n;

  it('refuses what 128 bits do not hold and stays as it was', () => {
    const k = new Wide();
    expect(k.setBigInt(TOP)).toBe(true);
    expect(k.addProduct(1, 1)).toBe(false);
    expect(k.setBigInt(TOP + 1n)).toBe(false);
    expect(k.toBigInt()).toBe(TOP);
    expect(k.addProduct(1, -1)).toBe(true);
    expect(k.toBigInt()).toBe(TOP - 1n);
    expect(k.setBigInt(-TOP - 1n)).toBe(true);
    expect(k.addProduct(1, -1)).toBe(false);
    expect(math.subtractMulDivCeil(k, 1, 1, 1)).toBe(-1);
    expect(k.toBigInt()).toBe(-TOP - 1n);
  });

  it('follows a long walk across every limb', () => {
    const [k, exact] = [new Wide(), new reference.Wide()];
    const random = createStream('math', 'walk');
    for (let step = 0; step < 20_000; step += 1) {
      const a = 1 + Math.floor(random() * 1_000_000);
      // The middle third pulls it back through zero.
      const sign = step % 3 === 1 ? -2 : 1;
      const move = sign * Math.floor(random() * (MAX_SAFE / 2));
      expect(k.addProduct(a, move)).toBe(exact.addProduct(a, move));
    }
    expect(k.toBigInt()).toBe(exact.toBigInt());
  });

  it('turns a K difference into pnl beyond 2^53, 2^96 and the envelope', () => {
    const [then, now] = [new Wide(), new Wide()];
    // ΔK = 10^6·10^13, basis 7 q: 7·10^13 /10^6 = 70 000 000 at A = 10^6.
    now.setBigInt(10n ** 19n);
    expect(math.calculateKPnl(7, then, now, 1_000_000, 1_000_000)).toBe(70_000_000);
    // The other way: −7·(10^19 + 1)/10^12 floors to one more below.
    now.setBigInt(-(10n ** 19n) - 1n);
    expect(math.calculateKPnl(7, then, now, 1_000_000, 1_000_000)).toBe(-70_000_001);
    // ΔK = 2^97 across zero: 2^97/10^12 = 158456325028528675187.09, far outside.
    then.setBigInt(-(1n << 96n));
    now.setBigInt(1n << 96n);
    expect(() => math.calculateKPnl(1, then, now, 1_000_000, 1_000_000)).toThrow(OUT_OF_ENVELOPE);
    // ΔK = 2^97 would need a divisor above 2^44 to fit; 10^12·10^3 does: 2^97/10^15 = 158456325028528.67….
    expect(math.calculateKPnl(1, then, now, 1_000_000, 1_000_000_000)).toBe(158_456_325_028_528);
  });
});
