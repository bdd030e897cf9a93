import {
  addScaledTerm,
  calculateFundingTerm,
  calculateKPnl,
  mulDivCeil,
  mulDivFloor,
  requireSafe,
} from '../math/index.ts';
import { setPnl } from './bookkeeping.ts';
import { ADL_ONE, BPS, MAX_FUNDING_DT, POS_SCALE } from './constants.ts';
import { reject } from './errors.ts';
import { EventKind } from './events.ts';
import { type Account, LONG, Mode, SHORT, type Side, type SideIndex } from './records.ts';
import type { Market } from './state.ts';
import { advanceAdaptiveClock } from './warmup.ts';

/** The side a non-zero position is on. */
export function sideOf(position: number): SideIndex {
  return position > 0 ? LONG : SHORT;
}

/** floor(|basis_q|·a_side/a_basis): rounds the position down, against its holder. */
function calculateScaledBasis(account: Account, side: Side): number {
  const absBasis = Math.abs(account.basisQ);
  return side.a === account.aBasis ? absBasis : mulDivFloor(absBasis, side.a, account.aBasis);
}

/** Signed effective position in q-units (design 01 §4); 0 for a flat account and for one of another epoch. */
export function calculateEffectivePosition(market: Market, account: Account): number {
  if (account.basisQ === 0) return 0;
  const side = market.sides[sideOf(account.basisQ)];
  if (account.epochSnap !== side.epoch) return 0;
  const size = calculateScaledBasis(account, side);
  return account.basisQ > 0 ? size : 0 - size;
}

/** Moves both K indices to `price` and `nowSlot`: mark first, funding after (design 01 §4). K overflow → Overflow. */
export function accrue(market: Market, nowSlot: number, price: number): void {
  const g = market.journal.globalsMut();
  const dt = nowSlot - g.slotLast;
  const move = price - g.priceLast;
  const hasLong = market.sides[LONG].oiEff > 0;
  const hasShort = market.sides[SHORT].oiEff > 0;
  if (move !== 0) {
    if (hasLong) addToK(market, LONG, move, 1);
    if (hasShort) addToK(market, SHORT, move, -1);
  }
  if (g.fundingRate !== 0 && dt > 0 && hasLong && hasShort) {
    const den = BPS * market.params.fundingScale;
    const term = calculateFundingTerm(g.fundingPriceLast, g.fundingRate, dt, MAX_FUNDING_DT, den);
    addToK(market, LONG, term, -1);
    addToK(market, SHORT, term, 1);
  }
  g.slotLast = requireSafe(nowSlot);
  g.priceLast = price;
  g.fundingPriceLast = price;
  const { adaptiveWarmup } = market.params;
  if (adaptiveWarmup !== null && dt > 0) advanceAdaptiveClock(g, adaptiveWarmup, dt);
}

function addToK(market: Market, index: SideIndex, term: number | bigint, sign: 1 | -1): void {
  const side = market.journal.sideMut(index);
  if (!addScaledTerm(side.k, side.a, term, sign)) reject('Overflow');
}

/** One position less on the side; CorruptState if it counts none. */
function uncount(side: Side): void {
  if (side.storedPositions === 0) reject('CorruptState');
  side.storedPositions -= 1;
}

/** The account's position becomes the canonical zero and leaves the side's count. */
function canonicalize(market: Market, index: number, account: Account, side: Side): void {
  uncount(side);
  market.sink?.emit(EventKind.PositionSet, index, 0, account.basisQ);
  clearPosition(account);
}

function clearPosition(account: Account): void {
  account.basisQ = 0;
  account.aBasis = ADL_ONE;
  account.kSnap.clear();
  account.epochSnap = 0;
  account.hedgeNet = 1;
  account.hedgeGross = 1;
}

/** Brings the account's pnl up to its side's K (design 01 §4). Any epoch gap but the allowed one is CorruptState. */
export function settle(market: Market, index: number, account: Account): void {
  const { basisQ } = account;
  if (basisQ === 0) return;
  const sideIndex = sideOf(basisQ);
  const side = market.sides[sideIndex];
  const stale = account.epochSnap !== side.epoch;
  if (stale && !(side.mode === Mode.ResetPending && account.epochSnap + 1 === side.epoch)) {
    reject('CorruptState');
  }
  const absBasis = Math.abs(basisQ);
  const k = stale ? side.kEpochStart : side.k;
  const delta = calculateKPnl(absBasis, account.kSnap, k, account.aBasis, POS_SCALE);
  if (delta !== 0) setPnl(market, account, account.pnl + delta);
  market.sink?.emit(EventKind.PnlSettled, index, delta, absBasis, stale ? 1 : 0);
  if (stale) {
    const writable = market.journal.sideMut(sideIndex);
    canonicalize(market, index, account, writable);
    if (writable.stalePositions === 0) reject('CorruptState');
    writable.stalePositions -= 1;
  } else if (calculateScaledBasis(account, side) === 0) {
    const writable = market.journal.sideMut(sideIndex);
    writable.phantomDustQ = requireSafe(writable.phantomDustQ + 1);
    canonicalize(market, index, account, writable);
  } else {
    account.kSnap.copyFrom(side.k);
  }
}

/**
 * Gives the account the effective position `q` (design 01 §2). Replacing a basis whose scaled size is not whole
 * leaves a fraction of a q-unit behind, which the side's dust bound absorbs.
 */
export function attach(market: Market, index: number, account: Account, q: number): void {
  const before = account.basisQ;
  if (before !== 0) {
    const side = market.journal.sideMut(sideOf(before));
    if (account.epochSnap === side.epoch && side.a !== account.aBasis) {
      const absBasis = Math.abs(before);
      const whole = mulDivFloor(absBasis, side.a, account.aBasis);
      if (mulDivCeil(absBasis, side.a, account.aBasis) !== whole) {
        side.phantomDustQ = requireSafe(side.phantomDustQ + 1);
      }
    }
    uncount(side);
  }
  market.sink?.emit(EventKind.PositionSet, index, q, before);
  if (q === 0) {
    clearPosition(account);
    return;
  }
  const side = market.journal.sideMut(sideOf(q));
  side.storedPositions += 1;
  account.basisQ = q;
  account.aBasis = side.a;
  account.kSnap.copyFrom(side.k);
  account.epochSnap = side.epoch;
}
