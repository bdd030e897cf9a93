import { floorDiv, mulDivFloor, OUT_OF_ENVELOPE } from '../math/index.ts';
import { calculateReleased, setPnl } from './bookkeeping.ts';
import { BPS } from './constants.ts';
import { reject } from './errors.ts';
import { EventKind, FeeKind } from './events.ts';
import type { LiquidationPolicy } from './instructions.ts';
import {
  calculateLiquidationFee,
  chargeFee,
  convertReleased,
  payFromInsurance,
  resolveFlatLoss,
  settleLosses,
  sweepFeeDebt,
} from './losses_and_fees.ts';
import { calculateMaintenanceMargin, isMaintenanceHealthy } from './margin.ts';
import type { Account } from './records.ts';
import { enqueueAdl } from './resets.ts';
import { attach, calculateEffectivePosition, settle, sideOf } from './side_index.ts';
import { calculateEquityMaintenance } from './solvency.ts';
import type { Market } from './state.ts';
import { advanceWarmup } from './warmup.ts';

/** The local steps of `touch` (design 01 §10), after the accrual. Returns the touched account for writing. */
export function touchAccount(market: Market, index: number): Account {
  const account = market.journal.accountMut(index);
  advanceWarmup(market, index, account);
  settle(market, index, account);
  settleLosses(market, index, account);
  if (account.basisQ === 0 && account.pnl < 0) resolveFlatLoss(market, index, account);
  account.lastFeeSlot = market.globals.currentSlot;
  if (account.basisQ === 0) {
    const released = calculateReleased(account);
    if (released > 0) {
      convertReleased(market, index, account, released, 1);
      if (account.reservedPnl === 0) account.warmupSlope = 0;
    }
  }
  sweepFeeDebt(market, index, account);
  return account;
}

/** eq_net ≤ MM of a touched account with a position. */
export function isLiquidatable(market: Market, account: Account, positionQ: number): boolean {
  return positionQ !== 0 && !isMaintenanceHealthy(market, account, positionQ);
}

/**
 * Is the keeper's hint executable now (design 01 §10)? A partial one must leave the rest healthy, fee included.
 * The account is touched and liquidatable.
 */
export function isHintValid(
  market: Market,
  account: Account,
  positionQ: number,
  hint: LiquidationPolicy,
): boolean {
  if (hint === 'full') return true;
  const size = Math.abs(positionQ);
  if (!(hint > 0 && hint < size)) return false;
  return (
    calculateEquityMaintenance(account) - calculateLiquidationFee(market, hint) >
    calculateMaintenanceMargin(market, account, size - hint)
  );
}

/** Closes all or part of a touched, liquidatable account (design 01 §9). `keeper` earns its share of the fee. */
export function liquidateTouched(
  market: Market,
  index: number,
  account: Account,
  positionQ: number,
  policy: LiquidationPolicy,
  keeper: number | undefined,
): void {
  const size = Math.abs(positionQ);
  const full = policy === 'full';
  const closeQ = full ? size : policy;
  if (!full && !(closeQ > 0 && closeQ < size)) reject('Overflow');
  const rest = size - closeQ;
  const side = sideOf(positionQ);
  attach(market, index, account, positionQ > 0 ? rest : 0 - rest);
  settleLosses(market, index, account);
  const fee = calculateLiquidationFee(market, closeQ);
  const paid = chargeFee(market, index, account, fee, FeeKind.Liquidation);
  rewardKeeper(market, index, paid, keeper);
  const deficit = full ? Math.max(0, 0 - account.pnl) : 0;
  market.sink?.emit(EventKind.Liquidated, index, closeQ, deficit, full ? 1 : 0);
  enqueueAdl(market, side, closeQ, deficit, index);
  if (deficit > 0) {
    setPnl(market, account, 0);
    market.sink?.emit(EventKind.DeficitCleared, index, deficit, 1);
  }
  // The remainder is attached at this epoch even if a reset was flagged, so `rest` is its position.
  if (!full && !isMaintenanceHealthy(market, account, rest)) reject('Undercollateralized');
}

function rewardKeeper(market: Market, liquidatee: number, feePaid: number, keeper: number | undefined): void {
  if (keeper === undefined || keeper === liquidatee) return;
  const reward = mulDivFloor(feePaid, market.params.keeperRewardBps, BPS);
  if (reward === 0) return;
  payFromInsurance(market, keeper, market.journal.accountMut(keeper), reward, EventKind.KeeperRewarded);
}

/** Intervals the search may open: more than one period of the two staircases, so equal slopes are covered. */
const SEARCH_BUDGET = 200_000;

/**
 * The smallest 0 < q < |eff_q| whose partial liquidation leaves a touched, liquidatable account maintenance-healthy with
 * more than `bufferAtoms` to spare, fee included; null if there is none, or if its equity or notional leaves the envelope
 * (then no liquidation succeeds either). Pure.
 */
export function calculateRestoringPartial(market: Market, index: number, bufferAtoms = 0): number | null {
  try {
    return searchRestoringPartial(market, index, bufferAtoms);
  } catch (error) {
    if (error === OUT_OF_ENVELOPE) return null;
    throw error;
  }
}

/**
 * The requirement fee(q) + MM(|eff_q| − q) is a rising plus a falling staircase, not monotone, so bisection is wrong.
 * This splits the range, leftmost first, and drops an interval when the fee at its left end plus the margin at its
 * right end is already too much; where one staircase is flat the other decides. The search is exact unless both slopes
 * agree so closely that it gives up after `SEARCH_BUDGET` intervals with null.
 */
function searchRestoringPartial(market: Market, index: number, bufferAtoms: number): number | null {
  const account = market.account(index);
  if (account === undefined) return null;
  const size = Math.abs(calculateEffectivePosition(market, account));
  const budget = Math.max(0, calculateEquityMaintenance(account)) - bufferAtoms;
  const fee = (q: number) => calculateLiquidationFee(market, q);
  const margin = (q: number) => calculateMaintenanceMargin(market, account, size - q);
  const restores = (q: number) => budget > fee(q) + margin(q);
  if (size < 2) return null;
  const stack: [number, number][] = [[1, size - 1]];
  for (let opened = 0; opened < SEARCH_BUDGET && stack.length > 0; opened += 1) {
    const [left, right] = stack.pop()!;
    if (!(budget > fee(left) + margin(right))) continue;
    if (restores(left)) return left;
    if (margin(left) === margin(right)) continue;
    if (fee(left) === fee(right)) return bisectFirst(left, right, restores);
    const middle = left + floorDiv(right - left, 2);
    stack.push([middle + 1, right], [left, middle]);
  }
  return null;
}

/** First q in (left, right] that holds, where `holds` is false at left, true at right and monotone between. */
function bisectFirst(left: number, right: number, holds: (q: number) => boolean): number {
  let low = left;
  let high = right;
  while (high - low > 1) {
    const middle = low + floorDiv(high - low, 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
