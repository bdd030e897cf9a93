import { mulDivCeil, mulDivFloor } from '../math/index.ts';
import { BPS, POS_SCALE } from './constants.ts';
import type { Account } from './records.ts';
import { calculateEquityInitial, calculateEquityMaintenance } from './solvency.ts';
import type { Market } from './state.ts';

/** floor(|q|·price/POS_SCALE) in quote atoms; Overflow outside the envelope. */
export function calculateNotional(positionQ: number, price: number): number {
  return mulDivFloor(Math.abs(positionQ), price, POS_SCALE);
}

/** MM of a position (design 01 §8, hedge credit §12) at the last accrued price; 0 when flat. */
export function calculateMaintenanceMargin(market: Market, account: Account, positionQ: number): number {
  return positionQ === 0
    ? 0
    : calculateMaintenanceOf(market, account, calculateNotional(positionQ, market.globals.priceLast));
}

function calculateMaintenanceOf(market: Market, account: Account, notional: number): number {
  const { maintenanceBps, minNonzeroMmReq, maxHedgeCreditMmBps } = market.params;
  const plain = Math.max(mulDivFloor(notional, maintenanceBps, BPS), minNonzeroMmReq);
  if (account.hedgeNet === account.hedgeGross) return plain;
  return Math.max(
    mulDivCeil(plain, account.hedgeNet, account.hedgeGross),
    plain - mulDivFloor(plain, maxHedgeCreditMmBps, BPS),
    minNonzeroMmReq,
  );
}

/** IM of a position (design 01 §8, hedge credit §12) at the last accrued price; 0 when flat. */
export function calculateInitialMargin(market: Market, account: Account, positionQ: number): number {
  if (positionQ === 0) return 0;
  const { initialBps, minNonzeroImReq } = market.params;
  const notional = calculateNotional(positionQ, market.globals.priceLast);
  const plain = Math.max(mulDivFloor(notional, initialBps, BPS), minNonzeroImReq);
  if (account.hedgeNet === account.hedgeGross) return plain;
  return Math.max(
    mulDivCeil(plain, account.hedgeNet, account.hedgeGross),
    minNonzeroImReq,
    Math.min(plain, calculateMaintenanceOf(market, account, notional) + 1),
  );
}

/** eq_net = max(0, eq_maint) > MM. */
export function isMaintenanceHealthy(market: Market, account: Account, positionQ: number): boolean {
  return (
    Math.max(0, calculateEquityMaintenance(account)) > calculateMaintenanceMargin(market, account, positionQ)
  );
}

/** eq_init − `withheld` ≥ IM. */
export function isInitialHealthy(market: Market, account: Account, positionQ: number, withheld = 0): boolean {
  return (
    calculateEquityInitial(market, account) - withheld >= calculateInitialMargin(market, account, positionQ)
  );
}
