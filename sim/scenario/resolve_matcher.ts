import type { z } from 'zod';
import type { Node } from './document.ts';
import type { SectionReader } from './reader.ts';
import type { MatcherSpec, slabBodyType } from './schema.ts';
import { resolveExposure } from './sizes.ts';
import type { Exposure } from './units.ts';

type RawMatcher = z.output<typeof slabBodyType>['matcher'];

/** A slab's matcher in integers; `firstPrice` turns money into base, and is undefined if it could not be read. */
export function resolveMatcher(
  reader: SectionReader,
  raw: RawMatcher,
  firstPrice: number | undefined,
  slab: Node,
  path: string,
): MatcherSpec {
  if (raw.kind === 'book') return raw;
  const { kind, capital, spread, skew, max_trade: trade, max_position: position } = raw;
  const toQ = (exposure: Exposure, key: string) =>
    resolveExposure(reader, exposure, firstPrice, slab, ['matcher', key], path);
  return {
    kind,
    capitalAtoms: capital,
    spreadBps: spread,
    skewBps: skew,
    maxTradeQ: toQ(trade, 'max_trade'),
    maxPositionQ: toQ(position, 'max_position'),
  };
}
