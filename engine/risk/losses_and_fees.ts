import { mulDivCeil, requireSafe } from '../math/index.ts';
import { addInsurance, calculateFeeDebt, consumeReleased, setCapital, setPnl } from './bookkeeping.ts';
import { BPS } from './constants.ts';
import { EventKind } from './events.ts';
import { calculateNotional } from './margin.ts';
import type { Account } from './records.ts';
import { calculateHaircutValue } from './solvency.ts';
import type { Market } from './state.ts';

/** Capital pays negative pnl as far as it goes (design 01 §7). */
export function settleLosses(market: Market, index: number, account: Account): void {
  if (account.pnl >= 0 || account.capital === 0) return;
  const paid = Math.min(-account.pnl, account.capital);
  setCapital(market, account, account.capital - paid);
  setPnl(market, account, account.pnl + paid);
  market.sink?.emit(EventKind.LossPaid, index, paid);
}

/** Insurance above its floor pays up to `deficit` of the subject; returns what it did not pay. */
export function drawInsurance(market: Market, index: number, deficit: number): number {
  const available = Math.max(0, market.globals.insurance - market.params.insuranceFloor);
  const paid = Math.min(deficit, available);
  if (paid > 0) {
    addInsurance(market, 0 - paid);
    market.sink?.emit(EventKind.InsurancePaid, index, paid);
  }
  return deficit - paid;
}

/** A flat account's remaining negative pnl: insurance pays what it can, the rest is uninsured. */
export function resolveFlatLoss(market: Market, index: number, account: Account): void {
  const deficit = 0 - account.pnl;
  const uninsured = drawInsurance(market, index, deficit);
  if (uninsured > 0) market.sink?.emit(EventKind.Uninsured, index, uninsured);
  setPnl(market, account, 0);
  market.sink?.emit(EventKind.DeficitCleared, index, deficit, 0);
}

/** Turns 0 < x ≤ released into floor(x·h) of capital, with h taken before (design 01 §7). */
export function convertReleased(
  market: Market,
  index: number,
  account: Account,
  x: number,
  automatic: 0 | 1,
): void {
  const credited = calculateHaircutValue(market, x);
  consumeReleased(market, account, x);
  setCapital(market, account, account.capital + credited);
  market.sink?.emit(EventKind.Converted, index, x, credited, automatic);
}

/** Capital pays fee debt as far as it goes. */
export function sweepFeeDebt(market: Market, index: number, account: Account): void {
  const paid = Math.min(calculateFeeDebt(account), account.capital);
  if (paid === 0) return;
  setCapital(market, account, account.capital - paid);
  account.feeCredits += paid;
  addInsurance(market, paid);
  market.sink?.emit(EventKind.FeeDebtPaid, index, paid, 1);
}

/** Charges a fee ≥ 0 to capital, the shortfall to fee debt; returns what capital paid. Never touches pnl. */
export function chargeFee(
  market: Market,
  index: number,
  account: Account,
  fee: number,
  feeKind: number,
): number {
  if (fee === 0) return 0;
  const paid = Math.min(fee, account.capital);
  if (paid > 0) {
    setCapital(market, account, account.capital - paid);
    addInsurance(market, paid);
  }
  account.feeCredits = requireSafe(account.feeCredits - (fee - paid));
  market.sink?.emit(EventKind.FeeCharged, index, paid, fee - paid, feeKind);
  return paid;
}

/** Moves x ≤ I from the insurance fund to capital: a maker rebate or a keeper reward. */
export function payFromInsurance(
  market: Market,
  index: number,
  account: Account,
  x: number,
  kind: EventKind,
): void {
  if (x === 0) return;
  addInsurance(market, 0 - x);
  setCapital(market, account, account.capital + x);
  market.sink?.emit(kind, index, x);
}

/** ceil(trade_notional·bps/10 000): rounds against the trader. */
export function calculateTradingFee(notional: number, feeBps: number): number {
  return mulDivCeil(notional, feeBps, BPS);
}

/** min(max(ceil(notional·bps/10 000), smallest fee), cap), 0 for nothing closed (design 01 §7). */
export function calculateLiquidationFee(market: Market, closeQ: number): number {
  if (closeQ === 0) return 0;
  const { liquidationFeeBps, minLiquidationAbs, liquidationFeeCap } = market.params;
  const notional = calculateNotional(closeQ, market.globals.priceLast);
  const fee = Math.max(mulDivCeil(notional, liquidationFeeBps, BPS), minLiquidationAbs);
  return Math.min(fee, liquidationFeeCap);
}
