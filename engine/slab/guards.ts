import { mulDivCeil, mulDivFloor, OUT_OF_ENVELOPE, requireSafe } from '../math/index.ts';
import { BPS, POS_SCALE } from '../risk/constants.ts';
import { FeeKind } from '../risk/events.ts';
import { chargeFee } from '../risk/losses_and_fees.ts';
import { calculateInitialMargin } from '../risk/margin.ts';
import { calculateEffectivePosition } from '../risk/side_index.ts';
import { calculateEquityInitial } from '../risk/solvency.ts';
import { Aggressor, Book, type BookSide, BUY, Trader } from './constants.ts';
import { refuse, type SlabErrorName } from './errors.ts';
import type { Slab } from './state.ts';

/** The anti-toxicity guards (design 02 §1): kill band, reduce-only clamp, round-trip ledger and tax, reserved margin. */

/** `KillBand` if the mark is further than the band from what it was then. */
export function requireInKillBand(slab: Slab, mark: number, then: number): void {
  const { killBandBps } = slab.params;
  // |mark − then|·10 000 > band·then, without leaving the safe integers.
  if (killBandBps !== 0 && Math.abs(mark - then) > mulDivFloor(killBandBps, then, BPS)) refuse('KillBand');
}

/** Signed effective position of an account, q-units. */
export function positionOf(slab: Slab, index: number): number {
  const account = slab.market.account(index);
  return account === undefined ? refuse('AccountNotFound') : calculateEffectivePosition(slab.market, account);
}

/** At most `qty`, and no more than what trading on `side` takes off the account's position. */
export function clampReducing(slab: Slab, index: number, side: BookSide, qty: number): number {
  const position = positionOf(slab, index);
  return Math.min(qty, Math.max(0, side === BUY ? 0 - position : position));
}

/** The account's row of this batch's ledger, a link; 0 if it has none yet. */
function rowOf(slab: Slab, index: number): number {
  const { words } = slab;
  const at = slab.traderAt(index);
  return words[at + Trader.aggressorEpoch] === words[Book.batchEpoch] ? words[at + Trader.aggressor]! : 0;
}

/** Why an aggressive fill could not be booked; null if it can. */
export function findLedgerError(
  slab: Slab,
  index: number,
  side: BookSide,
  q: number,
  price: number,
): SlabErrorName | null {
  const { capacities, words } = slab;
  const row = rowOf(slab, index);
  if (row === 0) return words[Book.aggressorsUsed]! < capacities.maxAggressors ? null : 'AggressorsFull';
  if (row > capacities.maxAggressors) return 'CorruptState';
  try {
    const at = slab.aggressorAt(row);
    requireSafe(words[at + (side === BUY ? Aggressor.buyQ : Aggressor.sellQ)]! + q);
    const booked = words[at + (side === BUY ? Aggressor.buyNotional : Aggressor.sellNotional)]!;
    requireSafe(booked + calculateBooked(side, q, price));
    return null;
  } catch (error) {
    if (error === OUT_OF_ENVELOPE) return 'Overflow';
    throw error;
  }
}

/** What a fill counts for in the ledger: rounds against the taker. */
function calculateBooked(side: BookSide, q: number, price: number): number {
  return side === BUY ? mulDivFloor(q, price, POS_SCALE) : mulDivCeil(q, price, POS_SCALE);
}

/** Books an aggressive fill for which `findLedgerError` found nothing. */
export function bookAggression(slab: Slab, index: number, side: BookSide, q: number, price: number): void {
  let row = rowOf(slab, index);
  if (row === 0) row = openRow(slab, index);
  const at = slab.editAggressor(row);
  const { words } = slab;
  words[at + (side === BUY ? Aggressor.buyQ : Aggressor.sellQ)]! += q;
  words[at + (side === BUY ? Aggressor.buyNotional : Aggressor.sellNotional)]! += calculateBooked(
    side,
    q,
    price,
  );
}

function openRow(slab: Slab, index: number): number {
  const { words } = slab;
  const row = words[Book.aggressorsUsed]! + 1;
  slab.set(Book.aggressorsUsed, row);
  // Whoever had the row in an earlier batch left words in it.
  const at = slab.editAggressor(row);
  words[at + Aggressor.account] = index;
  words[at + Aggressor.buyQ] = 0;
  words[at + Aggressor.buyNotional] = 0;
  words[at + Aggressor.sellQ] = 0;
  words[at + Aggressor.sellNotional] = 0;
  words[at + Aggressor.taxed] = 0;
  const trader = slab.editTrader(index);
  words[trader + Trader.aggressor] = row;
  words[trader + Trader.aggressorEpoch] = words[Book.batchEpoch]!;
  return row;
}

/**
 * What the overlap of aggressive buys and sells gained, beyond what was taxed; at least 0:
 * ceil(overlap·sellNotional/sellQ) − floor(overlap·buyNotional/buyQ) − taxed. Rounds against the trader.
 */
export function calculateTax(
  buyQ: number,
  buyNotional: number,
  sellQ: number,
  sellNotional: number,
  taxed: number,
): number {
  const overlap = Math.min(buyQ, sellQ);
  if (overlap === 0) return 0;
  const sold = mulDivCeil(overlap, sellNotional, sellQ);
  const bought = mulDivFloor(overlap, buyNotional, buyQ);
  return Math.max(0, sold - bought - taxed);
}

/** The end of a match or a commit: the account's round trips of this batch may not have gained. */
export function taxRoundTrips(slab: Slab, index: number): void {
  if (!slab.params.roundTripGuard) return;
  const row = rowOf(slab, index);
  if (row === 0) return;
  const { words } = slab;
  const at = slab.aggressorAt(row);
  const tax = calculateTax(
    words[at + Aggressor.buyQ]!,
    words[at + Aggressor.buyNotional]!,
    words[at + Aggressor.sellQ]!,
    words[at + Aggressor.sellNotional]!,
    words[at + Aggressor.taxed]!,
  );
  if (tax === 0) return;
  chargeIntoInsurance(slab, index, tax, FeeKind.RoundTripTax);
  slab.set(at + Aggressor.taxed, requireSafe(words[at + Aggressor.taxed]! + tax));
  slab.lastResult.taxAtoms += tax;
}

/** Charges a fee: capital first, the rest becomes fee debt. */
export function chargeIntoInsurance(slab: Slab, index: number, fee: number, feeKind: number): void {
  if (slab.market.account(index) === undefined) refuse('AccountNotFound');
  chargeFee(slab.market, index, slab.market.journal.accountMut(index), fee, feeKind);
}

/** `ReservedMargin` if what is left does not back the account's bonds and the reserved part of its orders. */
export function requireReservedMargin(slab: Slab, index: number): void {
  const { market, words } = slab;
  const at = slab.traderAt(index);
  const lockedBond = words[at + Trader.lockedBond]!;
  const reservedNotional = words[at + Trader.reservedNotional]!;
  if (lockedBond === 0 && reservedNotional === 0) return;
  const account = market.account(index)!;
  const position = calculateEffectivePosition(market, account);
  const needed = requireSafe(lockedBond + mulDivCeil(reservedNotional, market.params.initialBps, BPS));
  const free = calculateEquityInitial(market, account) - calculateInitialMargin(market, account, position);
  if (free < needed) refuse('ReservedMargin');
}
