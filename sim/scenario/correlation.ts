/**
 * Correlated random walks. The normal draw of `underlyings[i]` in each slot is Σ lower[i][j] · n(j) over j ≤ i, where
 * n(j) is the draw of underlying j's own stream: an underlying depends on those before it only, so that one added
 * behind moves none.
 */
export interface CorrelationSpec {
  /** Those that are named in a pair, in the order of the file. */
  underlyings: string[];
  /** Cholesky factor of the correlation matrix, row by row up to the diagonal. */
  lower: number[][];
}
