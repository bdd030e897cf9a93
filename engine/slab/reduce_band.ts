import { mulDivCeil, mulDivFloor, requireSafe } from '../math/index.ts';
import { apply } from '../risk/apply.ts';
import { BPS, POS_SCALE } from '../risk/constants.ts';
import { EventKind } from '../risk/events.ts';
import { payFromInsurance } from '../risk/losses_and_fees.ts';
import { calculateNotional } from '../risk/margin.ts';
import { calculateEquityMaintenance } from '../risk/solvency.ts';
import { availableAt, cancelAvailable, isWithin } from './book.ts';
import { type BookSide, BUY, CancelReason, Level, Order, SELL } from './constants.ts';
import { refuse } from './errors.ts';
import { fill, isLive } from './fills.ts';
import { positionOf } from './guards.ts';
import type { ReduceBand, SlabInputs } from './instructions.ts';
import { countStep, offer } from './matching.ts';
import type { Slab } from './state.ts';

/**
 * `reduceBand` of docs/slab.md, stage 1 of a liquidation: anyone may reduce a weak position through the book before it
 * becomes liquidatable.
 */
export function reduceBand(slab: Slab, ix: ReduceBand): void {
  const { account, caller, oraclePrice } = ix;
  const { market } = slab;
  if (market.account(account) === undefined || market.account(caller) === undefined)
    refuse('AccountNotFound');
  if (account === caller) refuse('Unauthorized');
  settleAccount(slab, account, ix);
  if (!isInBand(slab, account, oraclePrice)) refuse('NotReducible');
  const slip = mulDivFloor(oraclePrice, slab.params.reduceSlipBps, BPS);
  const side: BookSide = positionOf(slab, account) > 0 ? SELL : BUY;
  reduce(slab, ix, side, side === SELL ? oraclePrice - slip : oraclePrice + slip);
  rewardCaller(slab, caller);
}

function settleAccount(slab: Slab, account: number, { nowSlot, oraclePrice }: SlabInputs): void {
  const { fundingRate } = slab;
  const error = apply(slab.market, { op: 'settleAccount', account, oraclePrice, nowSlot, fundingRate });
  if (error !== null) refuse(error);
}

/** Has the account a position whose equity per notional is below the band? */
function isInBand(slab: Slab, account: number, index: number): boolean {
  const { reduceBandBps } = slab.params;
  const position = positionOf(slab, account);
  if (reduceBandBps === 0 || position === 0) return false;
  const equity = calculateEquityMaintenance(slab.market.account(account)!);
  // eq_maint·10 000 < notional·band, without leaving the safe integers.
  return equity < mulDivCeil(calculateNotional(position, index), reduceBandBps, BPS);
}

/** How much of the position the account's equity does not carry at initial margin; 0 outside the band. */
export function calculateReduction(slab: Slab, account: number, index: number): number {
  if (!isInBand(slab, account, index)) return 0;
  const size = Math.abs(positionOf(slab, account));
  const equity = Math.max(0, calculateEquityMaintenance(slab.market.account(account)!));
  const carried = mulDivFloor(equity, BPS, slab.market.params.initialBps);
  return Math.max(0, size - mulDivFloor(carried, POS_SCALE, index));
}

/**
 * Trades with orders that were there at the opening and are not the caller's, until the account has left the band or
 * nothing more can be filled. Fees and slippage leave a little more to reduce: chasing it would grind the account down by
 * smallest fees. `slab.walk` has the fees.
 */
function reduce(slab: Slab, ix: ReduceBand, side: BookSide, limit: number): void {
  const { levels, orders, walk, words } = slab;
  walk.start();
  let level = slab.bestLevel(side === BUY ? SELL : BUY);
  let isGoingOn = true;
  let steps = 0;
  while (level !== 0 && isGoingOn) {
    const levelAt = levels.at(level);
    if (!isWithin(side, words[levelAt + Level.price]!, limit)) break;
    steps = countStep(slab, steps);
    level = words[levelAt + Level.next]!;
    let link = words[levelAt + Level.head]!;
    while (link !== 0 && isGoingOn) {
      const at = orders.at(link);
      steps = countStep(slab, steps);
      const next = words[at + Order.next]!;
      const isOpen = isLive(slab, at) && words[at + Order.account] !== ix.caller;
      if (isOpen && availableAt(slab, at) > 0) isGoingOn = reduceWith(slab, ix, link);
      link = next;
    }
  }
  if (walk.filledQ === 0) refuse(walk.error ?? 'NoLiquidity');
}

/** Trades with one order; false if all is reduced, the account has left the band or cannot go on. */
function reduceWith(slab: Slab, ix: ReduceBand, link: number): boolean {
  const { account, oraclePrice } = ix;
  const wanted = calculateReduction(slab, account, oraclePrice);
  if (wanted === 0) return false;
  const q = offer(slab, link, account, wanted);
  if (q === 0) return true;
  const outcome = fill(slab, link, account, q, ix, 'reduction');
  if (outcome === 'filled') return q < wanted;
  if (outcome === 'takerFailed') return false;
  slab.walk.error = null;
  cancelAvailable(slab, link, CancelReason.MakerFailed);
  return true;
}

/** The caller's share of what the account paid, out of what its makers left of it. */
function rewardCaller(slab: Slab, caller: number): void {
  const { market, walk } = slab;
  const paid = requireSafe(walk.takerPaid);
  const share = mulDivFloor(paid, market.params.keeperRewardBps, BPS);
  const reward = Math.min(share, paid - walk.rebates);
  payFromInsurance(market, caller, market.journal.accountMut(caller), reward, EventKind.KeeperRewarded);
  slab.lastResult.rewardAtoms = reward;
}
