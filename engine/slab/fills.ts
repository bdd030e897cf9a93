import { mulDivFloor, OUT_OF_ENVELOPE, requireSafe } from '../math/index.ts';
import { applyTrade } from '../risk/apply.ts';
import { POS_SCALE } from '../risk/constants.ts';
import { Rejection } from '../risk/errors.ts';
import { EventKind } from '../risk/events.ts';
import { LONG, SHORT } from '../risk/records.ts';
import { shrinkOrder } from './book.ts';
import { Book, type BookSide, BUY, Order, SELL, Trade } from './constants.ts';
import { refuse, type SlabErrorName, SlabRejection } from './errors.ts';
import { bookAggression, findLedgerError } from './guards.ts';
import type { SlabInputs } from './instructions.ts';
import type { Slab } from './state.ts';

/** The name of what a rule threw. Anything else is a fault of the program and goes on. */
export function nameError(error: unknown): SlabErrorName {
  if (error instanceof Rejection || error instanceof SlabRejection) return error.name;
  if (error === OUT_OF_ENVELOPE) return 'Overflow';
  throw error;
}

/** How a fill ended: done, or undone because of the maker or the taker (`slab.walk.error` says why). */
export type FillOutcome = 'filled' | 'makerFailed' | 'takerFailed';

/**
 * What a fill is part of. Only a forced reduction is not booked in the ledger; a commit ends with the first fill that
 * fails, so its fills need no savepoints of their own.
 */
export type FillKind = 'match' | 'commit' | 'reduction';

/** Is the order of an earlier batch, so that it was there when this one opened? */
export function isLive(slab: Slab, at: number): boolean {
  return slab.words[at + Order.epoch]! < slab.words[Book.batchEpoch]!;
}

/** The trade between an order's owner and a taker, as the risk engine wants it. */
function prepareTrade(slab: Slab, at: number, taker: number, q: number, inputs: SlabInputs): void {
  const { trade, words } = slab;
  const maker = words[at + Order.account]!;
  const isBid = words[at + Order.side] === BUY;
  trade.buyer = isBid ? maker : taker;
  trade.seller = isBid ? taker : maker;
  trade.maker = isBid ? 'buyer' : 'seller';
  trade.sizeQ = q;
  trade.executionPrice = words[at + Order.price]!;
  trade.oraclePrice = inputs.oraclePrice;
  trade.nowSlot = inputs.nowSlot;
  trade.fundingRate = words[Book.fundingRate]!;
}

/**
 * The trade alone; the caller undoes one that fails. `ledgerError` is why it could not be booked. An order that is not
 * live earns no rebate while the JIT penalty is on.
 */
function runTrade(
  slab: Slab,
  at: number,
  taker: number,
  q: number,
  inputs: SlabInputs,
  ledgerError: SlabErrorName | null,
): FillOutcome {
  const { market, trade, walk } = slab;
  prepareTrade(slab, at, taker, q, inputs);
  const { makerFeeBps } = market.params;
  const feeBps = slab.params.jitPenalty && !isLive(slab, at) ? Math.max(makerFeeBps, 0) : makerFeeBps;
  market.resetFlags[LONG] = false;
  market.resetFlags[SHORT] = false;
  // Refusals of every day are returned, the rare ones thrown.
  let refused: SlabErrorName | null;
  try {
    refused = applyTrade(market, trade, feeBps);
  } catch (error) {
    refused = nameError(error);
  }
  walk.error = refused ?? ledgerError;
  if (walk.error === null) return 'filled';
  return refused !== null && market.trade.fault === trade.maker ? 'makerFailed' : 'takerFailed';
}

/** The same under its own savepoint: a failure is undone. */
export function tryTrade(
  slab: Slab,
  at: number,
  taker: number,
  q: number,
  inputs: SlabInputs,
  ledgerError: SlabErrorName | null,
): FillOutcome {
  const { journal } = slab.market;
  const mark = journal.mark();
  const outcome = runTrade(slab, at, taker, q, inputs, ledgerError);
  if (outcome === 'filled') journal.release(mark);
  else journal.rollback(mark);
  return outcome;
}

/** `AccountNotFound` for an order or a hold of nobody: no party's fault, so it ends the instruction. */
export function requireParties({ market }: Slab, maker: number, taker: number): void {
  if (market.account(maker) === undefined || market.account(taker) === undefined) refuse('AccountNotFound');
}

/** Fills `q` of a resting order: trade, ledger, order, trades ring. */
export function fill(
  slab: Slab,
  link: number,
  taker: number,
  q: number,
  inputs: SlabInputs,
  kind: FillKind,
): FillOutcome {
  const { lastResult, market, orders, walk, words } = slab;
  const at = orders.at(link);
  const maker = words[at + Order.account]!;
  const price = words[at + Order.price]!;
  requireParties(slab, maker, taker);
  const side: BookSide = words[at + Order.side] === BUY ? SELL : BUY;
  const books = kind !== 'reduction' && slab.params.roundTripGuard;
  const ledgerError = books ? findLedgerError(slab, taker, side, q, price) : null;
  const run = kind === 'commit' ? runTrade : tryTrade;
  const outcome = run(slab, at, taker, q, inputs, ledgerError);
  if (outcome !== 'filled') return outcome;
  if (books) bookAggression(slab, taker, side, q, price);
  market.sink?.emit(EventKind.OrderFilled, maker, words[at + Order.id]!, q, taker);
  recordTrade(slab, at, taker, q, inputs.nowSlot);
  shrinkOrder(slab, link, q);
  walk.filledQ += q;
  walk.takerPaid += market.trade.takerPaid;
  walk.rebates += market.trade.rebate;
  lastResult.filledQ += q;
  lastResult.notionalAtoms += mulDivFloor(q, price, POS_SCALE);
  return 'filled';
}

/** Writes the next row of the trades ring. */
function recordTrade(slab: Slab, at: number, taker: number, q: number, nowSlot: number): void {
  const { words } = slab;
  const seq = words[Book.tradeCount]!;
  const row = slab.editTrade((seq % slab.capacities.maxTrades) + 1);
  words[row + Trade.seq] = seq;
  words[row + Trade.slot] = nowSlot;
  words[row + Trade.price] = words[at + Order.price]!;
  words[row + Trade.qty] = q;
  words[row + Trade.maker] = words[at + Order.account]!;
  words[row + Trade.taker] = taker;
  words[row + Trade.takerSide] = words[at + Order.side] === BUY ? SELL : BUY;
  words[row + Trade.makerOrder] = words[at + Order.id]!;
  slab.set(Book.tradeCount, requireSafe(seq + 1));
}
