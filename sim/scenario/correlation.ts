import { z } from 'zod';
import type { SectionReader } from './reader.ts';
import { ratio } from './units.ts';

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

/** The `correlation` section. */
export const correlationType = z.record(
  z.string().regex(/^\w+\/\w+$/, { error: 'needs two symbols such as `BTC/ETH`' }),
  ratio(-0.999, 0.999),
);

/** A smaller pivot than this is none: the matrix is not positive definite. */
const MIN_PIVOT = 1e-9;

/** The Cholesky factor of a symmetric matrix, row by row; undefined if it is not positive definite. */
export function factorize(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const lower: number[][] = [];
  for (const [i, entries] of matrix.entries()) {
    const row: number[] = [];
    for (let j = 0; j <= i; j++) {
      let rest = entries[j]!;
      const other = j < i ? lower[j]! : row;
      for (let k = 0; k < j; k++) rest -= row[k]! * other[k]!;
      if (j === i && rest < MIN_PIVOT) return undefined;
      row.push(j < i ? rest / other[j]! : Math.sqrt(rest));
    }
    lower.push(row);
  }
  return lower;
}

/** Reads `correlation`; `walks` are the underlyings that move by a random walk, `known` all of them, as in the file. */
export function readCorrelation(
  reader: SectionReader,
  known: readonly string[],
  walks: readonly string[],
): CorrelationSpec | null {
  const type = z.object({ correlation: correlationType.default({}) });
  const pairs = Object.entries(reader.parse(type, reader.only('correlation'), '')?.correlation ?? {});
  const coefficients = new Map<string, number>();
  for (const [pair, coefficient] of pairs) {
    const [a = '', b = ''] = pair.split('/');
    const refuse = (message: string) => reader.refuse(reader.root, ['correlation', pair], '', message);
    const stranger = [a, b].find((symbol) => !known.includes(symbol));
    const still = [a, b].find((symbol) => !walks.includes(symbol));
    if (stranger !== undefined) refuse(`there is no underlying ${stranger}; known: ${known.join(', ')}`);
    else if (still !== undefined)
      refuse(`the price of ${still} is no random walk (gbm, jump_diffusion, hawkes_jumps)`);
    else if (a === b) refuse('an underlying has no correlation with itself to choose');
    else if (coefficients.has(pair)) refuse('is given twice');
    coefficients.set(`${a}/${b}`, coefficient).set(`${b}/${a}`, coefficient);
  }
  const underlyings = walks.filter((a) => walks.some((b) => coefficients.has(`${a}/${b}`)));
  if (underlyings.length === 0) return null;
  const matrix = underlyings.map((a) =>
    underlyings.map((b) => (a === b ? 1 : (coefficients.get(`${a}/${b}`) ?? 0))),
  );
  const lower = factorize(matrix);
  const contradiction = 'these coefficients contradict each other: no prices can be correlated like this';
  if (lower === undefined) reader.refuse(reader.root, ['correlation'], '', contradiction);
  return { underlyings, lower: lower ?? [] };
}
