/**
 * Cases for engine/math against its BigInt build: random, structured (near powers of two, products of 26-bit halves,
 * the ends of the envelope) and adversarial (a·b ≡ 0, ±1, ±2 modulo d). Shared by the fast sample and the deep run.
 */
import * as fast from '../../engine/math/index.ts';
import * as exact from '../reference/math_bigint.ts';

/** A stream of doubles in [0, 1). */
export type Random = () => number;

const MAX = fast.MAX_SAFE;
const ENGINE_SCALE = 1_000_000;
const LONGEST = 65_535;

const below = (random: Random, n: number): number => Math.floor(random() * n);
const pick = <T>(random: Random, values: readonly T[]): T => values[below(random, values.length)]!;
const clamp = (x: number, min: number, max: number): number => Math.min(Math.max(x, min), max);

/** A non-negative safe integer: any bit length, near 2^k, near m·2^26, near a power of ten, or near the end. */
export function drawNumber(random: Random): number {
  const off = below(random, 5) - 2;
  switch (below(random, 6)) {
    case 0:
      return below(random, 2 ** below(random, 54));
    case 1:
      return clamp(2 ** below(random, 54) + off, 0, MAX);
    case 2:
      return clamp(below(random, 2 ** below(random, 28)) * 2 ** 26 + off, 0, MAX);
    case 3:
      return clamp(10 ** below(random, 16) + off, 0, MAX);
    case 4:
      return MAX - below(random, 1000);
    default:
      return below(random, MAX);
  }
}

const drawPositive = (random: Random): number => Math.max(1, drawNumber(random));
const drawSigned = (random: Random): number => {
  const x = drawNumber(random);
  return random() < 0.5 ? x : 0 - x;
};

/** The inverse of a modulo d, or null if they share a factor. */
function invert(a: bigint, d: bigint): bigint | null {
  let [r0, r1, s0, s1] = [a % d, d, 1n, 0n];
  while (r1 !== 0n) {
    const q = r0 / r1;
    [r0, r1, s0, s1] = [r1, r0 - q * r1, s1, s0 - q * s1];
  }
  return r0 === 1n ? ((s0 % d) + d) % d : null;
}

/** a, b, d with a·b ≡ r (mod d) for r in 0, ±1, ±2 and, often, a quotient near a chosen size. */
function drawNearMultiple(random: Random): [number, number, number] {
  for (;;) {
    const d = Math.max(3, drawPositive(random));
    const a = drawPositive(random);
    const inverse = invert(BigInt(a), BigInt(d));
    if (inverse === null) continue;
    const r = BigInt(below(random, 5) - 2);
    const least = (((r * inverse) % BigInt(d)) + BigInt(d)) % BigInt(d);
    const room = (BigInt(MAX) - least) / BigInt(d);
    // Quotients near 2^51 leave the corrected path, those near 2^53 the envelope.
    const quotient = BigInt(pick(random, [2 ** 51, 2 ** 53, 2 ** 40, drawPositive(random)]));
    const wanted = (quotient - (BigInt(a) * least) / BigInt(d)) / BigInt(a) + BigInt(below(random, 3) - 1);
    const times = wanted < 0n ? 0n : wanted > room ? room : wanted;
    return [a, Number(least + times * BigInt(d)), d];
  }
}

/** a, b, d whose quotient is within a few units of 2^51 or 2^53, where the paths of the division meet. */
function drawNearSeam(random: Random): [number, number, number] {
  const seam = pick(random, [2 ** 51, 2 ** 53]);
  const d = drawPositive(random);
  const a = Math.max(1, Math.max(drawPositive(random), below(random, d)));
  const b = (BigInt(seam + below(random, 9) - 4) * BigInt(d)) / BigInt(a) + BigInt(below(random, 5) - 2);
  return [a, clamp(Number(b), 0, MAX), d];
}

function drawProduct(random: Random): [number, number, number] {
  switch (below(random, 3)) {
    case 0:
      return drawNearMultiple(random);
    case 1:
      return drawNearSeam(random);
    default:
      return [drawNumber(random), drawNumber(random), drawPositive(random)];
  }
}

