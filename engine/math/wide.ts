import { MAX_SAFE, mulDivCeil, mulDivFloor, mulDivPair, narrow } from './integers.ts';
import { keepShape } from './shape.ts';

/** 2^48: the limb base. Two limbs of a difference then still make an exact pair of doubles. */
const LIMB = 281_474_976_710_656;
const HALF_LIMB = 16_777_216;
const TOP_MAX = 2_147_483_647;
const TOP_MIN = -2_147_483_648;
const LIMB_BITS = 48n;
const LIMB_MASK = (1n << LIMB_BITS) - 1n;

/**
 * A signed 128-bit integer top·2^96 + mid·2^48 + lo with 0 ≤ mid, lo < 2^48 and −2^31 ≤ top < 2^31: the one wide
 * value of the engine (K and its snapshots). Two doubles hold 106 bits, so the third limb is what makes it 128.
 */
export class Wide {
  private top = 0;
  private mid = 0;
  private lo = 0;

  clear(): void {
    this.top = this.mid = this.lo = 0;
  }

  copyFrom(other: Wide): void {
    this.top = other.top;
    this.mid = other.mid;
    this.lo = other.lo;
  }

  toBigInt(): bigint {
    return (BigInt(this.top) << 96n) + (BigInt(this.mid) << LIMB_BITS) + BigInt(this.lo);
  }

  /** Sets the value; false and unchanged if it does not fit 128 bits. */
  setBigInt(value: bigint): boolean {
    const top = value >> 96n;
    if (top > BigInt(TOP_MAX) || top < BigInt(TOP_MIN)) return false;
    this.top = Number(top);
    this.mid = Number((value >> LIMB_BITS) & LIMB_MASK);
    this.lo = Number(value & LIMB_MASK);
    return true;
  }

  /** Adds high·2^48 + low (|high| < 2^52, |low| < 2^53); false and unchanged on 128-bit overflow. */
  private addParts(high: number, low: number): boolean {
    const lo = this.lo + low;
    const carry = Math.floor(lo / LIMB);
    const mid = this.mid + high + carry;
    const carryTop = Math.floor(mid / LIMB);
    const top = this.top + carryTop;
    if (top > TOP_MAX || top < TOP_MIN) return false;
    this.lo = lo - carry * LIMB;
    this.mid = mid - carryTop * LIMB;
    this.top = top;
    return true;
  }

  /** Adds a·b for 0 ≤ a ≤ 2^24 and a signed safe integer b; false and unchanged on 128-bit overflow. */
  addProduct(a: number, b: number): boolean {
    const product = a * b;
    // Leaves room for the limb that is already there.
    if (product < LIMB * 8 && product > -LIMB * 8) return this.addParts(0, product);
    const bHigh = Math.floor(b / HALF_LIMB);
    const bLow = b - bHigh * HALF_LIMB;
    const upper = a * bHigh;
    const upperHigh = Math.floor(upper / HALF_LIMB);
    return this.addParts(upperHigh, (upper - upperHigh * HALF_LIMB) * HALF_LIMB + a * bLow);
  }

  /** Adds any integer; false and unchanged on 128-bit overflow. */
  addBigInt(value: bigint): boolean {
    return this.setBigInt(this.toBigInt() + value);
  }

  /** floor(absBasis·(this − then)/(aBasis·scale)), see `calculateKPnl`. */
  pnlSince(then: Wide, absBasis: number, aBasis: number, scale: number): number {
    const high = (this.top - then.top) * LIMB + (this.mid - then.mid);
    const low = this.lo - then.lo;
    const den = aBasis * scale;
    if (high < 31 && high > -31) {
      const delta = high * LIMB + low;
      if (delta === 0) return 0;
      return delta > 0 ? mulDivFloor(absBasis, delta, den) : 0 - mulDivCeil(absBasis, -delta, den);
    }
    if (high < LIMB && high > -LIMB && den < LIMB) {
      const pnl =
        high > 0
          ? mulDivPair(absBasis, high * LIMB, low, den, false)
          : mulDivPair(absBasis, -high * LIMB, -low, den, true);
      if (pnl >= 0) return high > 0 ? pnl : 0 - pnl;
    }
    const numerator = BigInt(absBasis) * (this.toBigInt() - then.toBigInt());
    const divisor = BigInt(aBasis) * BigInt(scale);
    const truncated = numerator / divisor;
    return narrow(numerator < 0n && truncated * divisor !== numerator ? truncated - 1n : truncated);
  }
}

keepShape(Object.assign(new Wide(), { mid: 0.5, lo: 0.5 }));

/**
 * floor(absBasis·(now − then)/(aBasis·scale)), the mathematical floor: what a position attached at multiplier `aBasis`
 * earned while K moved from `then` to `now` (design 01 §1). Throws `OUT_OF_ENVELOPE` if the result does not fit.
 */
export function calculateKPnl(
  absBasis: number,
  then: Wide,
  now: Wide,
  aBasis: number,
  scale: number,
): number {
  return now.pnlSince(then, absBasis, aBasis, scale);
}

/**
 * Subtracts ceil(a·b/d) from k for a, b ≥ 0 and d > 0, however wide the quotient; returns the amount as a double
 * (exact below 2^53), or −1 and k unchanged if 128 bits do not hold it.
 */
export function subtractMulDivCeil(k: Wide, a: number, b: number, d: number): number {
  if ((a * b) / d < MAX_SAFE / 2) {
    const delta = mulDivCeil(a, b, d);
    return k.addProduct(1, 0 - delta) ? delta : -1;
  }
  const wide = BigInt(d);
  const delta = (BigInt(a) * BigInt(b) + wide - 1n) / wide;
  return k.addBigInt(-delta) ? Number(delta) : -1;
}

/**
 * The funding term of one accrual per unit of A (design 01 §4): Σ over sub-steps of at most `longest` slots of
 * floor(price·rate·chunk/den), with rate signed. All full sub-steps share one term, so this is O(1). Exact; a
 * BigInt only when it leaves the safe integers.
 */
export function calculateFundingTerm(
  price: number,
  rate: number,
  dt: number,
  longest: number,
  den: number,
): number | bigint {
  const full = Math.floor(dt / longest);
  const rest = dt - full * longest;
  const perSlot = price * rate;
  const widest = perSlot * (full > 0 ? longest : rest);
  if (widest <= MAX_SAFE && widest >= -MAX_SAFE) {
    const term = full * Math.floor((perSlot * longest) / den) + Math.floor((perSlot * rest) / den);
    if (term <= MAX_SAFE / 2 && term >= -MAX_SAFE / 2) return term;
  }
  const wide = BigInt(price) * BigInt(rate);
  const floor = (n: bigint, d: bigint) => {
    const q = n / d;
    return n < 0n && q * d !== n ? q - 1n : q;
  };
  return BigInt(full) * floor(wide * BigInt(longest), BigInt(den)) + floor(wide * BigInt(rest), BigInt(den));
}

/** k += sign·a·term for a term of `calculateFundingTerm`; false and unchanged on 128-bit overflow. */
export function addScaledTerm(k: Wide, a: number, term: number | bigint, sign: 1 | -1): boolean {
  return typeof term === 'number' ? k.addProduct(a, sign * term + 0) : k.addBigInt(BigInt(sign * a) * term);
}
