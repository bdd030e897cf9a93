import { type PriceSpec, priceSpec } from '../../../sim/prices/spec.ts';
import { withUnits } from '../../../sim/scenario/units.ts';

/** Reads a price spec as a scenario file writes it, with data files given as text. */
export function readSpec(spec: unknown, files: Readonly<Record<string, string>> = {}): PriceSpec {
  return withUnits({ readData: (file) => files[file] ?? '' }, () => priceSpec.parse(spec));
}

/** What is wrong with a price spec, in one text; empty if nothing. */
export function complain(spec: unknown, files: Readonly<Record<string, string>> = {}): string {
  const result = withUnits({ readData: (file) => files[file] ?? '' }, () => priceSpec.safeParse(spec));
  return result.success ? '' : result.error.issues.map(({ message }) => message).join('; ');
}
