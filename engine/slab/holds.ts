import { MAX_SAFE, mulDivCeil, mulDivFloor, requireSafe } from '../math/index.ts';
import { BPS, POS_SCALE } from '../risk/constants.ts';
import { EventKind, FeeKind } from '../risk/events.ts';
import { calculateTradingFee } from '../risk/losses_and_fees.ts';
import { availableAt, changeReserved, emitCancelled, findOrder, isWithin, removeOrder } from './book.ts';
import {
  Book,
  BUY,
  CancelReason,
  Hold,
  HoldEnd,
  Level,
  Order,
  REDUCE_ONLY,
  SELL,
  Slice,
  Trader,
} from './constants.ts';
import { refuse } from './errors.ts';
import { type FillOutcome, fill, isLive, requireParties, tryTrade } from './fills.ts';
import { chargeIntoInsurance, requireInKillBand, taxRoundTrips } from './guards.ts';
import type { CancelHold, Commit, Prune, ReleaseHold, Reserve, SlabInputs } from './instructions.ts';
import { calculateMarkPrice } from './mark.ts';
import { countFrozenLevels, countStep, requirePrice, requireQuantity } from './matching.ts';
import { giveBack, requireEnd, take } from './pools.ts';
import type { Slab } from './state.ts';

/** Reserve, commit, cancel, expire, prune (design 02 §1): quantities of resting orders locked for one taker, for a bond. */

/** The link of the hold at this place with this id; 0 if there is none. */
function findHold(slab: Slab, place: number, id: number): number {
  const { holds, words } = slab;
  if (!(place >= 0 && place < holds.capacity) || id === 0) return 0;
  return words[holds.at(place + 1) + Hold.id] === id ? place + 1 : 0;
}

/** The largest trading fee of so much at a price. */
function calculateCharge(slab: Slab, q: number, price: number): number {
  return calculateTradingFee(mulDivFloor(q, price, POS_SCALE), slab.market.params.tradingFeeBps);
}

/** `reserve` of docs/slab.md. */
export function reserve(slab: Slab, ix: Reserve): void {
  const { account, limit, nowSlot, qty, route, side, ttl } = ix;
  const { holds, lastResult, market, params, words } = slab;
  const capital = market.account(account)?.capital ?? refuse('AccountNotFound');
  if (!(route >= 0 && route <= MAX_SAFE)) refuse('Overflow');
  requirePrice(slab, limit);
  requireQuantity(slab, qty, true);
  if (!(ttl >= 1 && ttl <= params.maxHoldSlots)) refuse('InvalidQuantity');
  if (ix.seqno !== slab.seqno) refuse('StaleSeqno');
  const trader = slab.traderAt(account);
  if (words[trader + Trader.holds]! >= params.maxHolds) refuse('TooManyHolds');
  const link = take(slab, holds, 'HoldsFull');
  const at = slab.editNew(holds, link);
  const id = words[Book.nextHoldId]!;
  slab.set(Book.nextHoldId, requireSafe(id + 1));
  words[at + Hold.id] = id;
  words[at + Hold.route] = route;
  words[at + Hold.account] = account;
  words[at + Hold.side] = side;
  lockSlices(slab, link, ix);
  words[at + Hold.expirySlot] = requireSafe(nowSlot + ttl);
  words[at + Hold.mark] = calculateMarkPrice(slab, ix.oraclePrice);
  const notional = words[at + Hold.notional]!;
  const bond = mulDivCeil(notional, params.holdFeeBps * ttl, BPS);
  words[at + Hold.bond] = bond;
  if (capital < words[trader + Trader.lockedBond]! + bond) refuse('InsufficientBalance');
  slab.editTrader(account);
  slab.addSaved(trader + Trader.lockedBond, bond);
  slab.addSaved(trader + Trader.holds, 1);
  const locked = words[at + Hold.qty]!;
  market.sink?.emit(EventKind.Reserved, account, id, locked, notional);
  lastResult.hold = link - 1;
  lastResult.holdId = id;
  lastResult.filledQ = locked;
  lastResult.notionalAtoms = notional;
  lastResult.worstPrice = words[at + Hold.worstPrice]!;
  lastResult.maxChargeAtoms = words[at + Hold.maxCharge]!;
  lastResult.bondAtoms = bond;
}