/** A signed 128-bit integer of any width, often near a power of two or an end. */
export function drawWide(random: Random): bigint {
  let value = 0n;
  for (let limb = 0; limb < 5; limb += 1) value = (value << 26n) + BigInt(below(random, 2 ** 26));
  value = BigInt.asIntN(128, value) >> BigInt(below(random, 128));
  if (random() < 0.4) value = 1n << BigInt(pick(random, [31, 47, 48, 52, 53, 95, 96, 97, 126, 127]));
  value += BigInt(below(random, 5) - 2);
  return BigInt.asIntN(128, random() < 0.5 ? value : -value);
}

function createPair(value: bigint): [fast.Wide, exact.Wide] {
  const [a, b] = [new fast.Wide(), new exact.Wide()];
  a.setBigInt(value);
  b.setBigInt(value);
  return [a, b];
}

/** What a call answered: its value as text, or that it left the envelope. −0 is told from 0: it must not occur. */
function describe(call: () => unknown): string {
  try {
    const value = call();
    return Object.is(value, -0) ? '-0' : String(value);
  } catch (error) {
    if (error === fast.OUT_OF_ENVELOPE || error === exact.OUT_OF_ENVELOPE) return 'out of envelope';
    throw error;
  }
}

function compare(
  name: string,
  inputs: readonly unknown[],
  got: () => unknown,
  expected: () => unknown,
): void {
  const [a, b] = [describe(got), describe(expected)];
  if (a !== b) throw new Error(`${name}(${inputs.map(String).join(', ')}) is ${a}, exactly ${b}`);
}

/** now − then of every width, and often divisible by the multiplier, as it is while A has not changed. */
function drawKDifference(random: Random, aBasis: number): [bigint, bigint] {
  const then = drawWide(random);
  const width = BigInt(pick(random, [20, 40, 52, 53, 54, 60, 75, 95, 96, 97, 120]));
  let delta = drawWide(random) >> (127n - width);
  if (random() < 0.5) delta -= delta % BigInt(aBasis);
  if (random() < 0.2) delta += BigInt(below(random, 3) - 1);
  return [then, BigInt.asIntN(128, then + delta)];
}

function checkKPnl(random: Random): void {
  const aBasis = pick(random, [ENGINE_SCALE, 1000, 999, 1, 1 + below(random, ENGINE_SCALE)]);
  const absBasis = Math.max(1, Math.min(drawNumber(random), 100_000_000_000_000));
  const scale = pick(random, [ENGINE_SCALE, ENGINE_SCALE, 1, 281_474_977, 1_000_000_000]);
  const [then, now] = drawKDifference(random, aBasis);
  const [thenFast, thenExact] = createPair(then);
  const [nowFast, nowExact] = createPair(now);
  compare(
    'calculateKPnl',
    [absBasis, then, now, aBasis, scale],
    () => fast.calculateKPnl(absBasis, thenFast, nowFast, aBasis, scale),
    () => exact.calculateKPnl(absBasis, thenExact, nowExact, aBasis, scale),
  );
}

/** One change of a wide number; then both builds must hold the same, whether it fitted or not. */
function checkWideChange(random: Random): void {
  const start = drawWide(random);
  const [a, b] = createPair(start);
  const factor = Math.min(drawNumber(random), 2 ** 24);
  const [x, y, d] = [drawNumber(random), Math.min(drawNumber(random), 10 ** 12), drawPositive(random)];
  const signed = drawSigned(random);
  const wide = drawWide(random);
  const changes: Record<string, [readonly unknown[], () => unknown, () => unknown]> = {
    addProduct: [[factor, signed], () => a.addProduct(factor, signed), () => b.addProduct(factor, signed)],
    addBigInt: [[wide], () => a.addBigInt(wide), () => b.addBigInt(wide)],
    setBigInt: [[wide * 2n], () => a.setBigInt(wide * 2n), () => b.setBigInt(wide * 2n)],
    subtractMulDivCeil: [
      [x, y, d],
      () => fast.subtractMulDivCeil(a, x, y, d),
      () => exact.subtractMulDivCeil(b, x, y, d),
    ],
  };
  const name = pick(random, Object.keys(changes));
  const [inputs, got, expected] = changes[name]!;
  compare(name, [start, ...inputs], got, expected);
  compare(
    `${name}, then the value`,
    [start, ...inputs],
    () => a.toBigInt(),
    () => b.toBigInt(),
  );
}

