import { mulDivFloor, mulDivFloorSigned } from '../math/index.ts';
import { BPS } from '../risk/constants.ts';
import { Book } from './constants.ts';
import type { SlabParams } from './params.ts';
import type { Slab } from './state.ts';

/** index + clamp(premiumEma, ±floor(index·markBandBps/10 000)), at least 1 (design 02 §3). Quote atoms per base. */
export function calculateMark(indexPrice: number, premiumEma: number, markBandBps: number): number {
  const band = mulDivFloor(indexPrice, markBandBps, BPS);
  return Math.max(1, indexPrice + Math.min(band, Math.max(0 - band, premiumEma)));
}

/** The slab's mark at this index. */
export function calculateMarkPrice(slab: Slab, indexPrice: number): number {
  return calculateMark(indexPrice, slab.words[Book.premiumEma]!, slab.params.markBandBps);
}

/** The book's premium over the index, averaged over `window` slots, `dt` slots after it was `ema`; floors. */
export function calculatePremium(ema: number, sample: number, dt: number, window: number): number {
  return ema + mulDivFloorSigned(sample - ema, Math.min(dt, window), window);
}

/**
 * Funding rate in bps per slot over `fundingScale`, positive when the mark is above the index:
 * clamp(floorDiv(premium_bps·k_bps·scale, 10 000·horizon), ±cap) (design 02 §3).
 */
export function calculateFundingRate(
  markPrice: number,
  indexPrice: number,
  params: Pick<SlabParams, 'fundingKBps' | 'fundingHorizonSlots' | 'fundingCap'>,
  fundingScale: number,
): number {
  const { fundingKBps, fundingHorizonSlots, fundingCap } = params;
  const premiumBps = mulDivFloorSigned(markPrice - indexPrice, BPS, indexPrice);
  const rate = mulDivFloorSigned(premiumBps, fundingKBps * fundingScale, BPS * fundingHorizonSlots);
  return Math.min(fundingCap, Math.max(0 - fundingCap, rate));
}
