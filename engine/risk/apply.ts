import { mulDivFloor, OUT_OF_ENVELOPE, requireSafe } from '../math/index.ts';
import { addInsurance, calculateFeeDebt, calculateReleased, setCapital, warmupNow } from './bookkeeping.ts';
import { MAX_ABS_FUNDING_BPS_PER_SLOT, MAX_TRADE_SIZE_Q, POS_SCALE } from './constants.ts';
import { Rejection, type RiskErrorName, reject } from './errors.ts';
import { EventKind } from './events.ts';
import type {
  CloseAccount,
  ConvertReleased,
  Deposit,
  DepositFeeCredits,
  ExecuteTrade,
  KeeperCrank,
  Liquidate,
  Reclaim,
  RiskInstruction,
  SetHedge,
  SettleAccount,
  TopUpInsurance,
  Withdraw,
} from './instructions.ts';
import { isHintValid, isLiquidatable, liquidateTouched, touchAccount } from './liquidation.ts';
import { convertReleased, settleLosses, sweepFeeDebt } from './losses_and_fees.ts';
import { isInitialHealthy, isMaintenanceHealthy } from './margin.ts';
import { type Account, LONG, resetAccount, SHORT } from './records.ts';
import { hasResetFlag, scheduleResets } from './resets.ts';
import { accrue, calculateEffectivePosition } from './side_index.ts';
import type { Market } from './state.ts';
import { executeOnAccrued } from './trade.ts';

/**
 * Applies one instruction to the market (design 01 §10). Returns null, or the name of the error; then the state, the
 * totals and the event stream are as they were before.
 */
export function apply(market: Market, instruction: RiskInstruction): RiskErrorName | null {
  const mark = market.journal.mark();
  market.resetFlags[LONG] = false;
  market.resetFlags[SHORT] = false;
  try {
    dispatch(market, instruction);
    market.journal.release(mark);
    return null;
  } catch (error) {
    market.journal.rollback(mark);
    if (error instanceof Rejection) return error.name;
    if (error === OUT_OF_ENVELOPE) return 'Overflow';
    throw error;
  }
}

function dispatch(market: Market, instruction: RiskInstruction): void {
  switch (instruction.op) {
    case 'executeTrade':
      applyTrade(market, instruction);
      break;
    case 'settleAccount':
      applySettle(market, instruction);
      break;
    case 'keeperCrank':
      applyCrank(market, instruction);
      break;
    case 'withdraw':
      applyWithdraw(market, instruction);
      break;
    case 'deposit':
      applyDeposit(market, instruction);
      break;
    case 'liquidate':
      applyLiquidate(market, instruction);
      break;
    case 'convertReleased':
      applyConvert(market, instruction);
      break;
    case 'depositFeeCredits':
      applyDepositFeeCredits(market, instruction);
      break;
    case 'topUpInsurance':
      applyTopUp(market, instruction);
      break;
    case 'reclaim':
      applyReclaim(market, instruction);
      break;
    case 'closeAccount':
      applyClose(market, instruction);
      break;
    case 'setHedge':
      applySetHedge(market, instruction);
      break;
  }
}

function requirePrice(market: Market, price: number): void {
  if (!(price > 0 && price <= market.params.maxPrice)) reject('Overflow');
}

function requireUsed(market: Market, index: number): void {
  if (market.account(index) === undefined) reject('AccountNotFound');
}

function requireTime(market: Market, nowSlot: number): void {
  const { currentSlot, slotLast } = market.globals;
  if (nowSlot < currentSlot || nowSlot < slotLast) reject('Overflow');
}

/** Amounts arrive as unsigned words on chain; a negative one is out of bounds. */
function requireAmount(amount: number): void {
  if (!(amount >= 0)) reject('Overflow');
}

function setCurrentSlot(market: Market, nowSlot: number): void {
  market.journal.globalsMut().currentSlot = requireSafe(nowSlot);
}

/** Accrues to the oracle price and makes `nowSlot` current. */
function advance(market: Market, nowSlot: number, price: number): void {
  accrue(market, nowSlot, price);
  setCurrentSlot(market, nowSlot);
}

/** Resets, then the caller's funding rate: the end of each instruction that may move K or positions. */
function end(market: Market, fundingRate: number): void {
  scheduleResets(market);
  if (!(Math.abs(fundingRate) <= MAX_ABS_FUNDING_BPS_PER_SLOT)) reject('Overflow');
  market.journal.globalsMut().fundingRate = fundingRate;
  if (market.sides[LONG].oiEff !== market.sides[SHORT].oiEff) reject('CorruptState');
}

