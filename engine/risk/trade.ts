import { calculateSumSign, mulDivFloor, mulDivFloorSigned, requireSafe } from '../math/index.ts';
import { setPnl } from './bookkeeping.ts';
import { BPS, MAX_POSITION_ABS_Q, POS_SCALE } from './constants.ts';
import { reject } from './errors.ts';
import { EventKind, FeeKind } from './events.ts';
import type { ExecuteTrade } from './instructions.ts';
import { touchAccount } from './liquidation.ts';
import { calculateTradingFee, chargeFee, payFromInsurance, settleLosses } from './losses_and_fees.ts';
import {
  calculateMaintenanceMargin,
  calculateNotional,
  isInitialHealthy,
  isMaintenanceHealthy,
} from './margin.ts';
import { type Account, LONG, Mode, SHORT, type Side } from './records.ts';
import { finalizeReadySides } from './resets.ts';
import { attach, calculateEffectivePosition } from './side_index.ts';
import { calculateEquityMaintenance } from './solvency.ts';
import type { Market } from './state.ts';

/** One account's part in a trade: what it had before, and what it pays. */
interface Party {
  index: number;
  account: Account;
  before: number;
  after: number;
  equityBefore: number;
  marginBefore: number;
  /** Signed: negative when the account received a rebate. */
  fee: number;
}

const longPart = (q: number) => (q > 0 ? q : 0);
const shortPart = (q: number) => (q < 0 ? 0 - q : 0);

function createParty(market: Market, index: number, account: Account, change: number): Party {
  const before = calculateEffectivePosition(market, account);
  const after = before + change;
  if (Math.abs(after) > MAX_POSITION_ABS_Q) reject('Overflow');
  calculateNotional(after, market.globals.priceLast);
  return { index, account, before, after, equityBefore: 0, marginBefore: 0, fee: 0 };
}

function recordHealth(market: Market, party: Party): void {
  party.equityBefore = calculateEquityMaintenance(party.account);
  party.marginBefore = calculateMaintenanceMargin(market, party.account, party.before);
}

/** Open interest of a side after the trade, from the old and new components of both accounts. */
function calculateCandidateOi(side: Side, part: (q: number) => number, a: Party, b: Party): number {
  const others = side.oiEff - part(a.before) - part(b.before);
  if (others < 0) reject('CorruptState');
  return requireSafe(others + part(a.after) + part(b.after));
}

function requireOpen(side: Side, candidateOi: number): void {
  if (candidateOi > side.oiEff && side.mode !== Mode.Normal) reject('SideBlocked');
}

/**
 * Executes a validated trade on accrued state (design 01 §10, execute_trade from the touches to the margins). The maker's
 * fee is an argument: a slab may refuse a rebate (design 02 §1). `market.trade` says what came of it.
 */
export function executeOnAccrued(
  market: Market,
  trade: ExecuteTrade,
  notional: number,
  makerFeeBps: number,
): void {
  const { buyer, seller, sizeQ, oraclePrice, executionPrice } = trade;
  const report = market.trade;
  report.fault = 'buyer';
  const buying = touchAccount(market, buyer);
  report.fault = 'seller';
  const selling = touchAccount(market, seller);
  report.fault = 'none';
  const a = createParty(market, buyer, buying, sizeQ);
  const b = createParty(market, seller, selling, 0 - sizeQ);
  recordHealth(market, a);
  recordHealth(market, b);
  finalizeReadySides(market);
  const oiLong = calculateCandidateOi(market.sides[LONG], longPart, a, b);
  const oiShort = calculateCandidateOi(market.sides[SHORT], shortPart, a, b);
  report.fault = 'buyer';
  requireOpen(market.sides[LONG], oiLong);
  report.fault = 'seller';
  requireOpen(market.sides[SHORT], oiShort);
  report.fault = 'none';
  applySlippage(market, a, b, mulDivFloorSigned(oraclePrice - executionPrice, sizeQ, POS_SCALE));
  report.fault = 'buyer';
  attach(market, buyer, buying, a.after);
  report.fault = 'seller';
  attach(market, seller, selling, b.after);
  report.fault = 'none';
  const { maxOiQ } = market.params;
  if (oiLong > maxOiQ || oiShort > maxOiQ) reject('Overflow');
  market.journal.sideMut(LONG).oiEff = oiLong;
  market.journal.sideMut(SHORT).oiEff = oiShort;
  market.sink?.emit(EventKind.Traded, buyer, sizeQ, seller, executionPrice);
  report.fault = 'buyer';
  settleLosses(market, buyer, buying);
  report.fault = 'seller';
  settleLosses(market, seller, selling);
  chargeTradingFees(market, trade, a, b, notional, makerFeeBps);
  report.fault = 'buyer';
  requireMargin(market, a);
  report.fault = 'seller';
  requireMargin(market, b);
  report.fault = 'none';
}

