import { mulDivCeil, mulDivFloor } from '../../engine/math/index.ts';
import { BPS, POS_SCALE, type RiskParams } from '../../engine/risk/index.ts';
import type { AccountView } from './agent.ts';

/** Room that a trader leaves for spread and price movement between decision and execution, bps of notional. */
const SLIPPAGE_ALLOWANCE_BPS = 20;

/**
 * Position (q-units, unsigned) that `capitalAtoms` carries at `leverage`, at most what the initial margin still
 * admits after the trading fee and a little slippage; 0 when it rounds away.
 */
export function calculateOpeningSizeQ(
  capitalAtoms: number,
  leverage: number,
  indexPrice: number,
  risk: Pick<RiskParams, 'initialBps' | 'tradingFeeBps'>,
): number {
  const admitted = BPS / (risk.initialBps + risk.tradingFeeBps + SLIPPAGE_ALLOWANCE_BPS);
  const notionalAtoms = Math.floor(capitalAtoms * Math.min(leverage, admitted));
  return mulDivFloor(notionalAtoms, POS_SCALE, indexPrice);
}

/**
 * Index price (quote atoms per base) at which the marked equity of a position equals `targetAtoms`: equity falls
 * with the price for a long and rises for a short. Clamped to at least 1; NaN-free only for an open position.
 */
export function calculateEquityPrice(view: AccountView, indexPrice: number, targetAtoms: number): number {
  const move = ((targetAtoms - view.equityAtoms) / view.positionQ) * POS_SCALE;
  return Math.max(1, indexPrice + (view.positionQ > 0 ? Math.floor(move) : Math.ceil(move)));
}

/** `price` moved by `bps` (signed, above −10 000), rounded away from `price`, at least 1. */
export function calculateMovedPrice(price: number, bps: number): number {
  const round = bps > 0 ? mulDivCeil : mulDivFloor;
  return Math.max(1, round(price, Math.max(0, BPS + bps), BPS));
}

/** Slot of slice `index` of `count` equal ones that start at `from` and are spread over `overSlots`. */
export function calculateSliceSlot(from: number, overSlots: number, count: number, index: number): number {
  return from + Math.floor((overSlots * index) / count);
}
