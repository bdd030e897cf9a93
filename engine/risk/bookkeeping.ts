import { floorDiv, requireSafe } from '../math/index.ts';
import type { Account } from './records.ts';
import type { Market } from './state.ts';

/**
 * The only writers of the fields that the totals sum: C_tot = ΣC, PNL⁺_tot = Σ max(pnl, 0) and its matured part
 * Σ released move here by exact deltas and nowhere else (design 01 §2). `account` must come from the journal.
 */

/** C of the account becomes `capital` ≥ 0. */
export function setCapital(market: Market, account: Account, capital: number): void {
  const g = market.journal.globalsMut();
  g.cTot = requireSafe(g.cTot + (capital - account.capital));
  account.capital = requireSafe(capital);
}

/** Adds `delta` to the insurance fund. */
export function addInsurance(market: Market, delta: number): void {
  const g = market.journal.globalsMut();
  g.insurance = requireSafe(g.insurance + delta);
}

/**
 * pnl becomes `pnl`, reserve first: an increase joins R whole, a decrease eats R before it touches released profit.
 * Restarts the warmup if R grew.
 */
export function setPnl(market: Market, account: Account, pnl: number): void {
  const g = market.journal.globalsMut();
  requireSafe(pnl);
  const before = Math.max(account.pnl, 0);
  const after = Math.max(pnl, 0);
  const reservedBefore = account.reservedPnl;
  const reserved =
    after > before ? reservedBefore + (after - before) : Math.max(0, reservedBefore - (before - after));
  g.pnlPosTot = requireSafe(g.pnlPosTot + (after - before));
  g.pnlMaturedPosTot = requireSafe(g.pnlMaturedPosTot + (after - reserved - (before - reservedBefore)));
  account.reservedPnl = reserved;
  account.pnl = pnl;
  if (reserved > reservedBefore) restartWarmup(market, account);
}

/** R becomes `reserved` ≤ R; the difference matures. */
export function setReserved(market: Market, account: Account, reserved: number): void {
  const g = market.journal.globalsMut();
  g.pnlMaturedPosTot = requireSafe(g.pnlMaturedPosTot + (account.reservedPnl - reserved));
  account.reservedPnl = reserved;
}

/** Takes 0 < x ≤ released out of pnl and both totals; R stays (a `setPnl` would eat the reserve instead). */
export function consumeReleased(market: Market, account: Account, x: number): void {
  const g = market.journal.globalsMut();
  account.pnl -= x;
  g.pnlPosTot -= x;
  g.pnlMaturedPosTot -= x;
}

/** released = max(pnl, 0) − R. */
export function calculateReleased(account: Account): number {
  return Math.max(account.pnl, 0) - account.reservedPnl;
}

/** fee_debt = −fee_credits ≥ 0. */
export function calculateFeeDebt(account: Account): number {
  return 0 - account.feeCredits;
}

/** W: the clock on which profit matures (design 01 §6 and §12). */
export function warmupNow(market: Market): number {
  const g = market.globals;
  return market.params.adaptiveWarmup === null ? g.currentSlot : g.warmupClock;
}

/** The warmup after R grew: new profit never inherits old progress (design 01 §6). */
function restartWarmup(market: Market, account: Account): void {
  const period = market.params.warmupPeriodSlots;
  if (period === 0) setReserved(market, account, 0);
  account.warmupSlope = account.reservedPnl === 0 ? 0 : Math.max(1, floorDiv(account.reservedPnl, period));
  account.warmupStart = warmupNow(market);
}
