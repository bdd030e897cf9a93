/**
 * The BigInt build of engine/math: the same names and signatures on arbitrary precision, each a transcription of its
 * definition. It is the oracle of the tests and, swapped in by the bundler, the other side of the bench.
 */

export const MAX_SAFE = Number.MAX_SAFE_INTEGER;
export const OUT_OF_ENVELOPE = new RangeError('the exact result lies outside the 53-bit envelope');

const MAX_WIDE = (1n << 127n) - 1n;
const MIN_WIDE = -(1n << 127n);

/** Mathematical floor of n/d for d > 0. */
export function floorDivide(n: bigint, d: bigint): bigint {
  const quotient = n / d;
  return n < 0n && quotient * d !== n ? quotient - 1n : quotient;
}

/** Mathematical ceiling of n/d for d > 0. */
export function ceilDivide(n: bigint, d: bigint): bigint {
  return -floorDivide(-n, d);
}

export function narrow(value: bigint): number {
  if (value > BigInt(MAX_SAFE) || value < -BigInt(MAX_SAFE)) throw OUT_OF_ENVELOPE;
  return Number(value);
}

export function requireSafe(x: number): number {
  if (!Number.isSafeInteger(x)) throw OUT_OF_ENVELOPE;
  return x;
}

export function mulDivFloor(a: number, b: number, d: number): number {
  return narrow((BigInt(a) * BigInt(b)) / BigInt(d));
}

export function mulDivCeil(a: number, b: number, d: number): number {
  return narrow(ceilDivide(BigInt(a) * BigInt(b), BigInt(d)));
}

export function mulDivFloorSigned(a: number, b: number, d: number): number {
  return narrow(floorDivide(BigInt(a) * BigInt(b), BigInt(d)));
}

export function floorDiv(n: number, d: number): number {
  return narrow(floorDivide(BigInt(n), BigInt(d)));
}

export function calculateSumSign(a: number, b: number, c: number, d: number, e: number): number {
  const sum = BigInt(a) + BigInt(b) + BigInt(c) + BigInt(d) + BigInt(e);
  return sum > 0n ? 1 : sum < 0n ? -1 : 0;
}

/** A signed 128-bit integer held as a BigInt. */
export class Wide {
  private value = 0n;

  clear(): void {
    this.value = 0n;
  }

  copyFrom(other: Wide): void {
    this.value = other.value;
  }

  toBigInt(): bigint {
    return this.value;
  }

  setBigInt(value: bigint): boolean {
    if (value > MAX_WIDE || value < MIN_WIDE) return false;
    this.value = value;
    return true;
  }

  addProduct(a: number, b: number): boolean {
    return this.addBigInt(BigInt(a) * BigInt(b));
  }

  addBigInt(value: bigint): boolean {
    return this.setBigInt(this.value + value);
  }

  pnlSince(then: Wide, absBasis: number, aBasis: number, scale: number): number {
    return narrow(floorDivide(BigInt(absBasis) * (this.value - then.value), BigInt(aBasis) * BigInt(scale)));
  }
}

export function calculateKPnl(
  absBasis: number,
  then: Wide,
  now: Wide,
  aBasis: number,
  scale: number,
): number {
  return now.pnlSince(then, absBasis, aBasis, scale);
}

export function subtractMulDivCeil(k: Wide, a: number, b: number, d: number): number {
  const delta = ceilDivide(BigInt(a) * BigInt(b), BigInt(d));
  return k.addBigInt(-delta) ? Number(delta) : -1;
}

/** Sub-step by sub-step, as design 01 §4 says it, except that equal sub-steps are counted and not repeated. */
export function calculateFundingTerm(
  price: number,
  rate: number,
  dt: number,
  longest: number,
  den: number,
): number | bigint {
  const perSlot = BigInt(price) * BigInt(rate);
  const full = BigInt(dt) / BigInt(longest);
  const rest = BigInt(dt) % BigInt(longest);
  return (
    full * floorDivide(perSlot * BigInt(longest), BigInt(den)) + floorDivide(perSlot * rest, BigInt(den))
  );
}

export function addScaledTerm(k: Wide, a: number, term: number | bigint, sign: 1 | -1): boolean {
  return k.addBigInt(BigInt(sign) * BigInt(a) * BigInt(term));
}
