/** A share x (0 … 1) that weighs `weight`, for example a haircut and the claim it fell on. */
export interface Weighted {
  x: number;
  weight: number;
}

/**
 * Gini index of x, weighted: Σ_i Σ_j w_i·w_j·|x_i − x_j| / (2·W²·mean). 0 is equal treatment. Splitting one holder
 * into several with the same x changes nothing. null when nothing has weight or every x is 0.
 */
export function calculateWeightedGini(items: readonly Weighted[]): number | null {
  if (items.every(({ x }) => x === 0)) return null;
  const sorted = [...items].sort((a, b) => a.x - b.x);
  let weight = 0;
  let weightedSum = 0;
  let pairs = 0;
  for (const { x, weight: w } of sorted) {
    // Against everything below: Σ_j<i w_j·(x_i − x_j) = x_i·W_below − Σ_below.
    pairs += w * (x * weight - weightedSum);
    weight += w;
    weightedSum += w * x;
  }
  return weightedSum === 0 ? null : pairs / (weight * weightedSum);
}

/**
 * Jain's index of x, weighted: (Σ w·x)² / (W · Σ w·x²). 1 is equal treatment; null when nothing has weight or
 * every x is 0.
 */
export function calculateWeightedJain(items: readonly Weighted[]): number | null {
  let weight = 0;
  let first = 0;
  let second = 0;
  for (const { x, weight: w } of items) {
    weight += w;
    first += w * x;
    second += w * x * x;
  }
  return second === 0 ? null : (first * first) / (weight * second);
}

/** The largest holders first. */
export const sortByWeight = (items: readonly Weighted[]): Weighted[] =>
  [...items].sort((a, b) => b.weight - a.weight);

/** What the first `share` (for example 0.01) of the holders carry: of the loss Σ w·x, and of the claims Σ w. */
export function calculateTopShare(
  sorted: readonly Weighted[],
  share: number,
): { loss: number | null; claim: number | null } {
  const top = sorted.slice(0, Math.ceil(sorted.length * share));
  const claims = (list: readonly Weighted[]) => list.reduce((total, item) => total + item.weight, 0);
  const losses = (list: readonly Weighted[]) => list.reduce((total, item) => total + item.weight * item.x, 0);
  const part = (of: number, whole: number) => (whole === 0 ? null : of / whole);
  return { loss: part(losses(top), losses(sorted)), claim: part(claims(top), claims(sorted)) };
}
