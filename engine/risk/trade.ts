import { calculateSumSign, mulDivFloor, mulDivFloorSigned, requireSafe } from '../math/index.ts';
import { widenFields } from '../math/shape.ts';
import { setPnl } from './bookkeeping.ts';
import { BPS, MAX_POSITION_ABS_Q, POS_SCALE } from './constants.ts';
import { type RiskErrorName, reject } from './errors.ts';
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
import { Account, LONG, Mode, SHORT, type Side } from './records.ts';
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

// Written anew by each trade; two objects a trade would cost a twentieth of it.
const createParty = (): Party => ({
  index: 0,
  account: new Account(),
  before: 0,
  after: 0,
  equityBefore: 0,
  marginBefore: 0,
  fee: 0,
});
const BUYING = createParty();
const SELLING = createParty();
for (const party of [BUYING, SELLING]) {
  widenFields(party, ['before', 'after', 'equityBefore', 'marginBefore', 'fee']);
}

function openParty(market: Market, party: Party, index: number, account: Account, change: number): void {
  const before = calculateEffectivePosition(market, account);
  const after = before + change;
  party.index = index;
  party.account = account;
  party.before = before;
  party.after = after;
  party.fee = 0;
  if (Math.abs(after) > MAX_POSITION_ABS_Q) reject('Overflow');
  calculateNotional(after, market.globals.priceLast);
}

function recordHealth(market: Market, party: Party): void {
  const { account } = party;
  party.equityBefore = calculateEquityMaintenance(account);
  party.marginBefore = calculateMaintenanceMargin(market, account, party.before);
}

/** Open interest of the long side after the trade, from the old and new components of both accounts. */
function calculateLongOi(side: Side, a: Party, b: Party): number {
  const others = side.oiEff - Math.max(a.before, 0) - Math.max(b.before, 0);
  if (others < 0) reject('CorruptState');
  return requireSafe(others + Math.max(a.after, 0) + Math.max(b.after, 0));
}

/** The same of the short side. */
function calculateShortOi(side: Side, a: Party, b: Party): number {
  const others = side.oiEff + Math.min(a.before, 0) + Math.min(b.before, 0);
  if (others < 0) reject('CorruptState');
  return requireSafe(others - Math.min(a.after, 0) - Math.min(b.after, 0));
}

const isOpen = (side: Side, candidateOi: number) => candidateOi <= side.oiEff || side.mode === Mode.Normal;

/**
 * Executes a validated trade on accrued state (design 01 §10, execute_trade from the touches to the margins). The maker's
 * fee is an argument: a slab may refuse a rebate (design 02 §1).
 */
export function executeOnAccrued(
  market: Market,
  trade: ExecuteTrade,
  notional: number,
  makerFeeBps: number,
): RiskErrorName | null {
  const { buyer, seller, sizeQ, oraclePrice, executionPrice } = trade;
  const [long, short] = market.sides;
  const report = market.trade;
  report.fault = 'buyer';
  const buying = touchAccount(market, buyer);
  report.fault = 'seller';
  const selling = touchAccount(market, seller);
  report.fault = 'none';
  const a = BUYING;
  const b = SELLING;
  openParty(market, a, buyer, buying, sizeQ);
  openParty(market, b, seller, selling, 0 - sizeQ);
  recordHealth(market, a);
  recordHealth(market, b);
  finalizeReadySides(market);
  const oiLong = calculateLongOi(long, a, b);
  const oiShort = calculateShortOi(short, a, b);
  report.fault = 'buyer';
  if (!isOpen(long, oiLong)) return 'SideBlocked';
  report.fault = 'seller';
  if (!isOpen(short, oiShort)) return 'SideBlocked';
  report.fault = 'none';
  applySlippage(market, a, b, mulDivFloorSigned(oraclePrice - executionPrice, sizeQ, POS_SCALE));
  report.fault = 'buyer';
  attach(market, buyer, buying, a.after);
  report.fault = 'seller';
  attach(market, seller, selling, b.after);
  report.fault = 'none';
  const { maxOiQ } = market.params;
  if (oiLong > maxOiQ || oiShort > maxOiQ) return 'Overflow';
  market.journal.sideMut(LONG).oiEff = oiLong;
  market.journal.sideMut(SHORT).oiEff = oiShort;
  market.sink?.emit(EventKind.Traded, buyer, sizeQ, seller, executionPrice);
  report.fault = 'buyer';
  settleLosses(market, buyer, buying);
  report.fault = 'seller';
  settleLosses(market, seller, selling);
  report.fault = 'none';
  chargeTradingFees(market, trade.maker, makerFeeBps, a, b, notional);
  report.fault = 'buyer';
  if (!isMarginKept(market, a)) return 'Undercollateralized';
  report.fault = 'seller';
  if (!isMarginKept(market, b)) return 'Undercollateralized';
  report.fault = 'none';
  return null;
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
  market.trade.fault = 'none';
}

/** A maker's rebate comes out of what the taker's capital paid, so the taker is charged first. */
function chargeTradingFees(
  market: Market,
  maker: ExecuteTrade['maker'],
  makerFeeBps: number,
  a: Party,
  b: Party,
  notional: number,
): void {
  const { tradingFeeBps } = market.params;
  const report = market.trade;
  if (maker === undefined || makerFeeBps >= 0) {
    report.fault = 'buyer';
    const buyerPaid = charge(market, a, notional, maker === 'buyer' ? makerFeeBps : tradingFeeBps);
    report.fault = 'seller';
    const sellerPaid = charge(market, b, notional, maker === 'seller' ? makerFeeBps : tradingFeeBps);
    report.fault = 'none';
    if (maker !== undefined) report.takerPaid = maker === 'buyer' ? sellerPaid : buyerPaid;
    return;
  }
  const making = maker === 'buyer' ? a : b;
  report.fault = maker === 'buyer' ? 'seller' : 'buyer';
  report.takerPaid = charge(market, maker === 'buyer' ? b : a, notional, tradingFeeBps);
  report.fault = 'none';
  const rebate = Math.min(mulDivFloor(notional, 0 - makerFeeBps, BPS), report.takerPaid);
  report.fault = maker;
  payFromInsurance(market, making.index, making.account, rebate, EventKind.MakerRebated);
  report.fault = 'none';
  making.fee = 0 - rebate;
  report.rebate = rebate;
}

function charge(market: Market, party: Party, notional: number, feeBps: number): number {
  party.fee = calculateTradingFee(notional, feeBps);
  return chargeFee(market, party.index, party.account, party.fee, FeeKind.Trading);
}

/** Post-trade margin of one account (design 01 §10, last paragraph). */
function isMarginKept(market: Market, party: Party): boolean {
  const { account, before, after } = party;
  if (after === 0) return calculateEquityMaintenance(account) >= 0;
  if (before === 0 || before > 0 !== after > 0 || Math.abs(after) > Math.abs(before)) {
    return isInitialHealthy(market, account, after);
  }
  return isMaintenanceHealthy(market, account, after) || isRelieved(market, party);
}

/** Strictly reducing: allowed if, this trade's fee aside, neither the buffer nor the debt got worse. */
function isRelieved(market: Market, { account, after, fee, equityBefore, marginBefore }: Party): boolean {
  const equity = calculateEquityMaintenance(account);
  const margin = calculateMaintenanceMargin(market, account, after);
  const better = calculateSumSign(equity, fee, 0 - margin, 0 - equityBefore, marginBefore) > 0;
  const shortfallKept =
    equity + fee >= 0 || calculateSumSign(equity, fee, 0, 0 - Math.min(equityBefore, 0), 0) >= 0;
  return better && shortfallKept;
}
