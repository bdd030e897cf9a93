import ln from '@stdlib/math-base-special-ln';

/** What a market maker knows when it sets its prices; everything relative to the reference price. */
export interface QuotingState {
  /** Its position in orders of its usual size, signed. */
  inventory: number;
  /** Variance of the relative price move over the horizon: σ²τ. */
  variance: number;
  /** γ: aversion to the risk of holding one order over the horizon, per relative price. */
  riskAversion: number;
  /** κ: how fast the arrival of takers falls with the distance from the reference, per relative price. */
  arrivalDecay: number;
}

/**
 * Where to quote around a reference price of 1: the centre is 1 + `shift`, bid and ask lie `halfSpread` from it.
 *
 * Avellaneda and Stoikov (2008), "High-frequency trading in a limit order book", Quantitative Finance 8(3): reservation
 * price s − qγσ²τ and total spread γσ²τ + (2/γ)·ln(1 + γ/κ), which is 2/κ without risk aversion. They count prices in
 * money and inventory in shares; here one share is one order and the price is 1, so that γ and κ mean the same at any
 * price. τ does not shrink: a venue that never closes has no end of the day.
 */
export function calculateOptimalQuotes(state: QuotingState): { shift: number; halfSpread: number } {
  const { arrivalDecay: kappa, inventory, riskAversion: gamma, variance } = state;
  const risk = gamma * variance;
  // Without the risk of holding only the takers' elasticity is left: the limit of the logarithm.
  const margin = gamma === 0 ? 2 / kappa : (2 / gamma) * ln(1 + gamma / kappa);
  return { shift: -inventory * risk, halfSpread: (risk + margin) / 2 };
}
