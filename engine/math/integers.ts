/**
 * Exact integer arithmetic on safe integers. Inputs are integers with |x| ≤ 2^53 − 1; results are exact or the
 * call throws `OUT_OF_ENVELOPE`. Products are formed as an unevaluated sum of two doubles (Veltkamp 1968,
 * Dekker 1971), so nothing rounds on the way however wide the product is.
 */

/** Largest magnitude of any persistent number: 2^53 − 1. */
export const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** Thrown when an exact result does not fit the 53-bit envelope. One shared value: it is an outcome, not a fault. */
export const OUT_OF_ENVELOPE = new RangeError('the exact result lies outside the 53-bit envelope');

/** 2^27 + 1 splits a double into two halves of at most 26 bits whose products are exact. */
const SPLITTER = 134_217_729;
/** Below this the rounded quotient is within one of the exact one, so a single correction suffices. */
const CORRECTABLE_QUOTIENT = 2_251_799_813_685_248;

/** The exact rounding error of the double product `product = a·b`: a·b = product + error. */
function calculateProductError(a: number, b: number, product: number): number {
  const ca = SPLITTER * a;
  const aHigh = ca - (ca - a);
  const aLow = a - aHigh;
  const cb = SPLITTER * b;
  const bHigh = cb - (cb - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** Narrows an exact BigInt to the envelope. */
export function narrow(value: bigint): number {
  if (value > BigInt(MAX_SAFE) || value < -BigInt(MAX_SAFE)) throw OUT_OF_ENVELOPE;
  return Number(value);
}

/** `x` if it lies in the envelope. Sums of two safe integers may be passed: rounding is monotone at the bound. */
export function requireSafe(x: number): number {
  if (x <= MAX_SAFE && x >= -MAX_SAFE) return x;
  throw OUT_OF_ENVELOPE;
}

/** floor(a·b/d) for a, b ≥ 0 and d > 0; rounds against whoever receives the quotient. Throws `OUT_OF_ENVELOPE`. */
export function mulDivFloor(a: number, b: number, d: number): number {
  const product = a * b;
  if (product <= MAX_SAFE) return Math.floor(product / d);
  const estimate = product / d;
  if (estimate >= CORRECTABLE_QUOTIENT) return narrow((BigInt(a) * BigInt(b)) / BigInt(d));
  const q = Math.floor(estimate);
  const qd = q * d;
  const rest = product - qd + (calculateProductError(a, b, product) - calculateProductError(q, d, qd));
  if (rest < 0) return q - 1;
  return rest >= d ? q + 1 : q;
}

/** ceil(a·b/d) for a, b ≥ 0 and d > 0; rounds against whoever pays the quotient. Throws `OUT_OF_ENVELOPE`. */
export function mulDivCeil(a: number, b: number, d: number): number {
  const product = a * b;
  if (product <= MAX_SAFE) return Math.ceil(product / d);
  const estimate = product / d;
  if (estimate >= CORRECTABLE_QUOTIENT) {
    const wide = BigInt(d);
    return narrow((BigInt(a) * BigInt(b) + wide - 1n) / wide);
  }
  const q = Math.floor(estimate);
  const qd = q * d;
  const rest = product - qd + (calculateProductError(a, b, product) - calculateProductError(q, d, qd));
  if (rest <= 0) return rest > -d ? q : q - 1;
  return rest > d ? q + 2 : q + 1;
}

/** Mathematical floor of a·b/d for signed a, b ≥ 0 and d > 0. Throws `OUT_OF_ENVELOPE`. */
export function mulDivFloorSigned(a: number, b: number, d: number): number {
  return a >= 0 ? mulDivFloor(a, b, d) : 0 - mulDivCeil(0 - a, b, d);
}

/** Mathematical floor of n/d for signed n and d > 0. */
export function floorDiv(n: number, d: number): number {
  return Math.floor(n / d);
}

/** Sign (−1, 0, 1) of the exact sum a + b + c + d + e of safe integers, however wide the partial sums are. */
export function calculateSumSign(a: number, b: number, c: number, d: number, e: number): number {
  const sum = a + b + c + d + e;
  // Away from zero by more than all rounding errors together (four roundings of at most 2^3 each).
  if (sum > 64 || sum < -64) return Math.sign(sum);
  const exact = BigInt(a) + BigInt(b) + BigInt(c) + BigInt(d) + BigInt(e);
  return exact > 0n ? 1 : exact < 0n ? -1 : 0;
}

/**
 * floor(a·(high + low)/d), or its ceiling, for a, d > 0 and an exact unevaluated sum with 2^52 < high < 2^96, |low| ≤ 2^48
 * and d < 2^48: divides first and multiplies quotient and remainder after, so that a K difference of any width a market
 * meets stays in doubles. −1 if the quotient is too large to be corrected. Throws `OUT_OF_ENVELOPE`.
 */
export function mulDivPair(a: number, high: number, low: number, d: number, up: boolean): number {
  const estimate = (high + low) / d;
  if (estimate >= CORRECTABLE_QUOTIENT) return -1;
  let q = Math.floor(estimate);
  const qd = q * d;
  let rest = high - qd + (low - calculateProductError(q, d, qd));
  if (rest < 0) {
    q -= 1;
    rest += d;
  } else if (rest >= d) {
    q += 1;
    rest -= d;
  }
  return requireSafe(requireSafe(a * q) + (up ? mulDivCeil(a, rest, d) : mulDivFloor(a, rest, d)));
}