/** V moves by `delta`; the vault cap is the envelope. */
function addVault(market: Market, delta: number): void {
  const g = market.journal.globalsMut();
  g.vault = requireSafe(g.vault + delta);
}

function applyDeposit(market: Market, { account: index, amount, nowSlot }: Deposit): void {
  requireAmount(amount);
  requireTime(market, nowSlot);
  const missing = market.account(index) === undefined;
  if (missing) {
    if (amount < market.params.minInitialDeposit) reject('InsufficientBalance');
    if (!(index >= 0 && index < market.maxSlots)) reject('AccountNotFound');
    if (market.globals.usedAccounts >= market.params.maxAccounts) reject('Overflow');
  }
  addVault(market, amount);
  setCurrentSlot(market, nowSlot);
  const account = missing ? createAccount(market, index) : market.journal.accountMut(index);
  setCapital(market, account, account.capital + amount);
  market.sink?.emit(EventKind.Deposited, index, amount, missing ? 1 : 0);
  settleLosses(market, index, account);
  if (account.basisQ === 0 && account.pnl >= 0) sweepFeeDebt(market, index, account);
}

function createAccount(market: Market, index: number): Account {
  const account = market.journal.accountMut(index);
  resetAccount(account);
  account.used = true;
  account.warmupStart = warmupNow(market);
  account.lastFeeSlot = market.globals.currentSlot;
  market.journal.globalsMut().usedAccounts += 1;
  return account;
}

function freeAccount(market: Market, account: Account): void {
  resetAccount(account);
  account.used = false;
  market.journal.globalsMut().usedAccounts -= 1;
}

function applyDepositFeeCredits(market: Market, ix: DepositFeeCredits): void {
  requireAmount(ix.amount);
  const found = market.account(ix.account);
  if (found === undefined || ix.nowSlot < market.globals.currentSlot) reject('Unauthorized');
  const paid = Math.min(ix.amount, calculateFeeDebt(found));
  if (paid === 0) return;
  addVault(market, paid);
  addInsurance(market, paid);
  market.journal.accountMut(ix.account).feeCredits += paid;
  setCurrentSlot(market, ix.nowSlot);
  market.sink?.emit(EventKind.FeeDebtPaid, ix.account, paid, 0);
}

function applyTopUp(market: Market, { amount, nowSlot }: TopUpInsurance): void {
  requireAmount(amount);
  if (nowSlot < market.globals.currentSlot) reject('Overflow');
  addVault(market, amount);
  addInsurance(market, amount);
  setCurrentSlot(market, nowSlot);
  market.sink?.emit(EventKind.InsuranceToppedUp, -1, amount);
}

/** price; missing; time; accrual; touch: the opening shared by the owner's instructions. */
function openOwn(market: Market, ix: SettleAccount | Withdraw | ConvertReleased): Account {
  requirePrice(market, ix.oraclePrice);
  requireUsed(market, ix.account);
  requireTime(market, ix.nowSlot);
  advance(market, ix.nowSlot, ix.oraclePrice);
  return touchAccount(market, ix.account);
}

function applySettle(market: Market, ix: SettleAccount): void {
  openOwn(market, ix);
  end(market, ix.fundingRate);
}

function applyWithdraw(market: Market, ix: Withdraw): void {
  requireAmount(ix.amount);
  const account = openOwn(market, ix);
  const { account: index, amount } = ix;
  if (amount > account.capital) reject('InsufficientBalance');
  const rest = account.capital - amount;
  if (rest !== 0 && rest < market.params.minInitialDeposit) reject('InsufficientBalance');
  const position = calculateEffectivePosition(market, account);
  // h does not move: V and C_tot fall together, so only the capital is missing afterwards.
  if (position !== 0 && !isInitialHealthy(market, account, position, amount)) {
    reject('Undercollateralized');
  }
  payOut(market, index, account, amount);
  end(market, ix.fundingRate);
}

function payOut(market: Market, index: number, account: Account, amount: number): void {
  setCapital(market, account, account.capital - amount);
  addVault(market, 0 - amount);
  market.sink?.emit(EventKind.Withdrawn, index, amount);
}

function applyConvert(market: Market, ix: ConvertReleased): void {
  const account = openOwn(market, ix);
  if (account.basisQ !== 0) {
    if (!(ix.amount > 0 && ix.amount <= calculateReleased(account))) reject('Overflow');
    convertReleased(market, ix.account, account, ix.amount, 0);
    sweepFeeDebt(market, ix.account, account);
    const position = calculateEffectivePosition(market, account);
    if (!isMaintenanceHealthy(market, account, position)) reject('Undercollateralized');
  }
  end(market, ix.fundingRate);
}