/** Locks up to the quantity from the contra side for a hold, without cancelling anything on the way. */
function lockSlices(slab: Slab, hold: number, ix: Reserve): void {
  const { levels, orders, words } = slab;
  let frozen = countFrozenLevels(slab, ix.nowSlot);
  let left = ix.qty;
  let last = 0;
  let steps = 0;
  let level = slab.bestLevel(ix.side === BUY ? SELL : BUY);
  while (level !== 0 && left > 0) {
    const levelAt = levels.at(level);
    if (!isWithin(ix.side, words[levelAt + Level.price]!, ix.limit)) break;
    steps = countStep(slab, steps);
    for (let link = words[levelAt + Level.head]!; link !== 0 && left > 0; ) {
      const at = orders.at(link);
      steps = countStep(slab, steps);
      const q = Math.min(left, availableAt(slab, at));
      const isOpen =
        q > 0 &&
        (frozen <= 0 || isLive(slab, at)) &&
        words[at + Order.account] !== ix.account &&
        (words[at + Order.flags]! & REDUCE_ONLY) === 0;
      if (isOpen) {
        last = lockSlice(slab, hold, link, last, q);
        left -= q;
      }
      link = words[at + Order.next]!;
    }
    level = words[levelAt + Level.next]!;
    frozen -= 1;
  }
  if (last === 0) refuse('NoLiquidity');
}

/** Locks `q` of an order as the slice after `last` in the hold; returns its link. */
function lockSlice(slab: Slab, hold: number, link: number, last: number, q: number): number {
  const { slices, words } = slab;
  const order = slab.orders.at(link);
  const price = words[order + Order.price]!;
  const notional = mulDivCeil(q, price, POS_SCALE);
  const charge = calculateCharge(slab, q, price);
  const slice = take(slab, slices, 'SlicesFull');
  const at = slab.editNew(slices, slice);
  const head = words[order + Order.slices]! | 0;
  words[at + Slice.hold] = hold;
  words[at + Slice.order] = link;
  words[at + Slice.qty] = q;
  words[at + Slice.notional] = notional;
  words[at + Slice.orderNext] = head;
  if (head !== 0) slab.set(slices.at(head) + Slice.orderPrev, slice);
  changeReserved(slab, link, q);
  slab.set(order + Order.slices, slice);
  const reserved = slab.traderAt(words[order + Order.account]!) + Trader.reservedNotional;
  slab.set(reserved, requireSafe(words[reserved]! + notional));
  // The hold and its slices are new, so they were saved.
  const holdAt = slab.holds.at(hold);
  words[last === 0 ? holdAt + Hold.slices : slices.at(last) + Slice.next] = slice;
  slab.addSaved(holdAt + Hold.sliceCount, 1);
  slab.addSaved(holdAt + Hold.qty, q);
  words[holdAt + Hold.notional] = requireSafe(words[holdAt + Hold.notional]! + notional);
  words[holdAt + Hold.worstPrice] = price;
  words[holdAt + Hold.maxCharge] = requireSafe(words[holdAt + Hold.maxCharge]! + charge);
  return slice;
}

