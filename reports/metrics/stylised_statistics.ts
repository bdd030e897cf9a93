import ln from '@stdlib/math-base-special-ln';

/** Relative changes from each price to the next. */
export function calculateReturns(prices: readonly number[]): number[] {
  return prices.slice(1).map((price, at) => price / prices[at]! - 1);
}

const meanOf = (values: readonly number[]) =>
  values.reduce((total, value) => total + value, 0) / values.length;

/** m4 ÷ m2² − 3, which is 0 for a normal distribution; null if the values do not vary. */
export function calculateExcessKurtosis(values: readonly number[]): number | null {
  const mean = meanOf(values);
  const squares = values.map((value) => (value - mean) * (value - mean));
  const variance = meanOf(squares);
  return variance > 0 ? meanOf(squares.map((square) => square * square)) / (variance * variance) - 3 : null;
}

/** Share of the values that the Hill estimator takes for the tail, and the fewest it makes do with. */
export const TAIL_SHARE = 0.05;
const TAIL_MIN = 10;

/**
 * Tail index by Hill (1975), "A simple general approach to inference about the tail of a distribution", Annals of
 * Statistics 3: k ÷ Σ ln(xᵢ ÷ xₖ₊₁) over the k largest |values|, k = ⌊share · n⌋. Null for a tail of fewer than 10, or one
 * that begins at 0 or does not spread.
 */
export function calculateHillIndex(values: readonly number[], share: number = TAIL_SHARE): number | null {
  const sizes = values.map(Math.abs).sort((a, b) => b - a);
  const k = Math.floor(share * sizes.length);
  const from = sizes[k];
  if (k < TAIL_MIN || from === undefined || from === 0) return null;
  const total = sizes.slice(0, k).reduce((sum, size) => sum + ln(size / from), 0);
  return total > 0 ? k / total : null;
}

/**
 * Autocorrelations at the lags 1 … `most`: Σ (xₜ − m)(xₜ₊ₗ − m) ÷ Σ (xₜ − m)². Empty if the values do not vary or are no
 * more than the lags.
 */
export function calculateAutocorrelations(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [];
  const mean = meanOf(values);
  const moves = values.map((value) => value - mean);
  const whole = moves.reduce((sum, move) => sum + move * move, 0);
  if (whole === 0) return [];
  return Array.from({ length: most }, (_, at) => {
    const lag = at + 1;
    let part = 0;
    for (let from = 0; from + lag < moves.length; from += 1) part += moves[from]! * moves[from + lag]!;
    return part / whole;
  });
}

/** What takers bought less what they sold in an interval, and how the price moved over it. */
export interface Flow {
  net: number;
  move: number;
}

/** The mean of a class of intervals with flows of about the same size. */
export interface ImpactPoint {
  size: number;
  /** In the direction of the flow. */
  move: number;
  /** Standard error of the move. */
  error: number;
}

const CLASSES = 10;

/**
 * Mean move in the direction of the flow, by size of the flow: ten classes with as many intervals each, the smallest
 * flows first. Intervals without a flow are left out; empty for fewer than ten intervals a class.
 */
export function calculateImpact(flows: readonly Flow[]): ImpactPoint[] {
  const known = flows.filter(({ net }) => net !== 0).sort((a, b) => Math.abs(a.net) - Math.abs(b.net));
  if (known.length < CLASSES * CLASSES) return [];
  return Array.from({ length: CLASSES }, (_, at) => {
    const end = (place: number) => Math.floor((place * known.length) / CLASSES);
    const own = known.slice(end(at), end(at + 1));
    const moves = own.map(({ move, net }) => (net > 0 ? move : -move));
    const move = meanOf(moves);
    const squares = moves.reduce((sum, one) => sum + (one - move) * (one - move), 0);
    const error = Math.sqrt(squares / (own.length - 1) / own.length);
    return { size: meanOf(own.map(({ net }) => Math.abs(net))), move, error };
  });
}

/** A line through the logarithms of points: move ≈ factor · size ^ exponent. */
export interface PowerLaw {
  exponent: number;
  /** ln of the factor. */
  offset: number;
}

/**
 * By least squares over the points that moved up, each weighed by (move ÷ error)², which is 1 ÷ the variance of ln(move): the
 * smallest flows move the price by less than chance does. Null if fewer than half of the classes moved up and have an error.
 */
export function fitPowerLaw(points: readonly ImpactPoint[]): PowerLaw | null {
  const logs = points
    .filter(({ error, move }) => move > 0 && error > 0)
    .map(({ error, move, size }) => ({ x: ln(size), y: ln(move), weight: (move / error) * (move / error) }));
  if (logs.length * 2 < CLASSES) return null;
  const total = logs.reduce((sum, { weight }) => sum + weight, 0);
  const weigh = (of: (log: (typeof logs)[number]) => number) =>
    logs.reduce((sum, log) => sum + log.weight * of(log), 0) / total;
  const x = weigh((log) => log.x);
  const y = weigh((log) => log.y);
  const spread = weigh((log) => (log.x - x) * (log.x - x));
  if (spread === 0) return null;
  const exponent = weigh((log) => (log.x - x) * (log.y - y)) / spread;
  return { exponent, offset: y - exponent * x };
}