function applyTrade(market: Market, ix: ExecuteTrade): void {
  requirePrice(market, ix.oraclePrice);
  requirePrice(market, ix.executionPrice);
  if (!(ix.sizeQ > 0 && ix.sizeQ <= MAX_TRADE_SIZE_Q)) reject('Overflow');
  const notional = mulDivFloor(ix.sizeQ, ix.executionPrice, POS_SCALE);
  requireUsed(market, ix.buyer);
  requireUsed(market, ix.seller);
  if (ix.buyer === ix.seller) reject('Overflow');
  requireTime(market, ix.nowSlot);
  advance(market, ix.nowSlot, ix.oraclePrice);
  executeOnAccrued(market, ix, notional);
  end(market, ix.fundingRate);
}

function applyLiquidate(market: Market, ix: Liquidate): void {
  requireUsed(market, ix.account);
  if (ix.keeper !== undefined) requireUsed(market, ix.keeper);
  requireTime(market, ix.nowSlot);
  requirePrice(market, ix.oraclePrice);
  advance(market, ix.nowSlot, ix.oraclePrice);
  const account = touchAccount(market, ix.account);
  const position = calculateEffectivePosition(market, account);
  if (!isLiquidatable(market, account, position)) reject('Undercollateralized');
  liquidateTouched(market, ix.account, account, position, ix.policy, ix.keeper);
  end(market, ix.fundingRate);
}

function applyCrank(market: Market, ix: KeeperCrank): void {
  requirePrice(market, ix.oraclePrice);
  requireTime(market, ix.nowSlot);
  if (ix.keeper !== undefined) requireUsed(market, ix.keeper);
  advance(market, ix.nowSlot, ix.oraclePrice);
  let budget = ix.maxRevalidations;
  // Indexed, not destructured: the iterator would cost a tenth of a touch.
  for (let at = 0; at < ix.candidates.length; at += 1) {
    if (budget <= 0 || hasResetFlag(market)) break;
    const candidate = ix.candidates[at]!;
    const index = candidate[0];
    const hint = candidate[1];
    if (market.account(index) === undefined) continue;
    budget -= 1;
    const account = touchAccount(market, index);
    if (hint === null || account.basisQ === 0) continue;
    const position = calculateEffectivePosition(market, account);
    if (!isLiquidatable(market, account, position)) continue;
    if (!isHintValid(market, account, position, hint)) continue;
    liquidateTouched(market, index, account, position, hint, ix.keeper);
  }
  end(market, ix.fundingRate);
}

function applyReclaim(market: Market, { account: index }: Reclaim): void {
  requireUsed(market, index);
  const account = market.journal.accountMut(index);
  const reclaimable =
    account.capital < market.params.minInitialDeposit &&
    account.pnl === 0 &&
    account.reservedPnl === 0 &&
    account.basisQ === 0 &&
    account.feeCredits <= 0;
  if (!reclaimable) reject('Undercollateralized');
  const dust = account.capital;
  setCapital(market, account, 0);
  addInsurance(market, dust);
  forgiveDebt(market, index, account);
  freeAccount(market, account);
  market.sink?.emit(EventKind.Reclaimed, index, dust);
}

function forgiveDebt(market: Market, index: number, account: Account): void {
  const debt = calculateFeeDebt(account);
  if (debt === 0) return;
  account.feeCredits = 0;
  market.sink?.emit(EventKind.FeeDebtForgiven, index, debt);
}

function applyClose(market: Market, ix: CloseAccount): void {
  const { account: index } = ix;
  requireUsed(market, index);
  requireTime(market, ix.nowSlot);
  requirePrice(market, ix.oraclePrice);
  advance(market, ix.nowSlot, ix.oraclePrice);
  const account = touchAccount(market, index);
  if (account.basisQ !== 0) reject('Undercollateralized');
  if (account.pnl > 0) reject('PnlNotWarmedUp');
  if (account.pnl < 0) reject('Undercollateralized');
  forgiveDebt(market, index, account);
  payOut(market, index, account, account.capital);
  end(market, ix.fundingRate);
  freeAccount(market, account);
  market.sink?.emit(EventKind.Closed, index);
}

function applySetHedge(market: Market, { account: index, net, gross }: SetHedge): void {
  requireUsed(market, index);
  if (!(net >= 0 && gross > 0 && net <= gross)) reject('Overflow');
  requireSafe(gross);
  const account = market.journal.accountMut(index);
  // A flat account keeps 1/1: a credit belongs to the position it was computed for.
  if (account.basisQ === 0) return;
  account.hedgeNet = net;
  account.hedgeGross = gross;
}