/** Frees a slice and what it locked. Its hold's list is the caller's business. */
function unlockSlice(slab: Slab, link: number): void {
  const { slices, words } = slab;
  const at = slab.edit(slices, link);
  const order = words[at + Slice.order]! | 0;
  const next = words[at + Slice.orderNext]! | 0;
  const prev = words[at + Slice.orderPrev]! | 0;
  if (next !== 0) slab.set(slices.at(next) + Slice.orderPrev, prev);
  changeReserved(slab, order, 0 - words[at + Slice.qty]!);
  const orderAt = slab.orders.at(order);
  if (prev === 0) slab.set(orderAt + Order.slices, next);
  else slab.set(slices.at(prev) + Slice.orderNext, next);
  const maker = slab.traderAt(words[orderAt + Order.account]!);
  slab.add(maker + Trader.reservedNotional, 0 - words[at + Slice.notional]!);
  giveBack(slab, slices, link);
}

/** A hold without slices goes; its bond is no longer locked. */
function closeHold(slab: Slab, link: number, end: HoldEnd): void {
  const { holds, market, words } = slab;
  const at = slab.edit(holds, link);
  const account = words[at + Hold.account]!;
  const bond = words[at + Hold.bond]!;
  const isForfeit = end === HoldEnd.Cancelled || end === HoldEnd.Expired;
  const trader = slab.editTrader(account);
  slab.addSaved(trader + Trader.holds, -1);
  slab.addSaved(trader + Trader.lockedBond, 0 - bond);
  if (isForfeit) chargeIntoInsurance(slab, account, bond, FeeKind.HoldBond);
  market.sink?.emit(EventKind.HoldClosed, account, words[at + Hold.id]!, end, isForfeit ? bond : 0);
  giveBack(slab, holds, link);
}

/** `commit` of docs/slab.md. */
export function commit(slab: Slab, ix: Commit): void {
  const { holds, slices, walk, words } = slab;
  const link = findHold(slab, ix.hold, ix.id);
  if (link === 0) refuse('HoldNotFound');
  const at = holds.at(link);
  if (words[at + Hold.account] !== ix.account) refuse('Unauthorized');
  if (ix.nowSlot > words[at + Hold.expirySlot]!) refuse('HoldExpired');
  requireInKillBand(slab, calculateMarkPrice(slab, ix.oraclePrice), words[at + Hold.mark]!);
  walk.start();
  for (let slice = words[at + Hold.slices]!; slice !== 0; ) {
    const sliceAt = slices.at(slice);
    const next = words[sliceAt + Slice.next]!;
    const order = words[sliceAt + Slice.order]!;
    const qty = words[sliceAt + Slice.qty]!;
    unlockSlice(slab, slice);
    const outcome = fill(slab, order, ix.account, qty, ix, 'commit');
    if (outcome === 'makerFailed') refuse('MakerMargin');
    if (outcome === 'takerFailed') refuse(walk.error!);
    slice = next;
  }
  closeHold(slab, link, HoldEnd.Committed);
  taxRoundTrips(slab, ix.account);
}

/** `cancelHold` of docs/slab.md. */
export function cancelHold(slab: Slab, ix: CancelHold): void {
  const link = findHold(slab, ix.hold, ix.id);
  if (link === 0) return;
  if (slab.words[slab.holds.at(link) + Hold.account] !== ix.account) refuse('Unauthorized');
  forfeitHold(slab, link, HoldEnd.Cancelled);
}

/** `releaseHold` of docs/slab.md. */
export function releaseHold(slab: Slab, ix: ReleaseHold): void {
  const link = findHold(slab, ix.hold, ix.id);
  if (link === 0) refuse('HoldNotFound');
  if (ix.nowSlot <= slab.words[slab.holds.at(link) + Hold.expirySlot]!) refuse('HoldNotExpired');
  forfeitHold(slab, link, HoldEnd.Expired);
}

/** Releases a hold's slices and charges its bond. */
function forfeitHold(slab: Slab, link: number, end: HoldEnd): void {
  const { slices, words } = slab;
  for (let slice = words[slab.holds.at(link) + Hold.slices]!; slice !== 0; ) {
    const next = words[slices.at(slice) + Slice.next]!;
    unlockSlice(slab, slice);
    slice = next;
  }
  closeHold(slab, link, end);
}

