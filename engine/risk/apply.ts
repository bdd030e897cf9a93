import { mulDivFloor } from '../math/index.ts';
import { MAX_TRADE_SIZE_Q, POS_SCALE } from './constants.ts';
import type { RiskErrorName } from './errors.ts';
import { applyConvert, applyDeposit, applyDepositFeeCredits, applyTopUp, applyWithdraw } from './funds.ts';
import type { ExecuteTrade, KeeperCrank, Liquidate, RiskInstruction, SettleAccount } from './instructions.ts';
import { applyClose, applyReclaim, applySetHedge } from './lifecycle.ts';
import { isHintValid, isLiquidatable, liquidateTouched, touchAccount } from './liquidation.ts';
import { LONG, SHORT } from './records.ts';
import { hasResetFlag } from './resets.ts';
import { calculateEffectivePosition } from './side_index.ts';
import type { Market } from './state.ts';
import { advance, end, isPriceValid, isTimeValid, nameFault, openOwn } from './steps.ts';
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
    const error = dispatch(market, instruction);
    if (error === null) market.journal.release(mark);
    else market.journal.rollback(mark);
    return error;
  } catch (fault) {
    market.journal.rollback(mark);
    return nameFault(fault);
  }
}

function dispatch(market: Market, instruction: RiskInstruction): RiskErrorName | null {
  switch (instruction.op) {
    case 'executeTrade':
      return applyTrade(market, instruction, market.params.makerFeeBps);
    case 'settleAccount':
      return applySettle(market, instruction);
    case 'keeperCrank':
      return applyCrank(market, instruction);
    case 'withdraw':
      return applyWithdraw(market, instruction);
    case 'deposit':
      return applyDeposit(market, instruction);
    case 'liquidate':
      return applyLiquidate(market, instruction);
    case 'convertReleased':
      return applyConvert(market, instruction);
    case 'depositFeeCredits':
      return applyDepositFeeCredits(market, instruction);
    case 'topUpInsurance':
      return applyTopUp(market, instruction);
    case 'reclaim':
      return applyReclaim(market, instruction);
    case 'closeAccount':
      return applyClose(market, instruction);
    case 'setHedge':
      return applySetHedge(market, instruction);
  }
}

function applySettle(market: Market, ix: SettleAccount): RiskErrorName | null {
  const refused = openOwn(market, ix.account, ix);
  if (refused !== null) return refused;
  touchAccount(market, ix.account);
  return end(market, ix.fundingRate);
}

/**
 * `execute_trade` with the maker's fee given, for a slab that may refuse a rebate. Opens no savepoint; a fault from inside
 * is thrown (see `nameFault`). Whose fault, and what was paid, stands in `market.trade`.
 */
export function applyTrade(market: Market, ix: ExecuteTrade, makerFeeBps: number): RiskErrorName | null {
  market.trade.clear();
  if (!isPriceValid(market, ix.oraclePrice) || !isPriceValid(market, ix.executionPrice)) return 'Overflow';
  if (!(ix.sizeQ > 0 && ix.sizeQ <= MAX_TRADE_SIZE_Q)) return 'Overflow';
  const notional = mulDivFloor(ix.sizeQ, ix.executionPrice, POS_SCALE);
  if (market.account(ix.buyer) === undefined) return 'AccountNotFound';
  if (market.account(ix.seller) === undefined) return 'AccountNotFound';
  if (ix.buyer === ix.seller || !isTimeValid(market, ix.nowSlot)) return 'Overflow';
  advance(market, ix);
  return executeOnAccrued(market, ix, notional, makerFeeBps) ?? end(market, ix.fundingRate);
}

function applyLiquidate(market: Market, ix: Liquidate): RiskErrorName | null {
  if (market.account(ix.account) === undefined) return 'AccountNotFound';
  if (ix.keeper !== undefined && market.account(ix.keeper) === undefined) return 'AccountNotFound';
  if (!isTimeValid(market, ix.nowSlot) || !isPriceValid(market, ix.oraclePrice)) return 'Overflow';
  advance(market, ix);
  const account = touchAccount(market, ix.account);
  const position = calculateEffectivePosition(market, account);
  if (!isLiquidatable(market, account, position)) return 'Undercollateralized';
  liquidateTouched(market, ix.account, account, position, ix.policy, ix.keeper);
  return end(market, ix.fundingRate);
}

function applyCrank(market: Market, ix: KeeperCrank): RiskErrorName | null {
  if (!isPriceValid(market, ix.oraclePrice) || !isTimeValid(market, ix.nowSlot)) return 'Overflow';
  if (ix.keeper !== undefined && market.account(ix.keeper) === undefined) return 'AccountNotFound';
  advance(market, ix);
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
  return end(market, ix.fundingRate);
}