function checkFunding(random: Random): void {
  const price = Math.max(1, Math.min(drawNumber(random), 10 ** 12));
  const rate = clamp(drawSigned(random), -10_000, 10_000);
  const dt = pick(random, [drawPositive(random), 1 + below(random, 3 * LONGEST), LONGEST * below(random, 9)]);
  const scale = pick(random, [1, 1_000_000, 1 + below(random, 900_000_000_000)]);
  const den = 10_000 * scale;
  const start = drawWide(random);
  const [a, b] = createPair(start);
  const multiplier = 1 + below(random, ENGINE_SCALE);
  const sign = random() < 0.5 ? 1 : -1;
  const inputs = [price, rate, dt, den, multiplier, sign, start];
  const got = fast.calculateFundingTerm(price, rate, dt, LONGEST, den);
  const expected = exact.calculateFundingTerm(price, rate, dt, LONGEST, den);
  compare(
    'calculateFundingTerm',
    inputs,
    () => BigInt(got),
    () => BigInt(expected),
  );
  compare(
    'addScaledTerm',
    inputs,
    () => fast.addScaledTerm(a, multiplier, got, sign),
    () => exact.addScaledTerm(b, multiplier, expected, sign),
  );
  compare(
    'addScaledTerm, then the value',
    inputs,
    () => a.toBigInt(),
    () => b.toBigInt(),
  );
}

/** Five terms that nearly cancel, so that rounding could turn the sign. */
function checkSumSign(random: Random): void {
  const terms = [drawSigned(random), drawSigned(random), drawSigned(random), drawSigned(random)] as const;
  const rest = clamp(-terms.reduce((sum, x) => sum + x, 0) + below(random, 5) - 2, -MAX, MAX);
  const all = [...terms, rest] as const;
  compare(
    'calculateSumSign',
    all,
    () => fast.calculateSumSign(...all),
    () => exact.calculateSumSign(...all),
  );
}

type Divide = (a: number, b: number, d: number) => number;

const checkDivide =
  (got: Divide, expected: Divide, signed = false) =>
  (random: Random) => {
    const [a, b, d] = drawProduct(random);
    const x = signed && random() < 0.6 ? 0 - a : a;
    compare(
      got.name,
      [x, b, d],
      () => got(x, b, d),
      () => expected(x, b, d),
    );
  };

/** One case of each helper; they throw an error that names the inputs. */
export const MATH_CHECKS: Readonly<Record<string, (random: Random) => void>> = {
  mulDivFloor: checkDivide(fast.mulDivFloor, exact.mulDivFloor),
  mulDivCeil: checkDivide(fast.mulDivCeil, exact.mulDivCeil),
  mulDivFloorSigned: checkDivide(fast.mulDivFloorSigned, exact.mulDivFloorSigned, true),
  floorDiv: (random) => {
    const d = drawPositive(random);
    const n = pick(random, [
      drawSigned(random),
      clamp(d * below(random, 9) + below(random, 3) - 1, -MAX, MAX),
    ]);
    compare(
      'floorDiv',
      [n, d],
      () => fast.floorDiv(n, d),
      () => exact.floorDiv(n, d),
    );
  },
  requireSafe: (random) => {
    const x = drawSigned(random) + drawSigned(random);
    compare(
      'requireSafe',
      [x],
      () => fast.requireSafe(x),
      () => exact.requireSafe(x),
    );
  },
  narrow: (random) => {
    const x = drawWide(random) >> BigInt(70 + below(random, 10));
    compare(
      'narrow',
      [x],
      () => fast.narrow(x),
      () => exact.narrow(x),
    );
  },
  sumSign: checkSumSign,
  wideChange: checkWideChange,
  kPnl: checkKPnl,
  funding: checkFunding,
};