/** Trading away from the oracle price pays one side what it costs the other, to the atom. */
function applySlippage(market: Market, a: Party, b: Party, gain: number): void {
  if (gain === 0) return;
  market.trade.fault = 'buyer';
  setPnl(market, a.account, requireSafe(a.account.pnl + gain));
  market.sink?.emit(EventKind.TradePnl, a.index, gain);
  market.trade.fault = 'seller';
  setPnl(market, b.account, requireSafe(b.account.pnl - gain));
  market.sink?.emit(EventKind.TradePnl, b.index, 0 - gain);
}

/** A maker's rebate comes out of what the taker's capital paid, so the taker is charged first. */
function chargeTradingFees(
  market: Market,
  trade: ExecuteTrade,
  a: Party,
  b: Party,
  notional: number,
  makerFeeBps: number,
): void {
  const report = market.trade;
  const { maker } = trade;
  const takerFeeBps = market.params.tradingFeeBps;
  if (maker === undefined || makerFeeBps >= 0) {
    report.fault = 'buyer';
    const buyerPaid = charge(market, a, notional, maker === 'buyer' ? makerFeeBps : takerFeeBps);
    report.fault = 'seller';
    const sellerPaid = charge(market, b, notional, maker === 'seller' ? makerFeeBps : takerFeeBps);
    report.takerPaid = maker === 'buyer' ? sellerPaid : maker === 'seller' ? buyerPaid : 0;
    report.rebate = 0;
    return;
  }
  const isBuying = maker === 'buyer';
  report.fault = isBuying ? 'seller' : 'buyer';
  const paid = charge(market, isBuying ? b : a, notional, takerFeeBps);
  report.fault = 'none';
  const rebate = Math.min(mulDivFloor(notional, 0 - makerFeeBps, BPS), paid);
  report.fault = maker;
  const rewarded = isBuying ? a : b;
  payFromInsurance(market, rewarded.index, rewarded.account, rebate, EventKind.MakerRebated);
  rewarded.fee = 0 - rebate;
  report.takerPaid = paid;
  report.rebate = rebate;
}

/** Returns what capital paid. */
function charge(market: Market, party: Party, notional: number, feeBps: number): number {
  party.fee = calculateTradingFee(notional, feeBps);
  return chargeFee(market, party.index, party.account, party.fee, FeeKind.Trading);
}

/** Post-trade margin of one account (design 01 §10, last paragraph). */
function requireMargin(market: Market, party: Party): void {
  const { account, before, after, fee } = party;
  if (after === 0) {
    if (calculateEquityMaintenance(account) < 0) reject('Undercollateralized');
    return;
  }
  const flips = before > 0 !== after > 0;
  if (before === 0 || flips || Math.abs(after) > Math.abs(before)) {
    if (!isInitialHealthy(market, account, after)) reject('Undercollateralized');
    return;
  }
  if (isMaintenanceHealthy(market, account, after)) return;
  // Strictly reducing: allowed if, this trade's fee aside, neither the buffer nor the debt got worse.
  const equity = calculateEquityMaintenance(account);
  const margin = calculateMaintenanceMargin(market, account, after);
  const better = calculateSumSign(equity, fee, 0 - margin, 0 - party.equityBefore, party.marginBefore) > 0;
  const shortfallKept =
    equity + fee >= 0 || calculateSumSign(equity, fee, 0, 0 - Math.min(party.equityBefore, 0), 0) >= 0;
  if (!better || !shortfallKept) reject('Undercollateralized');
}
