/** Half of it lies above the mean, half below; both ends are inside. */
export interface Interval {
  low: number;
  high: number;
}

/** The confidence of every interval the lab shows. */
export const CONFIDENCE = 0.95;

/** Φ⁻¹(0.975): a 95 % interval leaves 2.5 % on each side. */
const NORMAL_QUANTILE = 1.959963984540054;

/** t(0.975) for 1 to 8 degrees of freedom, where the expansion below is off by more than 3e-5. */
const STUDENT_QUANTILES = [
  12.706204736174694, 4.302652729749462, 3.1824463052837078, 2.7764451051977934, 2.570581835636314,
  2.4469118511449666, 2.3646242515927853, 2.3060041352041676,
];

/**
 * t(0.975), the factor of a 95 % Student interval: a table, then the Cornish-Fisher expansion in 1 ÷ degrees of freedom
 * (Abramowitz and Stegun 26.7.5), off by at most 3e-5 from 9 on. Neither needs a transcendental function.
 */
export function calculateStudentQuantile(degreesOfFreedom: number): number {
  const known = STUDENT_QUANTILES[degreesOfFreedom - 1];
  if (known !== undefined) return known;
  const z = NORMAL_QUANTILE;
  const square = z * z;
  const terms = [
    (square + 1) / 4,
    ((5 * square + 16) * square + 3) / 96,
    (((3 * square + 19) * square + 17) * square - 15) / 384,
    ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945) / 92_160,
  ];
  const series = terms.reduceRight((sum, term) => (sum + term) / degreesOfFreedom, 0);
  return z * (1 + series);
}

/** 95 % interval of a mean by Student's t: mean ± t · sd ÷ √n. null for fewer than two values: they say nothing of spread. */
export function calculateMeanInterval(mean: number, sd: number | null, n: number): Interval | null {
  if (sd === null || n < 2) return null;
  const half = (calculateStudentQuantile(n - 1) * sd) / Math.sqrt(n);
  return { low: mean - half, high: mean + half };
}

/**
 * 95 % Wilson score interval of a proportion (Wilson 1927): (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) ÷ (1 + z²/n). Unlike
 * p ± z·√(p(1 − p)/n) it is not empty at 0 and 1. null if n = 0.
 */
export function calculateWilsonInterval(hits: number, n: number): Interval | null {
  if (n === 0) return null;
  const share = hits / n;
  const square = NORMAL_QUANTILE * NORMAL_QUANTILE;
  const centre = share + square / (2 * n);
  const half = NORMAL_QUANTILE * Math.sqrt((share * (1 - share)) / n + square / (4 * n * n));
  const scale = 1 + square / n;
  return {
    // At the ends the exact bound is 0 or 1; rounding must not move it outside.
    low: hits === 0 ? 0 : (centre - half) / scale,
    high: hits === n ? 1 : (centre + half) / scale,
  };
}
