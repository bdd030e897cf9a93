import { mulDivFloor } from '../../engine/math/index.ts';
import { MAX_POSITION_ABS_Q, POS_SCALE } from '../../engine/risk/constants.ts';
import type { Node } from './document.ts';
import type { SectionReader } from './reader.ts';
import type { Exposure } from './units.ts';

/**
 * An exposure in q-units; money is turned into base at the first price, rounded down. What an engine cannot hold is
 * an issue at the path. Without a price (its own issue) any size will do.
 */
export function resolveExposure(
  reader: SectionReader,
  exposure: Exposure,
  firstPrice: number | undefined,
  node: Node,
  path: readonly string[],
  base: string,
): number {
  if ('sizeQ' in exposure) return exposure.sizeQ;
  if (firstPrice === undefined) return 1;
  // The quotient first: far above the limit the exact product would leave the 53-bit envelope.
  const tooLarge = exposure.valueAtoms / firstPrice > MAX_POSITION_ABS_Q / POS_SCALE;
  const sizeQ = tooLarge ? 0 : mulDivFloor(exposure.valueAtoms, POS_SCALE, firstPrice);
  const message = 'is not between one q-unit and the largest position of the engine at the first price';
  if (sizeQ === 0) reader.refuse(node, path, base, message);
  return sizeQ;
}
