import { requireSafe } from '../math/index.ts';
import { apply } from '../risk/apply.ts';
import type { RiskInstruction } from '../risk/instructions.ts';
import { SLAB_LAYOUT } from '../wire/slab_layout.ts';
import { openBatch } from './batches.ts';
import { cancelOrders, publishBook } from './book.ts';
import { CancelReason, Trader } from './constants.ts';
import { refuse, type SlabErrorName } from './errors.ts';
import { nameError } from './fills.ts';
import { requireReservedMargin } from './guards.ts';
import { cancelHold, commit, prune, releaseHold, reserve } from './holds.ts';
import type { CancelAll, SetDlp, SlabInputs, SlabInstruction } from './instructions.ts';
import { cancelOrder, placeOrder, replaceOrder } from './matching.ts';
import { reduceBand } from './reduce_band.ts';
import type { Slab } from './state.ts';

/**
 * Applies one instruction to the slab (docs/slab.md, Instructions). Returns null and leaves `slab.lastResult` behind, or
 * the name of the error; then the state and the event stream are as they were before.
 */
export function applySlab(slab: Slab, instruction: SlabInstruction): SlabErrorName | null {
  const { journal } = slab.market;
  const mark = journal.mark();
  slab.bookChanged = false;
  slab.quotesChanged = 0;
  slab.lastResult.clear();
  try {
    dispatch(slab, instruction);
    publishBook(slab);
    journal.release(mark);
    return null;
  } catch (error) {
    journal.rollback(mark);
    slab.lastResult.clear();
    return nameError(error);
  }
}

function dispatch(slab: Slab, ix: SlabInstruction): void {
  switch (ix.op) {
    case 'placeOrder':
      begin(slab, ix);
      placeOrder(slab, ix);
      break;
    case 'cancelOrder':
      setClock(slab, ix.nowSlot);
      cancelOrder(slab, ix);
      break;
    case 'risk':
      applyRisk(slab, ix.instruction);
      break;
    case 'cancelAll':
      setClock(slab, ix.nowSlot);
      cancelAll(slab, ix);
      break;
    case 'replaceOrder':
      begin(slab, ix);
      replaceOrder(slab, ix);
      break;
    case 'batchOpen':
      begin(slab, ix);
      openBatch(slab, ix);
      break;
    case 'reserve':
      begin(slab, ix);
      reserve(slab, ix);
      break;
    case 'commit':
      begin(slab, ix);
      commit(slab, ix);
      break;
    case 'cancelHold':
      setClock(slab, ix.nowSlot);
      cancelHold(slab, ix);
      break;
    case 'releaseHold':
      setClock(slab, ix.nowSlot);
      releaseHold(slab, ix);
      break;
    case 'prune':
      begin(slab, ix);
      prune(slab, ix);
      break;
    case 'reduceBand':
      begin(slab, ix);
      reduceBand(slab, ix);
      break;
    case 'setDlp':
      setDlp(slab, ix);
      break;
  }
}

/** `nowSlot` becomes current; time does not run backwards. */
function setClock({ market }: Slab, nowSlot: number): void {
  const { currentSlot } = market.globals;
  if (!(nowSlot >= currentSlot)) refuse('Overflow');
  if (nowSlot !== currentSlot) market.journal.globalsMut().currentSlot = requireSafe(nowSlot);
}

/** Time and price of an instruction that may trade. */
function begin(slab: Slab, { nowSlot, oraclePrice }: SlabInputs): void {
  setClock(slab, nowSlot);
  if (!(oraclePrice > 0 && oraclePrice <= slab.market.params.maxPrice)) refuse('Overflow');
}

function setDlp(slab: Slab, { account, flag }: SetDlp): void {
  if (slab.market.account(account) === undefined) refuse('AccountNotFound');
  slab.set(slab.traderAt(account) + Trader.isDlp, flag ? 1 : 0);
}

function cancelAll(slab: Slab, { account }: CancelAll): void {
  if (slab.market.account(account) === undefined) refuse('AccountNotFound');
  cancelOrders(slab, account, CancelReason.Owner);
}

/** An instruction of the risk engine at the slab's funding rate, and what it means for the account's orders. */
function applyRisk(slab: Slab, instruction: RiskInstruction): void {
  if (instruction.op === 'executeTrade') refuse('InvalidInstruction');
  const error = apply(slab.market, withRate(instruction, slab.fundingRate));
  if (error !== null) refuse(error);
  if (instruction.op === 'withdraw') requireReservedMargin(slab, instruction.account);
  const isFreeing = instruction.op === 'closeAccount' || instruction.op === 'reclaim';
  if (isFreeing) closeTrader(slab, instruction.account);
}

/** The instruction with the slab's funding rate in place of the caller's. */
function withRate(instruction: RiskInstruction, fundingRate: number): RiskInstruction {
  const isRated = 'fundingRate' in instruction && instruction.fundingRate !== fundingRate;
  return isRated ? { ...instruction, fundingRate } : instruction;
}

/** A freed account leaves no order and no hold behind. */
function closeTrader(slab: Slab, account: number): void {
  cancelOrders(slab, account, CancelReason.AccountClosed);
  const at = slab.editTrader(account);
  if (slab.words[at + Trader.openOrders] !== 0 || slab.words[at + Trader.holds] !== 0) refuse('HasOrders');
  slab.words.fill(0, at, at + SLAB_LAYOUT.trader.length);
}
