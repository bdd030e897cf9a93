import { mulDivCeil, mulDivFloor } from '../../engine/math/index.ts';
import { keepShape } from '../../engine/math/shape.ts';
import { BPS, POS_SCALE, type RiskParams } from '../../engine/risk/index.ts';
import type { PassiveLpSpec } from '../scenario/passive_lp.ts';

/** The liquidity provider as it stands at the index. */
export interface LpState {
  /** Signed effective position. */
  positionQ: number;
  /** Initial equity (design 01 §3) after a touch; may be negative. */
  initialEquityAtoms: number;
}

keepShape<LpState>({ positionQ: 0.5, initialEquityAtoms: 0.5 });

/** What a taker is offered: at most `sizeQ` at `price`; size 0 means nothing. */
export interface Offer {
  sizeQ: number;
  price: number;
}

/**
 * Price at which the LP sells (taker buys, direction 1) or buys (direction −1): index ± half the spread, both shifted
 * down in proportion to a long inventory, up to a short one. Rounded in the LP's favour and kept within 1 … maxPrice.
 */
export function calculateQuotePrice(
  lp: PassiveLpSpec,
  direction: 1 | -1,
  indexPrice: number,
  inventoryQ: number,
  maxPrice: number,
): number {
  const shiftBps = -lp.skewBps * (inventoryQ / lp.maxPositionQ);
  const offset = (indexPrice * (shiftBps + (direction * lp.spreadBps) / 2)) / BPS;
  const price = indexPrice + (direction > 0 ? Math.ceil(offset) : Math.floor(offset));
  return Math.min(Math.max(price, 1), maxPrice);
}

/**
 * The offer for a taker who wants `wantedQ` > 0: bounded by the size and inventory limits, and by the LP's initial
 * margin after the fill whenever the fill does not simply reduce its position. Slippage in the LP's favour is not
 * counted (it starts in reserve), so that the engine hardly ever refuses the LP's side.
 */
export function calculateOffer(
  lp: PassiveLpSpec,
  risk: RiskParams,
  state: LpState,
  direction: 1 | -1,
  wantedQ: number,
  indexPrice: number,
): Offer {
  const inventory = state.positionQ;
  const price = calculateQuotePrice(lp, direction, indexPrice, inventory, risk.maxPrice);
  const room = Math.max(0, lp.maxPositionQ + direction * inventory);
  const most = Math.min(wantedQ, lp.maxTradeQ, room);
  const isAffordable = (sizeQ: number) =>
    isReduction(inventory, inventory - direction * sizeQ) ||
    meetsInitialMargin(risk, state, direction, sizeQ, indexPrice, price);
  if (most === 0 || isAffordable(most)) return { sizeQ: most, price };
  // The margin left falls with the size once the fill no longer reduces the position.
  let fits = Math.max(0, direction * inventory);
  let tooLarge = most;
  while (tooLarge - fits > 1) {
    const middle = Math.floor((fits + tooLarge) / 2);
    if (isAffordable(middle)) fits = middle;
    else tooLarge = middle;
  }
  return { sizeQ: fits, price };
}

function isReduction(before: number, after: number): boolean {
  return after === 0 || (Math.sign(after) === Math.sign(before) && Math.abs(after) < Math.abs(before));
}

function meetsInitialMargin(
  risk: RiskParams,
  state: LpState,
  direction: 1 | -1,
  sizeQ: number,
  indexPrice: number,
  price: number,
): boolean {
  const positionAfter = Math.abs(state.positionQ - direction * sizeQ);
  const notional = mulDivFloor(positionAfter, indexPrice, POS_SCALE);
  const margin = Math.max(mulDivFloor(notional, risk.initialBps, BPS), risk.minNonzeroImReq);
  const fee = mulDivCeil(mulDivFloor(sizeQ, price, POS_SCALE), Math.max(0, risk.makerFeeBps), BPS);
  const slippage = mulDivCeil(sizeQ, Math.max(0, direction * (indexPrice - price)), POS_SCALE);
  return state.initialEquityAtoms - fee - slippage >= margin;
}
