import { requireSafe } from '../math/index.ts';
import { addInsurance, calculateFeeDebt, setCapital, warmupNow } from './bookkeeping.ts';
import type { RiskErrorName } from './errors.ts';
import { EventKind } from './events.ts';
import type { CloseAccount, Reclaim, SetHedge } from './instructions.ts';
import { touchAccount } from './liquidation.ts';
import { type Account, resetAccount } from './records.ts';
import type { Market } from './state.ts';
import { advance, end, isPriceValid, isTimeValid, payOut } from './steps.ts';

/** Takes a free slot, which the journal has handed out for writing. */
export function createAccount(market: Market, account: Account): void {
  resetAccount(account);
  account.used = true;
  account.warmupStart = warmupNow(market);
  account.lastFeeSlot = market.globals.currentSlot;
  market.journal.globalsMut().usedAccounts += 1;
}

function freeAccount(market: Market, account: Account): void {
  resetAccount(account);
  account.used = false;
  market.journal.globalsMut().usedAccounts -= 1;
}

function forgiveDebt(market: Market, index: number, account: Account): void {
  const debt = calculateFeeDebt(account);
  if (debt === 0) return;
  account.feeCredits = 0;
  market.sink?.emit(EventKind.FeeDebtForgiven, index, debt);
}

/** Frees the slot of an account that is worth less than the smallest deposit. */
export function applyReclaim(market: Market, { account: index }: Reclaim): RiskErrorName | null {
  if (market.account(index) === undefined) return 'AccountNotFound';
  const account = market.journal.accountMut(index);
  const reclaimable =
    account.capital < market.params.minInitialDeposit &&
    account.pnl === 0 &&
    account.reservedPnl === 0 &&
    account.basisQ === 0 &&
    account.feeCredits <= 0;
  if (!reclaimable) return 'Undercollateralized';
  const dust = account.capital;
  setCapital(market, account, 0);
  addInsurance(market, dust);
  forgiveDebt(market, index, account);
  freeAccount(market, account);
  market.sink?.emit(EventKind.Reclaimed, index, dust);
  return null;
}

/** Pays a flat account out and frees its slot. */
export function applyClose(market: Market, ix: CloseAccount): RiskErrorName | null {
  const { account: index } = ix;
  if (market.account(index) === undefined) return 'AccountNotFound';
  if (!isTimeValid(market, ix.nowSlot) || !isPriceValid(market, ix.oraclePrice)) return 'Overflow';
  advance(market, ix);
  const account = touchAccount(market, index);
  if (account.basisQ !== 0) return 'Undercollateralized';
  if (account.pnl > 0) return 'PnlNotWarmedUp';
  if (account.pnl < 0) return 'Undercollateralized';
  forgiveDebt(market, index, account);
  payOut(market, index, account, account.capital);
  const refused = end(market, ix.fundingRate);
  if (refused !== null) return refused;
  freeAccount(market, account);
  market.sink?.emit(EventKind.Closed, index);
  return null;
}

/** The router's hedge credit. */
export function applySetHedge(
  market: Market,
  { account: index, net, gross }: SetHedge,
): RiskErrorName | null {
  if (market.account(index) === undefined) return 'AccountNotFound';
  if (!(net >= 0 && gross > 0 && net <= gross)) return 'Overflow';
  requireSafe(gross);
  const account = market.journal.accountMut(index);
  // A flat account keeps 1/1: a credit belongs to the position it was computed for.
  if (account.basisQ === 0) return null;
  account.hedgeNet = net;
  account.hedgeGross = gross;
  return null;
}
