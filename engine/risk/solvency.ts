import { mulDivFloor, requireSafe } from '../math/index.ts';
import { calculateFeeDebt, calculateReleased } from './bookkeeping.ts';
import type { Account } from './records.ts';
import type { Market } from './state.ts';

/** residual = max(0, V − C_tot − I): what the vault holds beyond principal and insurance. */
export function calculateResidual(market: Market): number {
  const g = market.globals;
  return Math.max(0, g.vault - g.cTot - g.insurance);
}

/** Numerator of h = min(residual, matured)/matured; h is 1 when nothing has matured (design 01 §3). */
export function calculateHaircutNumerator(market: Market): number {
  return Math.min(calculateResidual(market), market.globals.pnlMaturedPosTot);
}

/** floor(x·h): what x of released profit is worth now. Flooring each claim keeps Σ ≤ residual. */
export function calculateHaircutValue(market: Market, x: number): number {
  const claims = market.globals.pnlMaturedPosTot;
  const backed = calculateHaircutNumerator(market);
  return x === 0 || backed === claims ? x : mulDivFloor(x, backed, claims);
}

/**
 * eq_maint = C + pnl − fee_debt, exact and signed; Overflow outside the envelope. The order of the additions keeps
 * each partial sum exact or beyond the bound already.
 */
export function calculateEquityMaintenance(account: Account): number {
  const debt = calculateFeeDebt(account);
  const { capital, pnl } = account;
  return requireSafe(pnl > 0 ? pnl - debt + capital : capital + pnl - debt);
}

/** eq_init = C + min(pnl, 0) + effective_pnl − fee_debt, exact and signed; Overflow outside the envelope. */
export function calculateEquityInitial(market: Market, account: Account): number {
  const effective = calculateHaircutValue(market, calculateReleased(account));
  return requireSafe(account.capital + Math.min(account.pnl, 0) + (effective - calculateFeeDebt(account)));
}
