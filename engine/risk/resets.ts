import { mulDivCeil, mulDivFloor, requireSafe, subtractMulDivCeil } from '../math/index.ts';
import { ADL_ONE, MIN_A_SIDE, POS_SCALE } from './constants.ts';
import { reject } from './errors.ts';
import { EventKind } from './events.ts';
import { drawInsurance } from './losses_and_fees.ts';
import { LONG, Mode, SHORT, type Side, type SideIndex } from './records.ts';
import type { Market } from './state.ts';

function setMode(market: Market, index: SideIndex, side: Side, mode: Mode): void {
  if (side.mode === mode) return;
  const before = side.mode;
  side.mode = mode;
  market.sink?.emit(EventKind.ModeChanged, index, before, mode, side.epoch);
}

/** True once a flag is set in the running instruction: no further account may be touched in it. */
export function hasResetFlag(market: Market): boolean {
  return market.resetFlags[LONG] || market.resetFlags[SHORT];
}

function flagIfEmpty(market: Market, index: SideIndex): void {
  if (market.sides[index].oiEff === 0) market.resetFlags[index] = true;
}

function flagEmptySides(market: Market): void {
  flagIfEmpty(market, LONG);
  flagIfEmpty(market, SHORT);
}

/**
 * Takes `closeQ` and the liquidatee's `deficit` off the market (design 01 §5): the liquidated side loses open
 * interest, insurance pays, the other side shrinks through A and carries the rest through K. `subject` is the
 * liquidatee, for the events only.
 */
export function enqueueAdl(
  market: Market,
  liquidatedSide: SideIndex,
  closeQ: number,
  deficit: number,
  subject: number,
): void {
  const liquidated = market.journal.sideMut(liquidatedSide);
  const oppositeSide: SideIndex = liquidatedSide === LONG ? SHORT : LONG;
  const opposite = market.journal.sideMut(oppositeSide);
  if (closeQ > liquidated.oiEff) reject('CorruptState');
  liquidated.oiEff -= closeQ;
  const rest = deficit > 0 ? drawInsurance(market, subject, deficit) : 0;
  const carriers = opposite.oiEff > 0 && opposite.storedPositions > 0;
  if (!carriers) {
    if (rest > 0) market.sink?.emit(EventKind.Uninsured, subject, rest);
    if (opposite.oiEff === 0) {
      if (liquidated.oiEff === 0) flagEmptySides(market);
      return;
    }
    if (closeQ > opposite.oiEff) reject('CorruptState');
    opposite.oiEff -= closeQ;
    if (opposite.oiEff === 0) flagEmptySides(market);
    return;
  }
  if (closeQ > opposite.oiEff) reject('CorruptState');
  if (rest > 0) socialize(market, oppositeSide, opposite, rest, subject);
  shrink(market, oppositeSide, opposite, liquidated, closeQ);
}

/** Shifts `rest` onto the holders of a side through K, rounded up against them; what 128 bits cannot hold stays uninsured. */
function socialize(market: Market, index: SideIndex, side: Side, rest: number, subject: number): void {
  const delta = market.params.socialize
    ? subtractMulDivCeil(side.k, rest, side.a * POS_SCALE, side.oiEff)
    : -1;
  if (delta < 0) market.sink?.emit(EventKind.Uninsured, subject, rest);
  else market.sink?.emit(EventKind.Socialized, subject, rest, index, delta);
}

/** Removes `closeQ` of open interest from the holders of a side by scaling A down. */
function shrink(market: Market, index: SideIndex, side: Side, liquidated: Side, closeQ: number): void {
  const before = side.oiEff;
  const after = before - closeQ;
  if (after === 0) {
    side.oiEff = 0;
    market.sink?.emit(EventKind.ExposureReduced, index, closeQ, side.a, 0);
    flagEmptySides(market);
    return;
  }
  const multiplier = mulDivFloor(side.a, after, before);
  if (multiplier === 0) {
    // Precision is exhausted: nothing can represent the remainder, so both sides drain.
    side.oiEff = 0;
    liquidated.oiEff = 0;
    market.sink?.emit(EventKind.ExposureReduced, index, before, 0, 0);
    flagEmptySides(market);
    return;
  }
  if (mulDivCeil(side.a, after, before) !== multiplier) {
    const holders = side.storedPositions;
    const dust = holders + mulDivCeil(requireSafe(before + holders), 1, side.a);
    side.phantomDustQ = requireSafe(side.phantomDustQ + dust);
  }
  side.a = multiplier;
  side.oiEff = after;
  if (closeQ > 0) market.sink?.emit(EventKind.ExposureReduced, index, closeQ, multiplier, after);
  if (multiplier < MIN_A_SIDE) setMode(market, index, side, Mode.DrainOnly);
}

/** Starts a reset: the holders of a side without open interest become stale and settle at `kEpochStart`. */
function beginReset(market: Market, index: SideIndex): void {
  const side = market.journal.sideMut(index);
  side.kEpochStart.copyFrom(side.k);
  side.epoch = requireSafe(side.epoch + 1);
  side.a = ADL_ONE;
  side.stalePositions = side.storedPositions;
  side.phantomDustQ = 0;
  setMode(market, index, side, Mode.ResetPending);
}

function finalizeIfReady(market: Market, index: SideIndex): void {
  const side = market.sides[index];
  const ready =
    side.mode === Mode.ResetPending &&
    side.oiEff === 0 &&
    side.stalePositions === 0 &&
    side.storedPositions === 0;
  if (ready) setMode(market, index, market.journal.sideMut(index), Mode.Normal);
}

/** ResetPending → Normal for each side that nothing refers to any more. */
export function finalizeReadySides(market: Market): void {
  finalizeIfReady(market, LONG);
  finalizeIfReady(market, SHORT);
}

function clearOrphan(market: Market, index: SideIndex): void {
  const side = market.journal.sideMut(index);
  if (side.oiEff > 0) market.sink?.emit(EventKind.DustCleared, index, side.oiEff);
  side.oiEff = 0;
  market.resetFlags[index] = true;
}

/** Zeroes open interest that nobody holds, if the dust bound explains it (design 01 §5, end of instruction). */
function clearOrphans(market: Market): void {
  const long = market.sides[LONG];
  const short = market.sides[SHORT];
  const longEmpty = long.storedPositions === 0;
  const shortEmpty = short.storedPositions === 0;
  if (!longEmpty && !shortEmpty) return;
  const longDust = longEmpty ? long.phantomDustQ : 0;
  const shortDust = shortEmpty ? short.phantomDustQ : 0;
  if (long.oiEff === 0 && short.oiEff === 0 && longDust === 0 && shortDust === 0) return;
  if (long.oiEff !== short.oiEff || long.oiEff > longDust + shortDust) reject('CorruptState');
  clearOrphan(market, LONG);
  clearOrphan(market, SHORT);
}

function beginIfFlagged(market: Market, index: SideIndex): void {
  const side = market.sides[index];
  if (side.mode === Mode.DrainOnly && side.oiEff === 0) market.resetFlags[index] = true;
  if (!market.resetFlags[index] || side.mode === Mode.ResetPending) return;
  if (side.oiEff !== 0) reject('CorruptState');
  beginReset(market, index);
}

/** `schedule` and `finalize` of design 01 §5: clears dust, begins flagged resets, finishes ready ones. */
export function scheduleResets(market: Market): void {
  clearOrphans(market);
  beginIfFlagged(market, LONG);
  beginIfFlagged(market, SHORT);
  finalizeReadySides(market);
}