/** `prune` of docs/slab.md. */
export function prune(slab: Slab, ix: Prune): void {
  const { orders, words } = slab;
  const hold = findHold(slab, ix.hold, ix.id);
  if (hold === 0) refuse('HoldNotFound');
  const link = findOrder(slab, ix.order, ix.orderId);
  const at = orders.at(link);
  if (!hasSlice(slab, hold, link)) refuse('OrderNotFound');
  if (!isFailing(slab, hold, words[at + Order.account]!, ix)) refuse('NotPrunable');
  for (let slice = words[at + Order.slices]!; slice !== 0; slice = words[at + Order.slices]!) {
    dropSlice(slab, slice);
  }
  emitCancelled(slab, link, words[at + Order.qty]!, CancelReason.Pruned);
  removeOrder(slab, link);
}

function hasSlice(slab: Slab, hold: number, order: number): boolean {
  const { slices, words } = slab;
  let slice = words[slab.holds.at(hold) + Hold.slices]!;
  for (let steps = 1; slice !== 0 && words[slices.at(slice) + Slice.order] !== order; steps += 1) {
    requireEnd(slices, steps);
    slice = words[slices.at(slice) + Slice.next]!;
  }
  return slice !== 0;
}

/** Does the maker fail one of its slices in the hold? Tried, and taken back. */
function isFailing(slab: Slab, hold: number, maker: number, inputs: SlabInputs): boolean {
  const { journal } = slab.market;
  const { holds, orders, slices, words } = slab;
  const taker = words[holds.at(hold) + Hold.account]!;
  requireParties(slab, maker, taker);
  const mark = journal.mark();
  let outcome: FillOutcome = 'filled';
  let slice = words[holds.at(hold) + Hold.slices]!;
  try {
    for (let steps = 1; slice !== 0 && outcome === 'filled'; steps += 1) {
      requireEnd(slices, steps);
      const at = slices.at(slice);
      const order = orders.at(words[at + Slice.order]!);
      if (words[order + Order.account] === maker) {
        outcome = tryTrade(slab, order, taker, words[at + Slice.qty]!, inputs, null);
      }
      slice = words[at + Slice.next]!;
    }
  } finally {
    journal.rollback(mark);
  }
  return outcome === 'makerFailed';
}

/** Takes a slice out of its hold, whose bond is no longer locked; without slices the hold goes. */
function dropSlice(slab: Slab, link: number): void {
  const { slices, words } = slab;
  const at = slices.at(link);
  const hold = words[at + Slice.hold]!;
  const qty = words[at + Slice.qty]!;
  const notional = words[at + Slice.notional]!;
  const charge = calculateCharge(slab, qty, words[slab.orders.at(words[at + Slice.order]!) + Order.price]!);
  unlinkSlice(slab, hold, link);
  unlockSlice(slab, link);
  const holdAt = slab.edit(slab.holds, hold);
  const trader = slab.editTrader(words[holdAt + Hold.account]!);
  slab.addSaved(trader + Trader.lockedBond, 0 - words[holdAt + Hold.bond]!);
  words[holdAt + Hold.bond] = 0;
  slab.addSaved(holdAt + Hold.qty, 0 - qty);
  slab.addSaved(holdAt + Hold.notional, 0 - notional);
  slab.addSaved(holdAt + Hold.maxCharge, 0 - charge);
  slab.addSaved(holdAt + Hold.sliceCount, -1);
  if (words[holdAt + Hold.sliceCount] === 0) closeHold(slab, hold, HoldEnd.Pruned);
}

/** Takes a slice out of its hold's list. */
function unlinkSlice(slab: Slab, hold: number, link: number): void {
  const { slices, words } = slab;
  let place = slab.holds.at(hold) + Hold.slices;
  for (let steps = 1; words[place] !== link; steps += 1) {
    requireEnd(slices, steps);
    place = slices.at(words[place]!) + Slice.next;
  }
  slab.set(place, words[slices.at(link) + Slice.next]!);
}
