import { calculateKPnl, OUT_OF_ENVELOPE } from '../../engine/math/index.ts';
import { keepShape } from '../../engine/math/shape.ts';
import type { Account, Market } from '../../engine/risk/index.ts';
import {
  apply,
  calculateEffectivePosition,
  calculateResidual,
  LONG,
  POS_SCALE,
  SHORT,
} from '../../engine/risk/index.ts';

/** What one account would hold after settlement, quote atoms. */
export interface SettledAccount {
  /** Marked pnl that the account had not settled yet. */
  unsettled: number;
  capital: number;
  /** Signed; negative only if capital could not pay and a position is still open. */
  pnl: number;
  released: number;
}

keepShape<SettledAccount>({ unsettled: 0.5, capital: 0.5, pnl: 0.5, released: 0.5 });

/** The market after every account was settled: marks taken, losses paid, insurance drawn for flat losses. */
export interface SettledMarket {
  residual: number;
  insurance: number;
  /** Σ max(pnl, 0). */
  positive: number;
  /** Σ released; nothing matured on the way, except that without a warmup all profit is released. */
  matured: number;
}

/**
 * pnl the account has earned since its last settlement, at the K of the last accrual (design 01 §4); 0 if it leaves the
 * 53-bit envelope, because such an account is frozen and gets nothing.
 */
function calculateUnsettledPnl(market: Market, account: Account): number {
  const { basisQ } = account;
  if (basisQ === 0) return 0;
  const side = market.sides[basisQ > 0 ? LONG : SHORT];
  const k = account.epochSnap === side.epoch ? side.k : side.kEpochStart;
  try {
    return calculateKPnl(Math.abs(basisQ), account.kSnap, k, account.aBasis, POS_SCALE);
  } catch (error) {
    if (error === OUT_OF_ENVELOPE) return 0;
    throw error;
  }
}

/**
 * Settles every account on paper; nothing is converted or matured, so the result does not depend on the order
 * (design 04 §1). Reads the market only. `visit` sees each used account in index order.
 */
export function settleOnPaper(
  market: Market,
  visit?: (index: number, settled: SettledAccount, account: Account) => void,
): SettledMarket {
  const { warmupPeriodSlots, insuranceFloor } = market.params;
  let paid = 0;
  let flatDeficit = 0;
  let positive = 0;
  let matured = 0;
  let left = market.globals.usedAccounts;
  for (let index = 0; left > 0; index += 1) {
    const account = market.account(index);
    if (account === undefined) continue;
    left -= 1;
    const unsettled = calculateUnsettledPnl(market, account);
    let pnl = account.pnl + unsettled;
    const before = Math.max(account.pnl, 0);
    const gain = Math.max(pnl, 0);
    const reserved = warmupPeriodSlots === 0 ? 0 : Math.max(0, account.reservedPnl + (gain - before));
    const loss = Math.min(Math.max(0, -pnl), account.capital);
    pnl += loss;
    paid += loss;
    if (pnl < 0 && calculateEffectivePosition(market, account) === 0) {
      flatDeficit -= pnl;
      pnl = 0;
    }
    positive += gain;
    matured += gain - reserved;
    visit?.(index, { unsettled, capital: account.capital - loss, pnl, released: gain - reserved }, account);
  }
  const { insurance } = market.globals;
  const drawn = Math.min(flatDeficit, Math.max(0, insurance - insuranceFloor));
  return {
    residual: calculateResidual(market) + paid + drawn,
    insurance: insurance - drawn,
    positive,
    matured,
  };
}

/**
 * Runs `read` on the market accrued to (`slot`, `price`) and takes that back. If K cannot move there, `read` sees the
 * market as it is.
 */
export function atPrice<T>(market: Market, slot: number, price: number, read: () => T): T {
  const mark = market.journal.mark();
  const { fundingRate } = market.globals;
  apply(market, {
    op: 'keeperCrank',
    candidates: [],
    maxRevalidations: 0,
    oraclePrice: price,
    nowSlot: slot,
    fundingRate,
  });
  try {
    return read();
  } finally {
    market.journal.rollback(mark);
  }
}
