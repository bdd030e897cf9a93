import { MAX_SAFE, requireSafe } from '../math/index.ts';
import { apply } from '../risk/apply.ts';
import { EventKind } from '../risk/events.ts';
import { detachOrder, emitCancelled, freeOrder, isCrossing, restOrder } from './book.ts';
import {
  Book,
  type BookSide,
  BUY,
  CancelReason,
  Level,
  Order,
  POST_ONLY,
  REDUCE_ONLY,
  SELL,
} from './constants.ts';
import { refuse } from './errors.ts';
import { clampReducing } from './guards.ts';
import type { SlabInputs } from './instructions.ts';
import { calculateFundingRate, calculateMarkPrice, calculatePremium } from './mark.ts';
import { matchOrder } from './matching.ts';
import { requireEnd } from './pools.ts';
import { nearestLevel } from './price_index.ts';
import type { Slab } from './state.ts';

/** `batchOpen` of docs/slab.md: mark and funding rate, then the orders that waited for it. */
export function openBatch(slab: Slab, inputs: SlabInputs): void {
  const { market, params, words } = slab;
  if (inputs.nowSlot - slab.batchSlot < params.batchSlots) refuse('BatchNotDue');
  samplePremium(slab, inputs);
  const mark = calculateMarkPrice(slab, inputs.oraclePrice);
  const rate = calculateFundingRate(mark, inputs.oraclePrice, params, market.params.fundingScale);
  slab.set(Book.fundingRate, rate);
  accrueMarket(slab, inputs);
  slab.set(Book.batchEpoch, requireSafe(slab.batchEpoch + 1));
  slab.set(Book.batchSlot, inputs.nowSlot);
  slab.set(Book.batchMark, mark);
  slab.set(Book.aggressorsUsed, 0);
  market.sink?.emit(EventKind.BatchOpened, -1, words[Book.batchEpoch], mark, rate);
  promoteOrders(slab, inputs);
}

/** The middle of the book less the index joins the moving average, if there is a middle. */
function samplePremium(slab: Slab, { nowSlot, oraclePrice }: SlabInputs): void {
  const { words } = slab;
  if (slab.bestLevel(BUY) === 0 || slab.bestLevel(SELL) === 0) return;
  const sample = Math.floor((slab.bestBid + slab.bestAsk) / 2) - oraclePrice;
  const dt = nowSlot - words[Book.premiumSlot]!;
  if (dt < 0) refuse('CorruptState');
  const ema = calculatePremium(words[Book.premiumEma]!, sample, dt, slab.params.markWindowSlots);
  slab.set(Book.premiumEma, ema);
  slab.set(Book.premiumSlot, nowSlot);
}

/** The risk engine's `keeper_crank` without candidates, so that the new rate counts from here. */
function accrueMarket(slab: Slab, { nowSlot, oraclePrice }: SlabInputs): void {
  const { fundingRate } = slab;
  const crank = { op: 'keeperCrank', candidates: [], maxRevalidations: 0 } as const;
  const error = apply(slab.market, { ...crank, oraclePrice, nowSlot, fundingRate });
  if (error !== null) refuse(error);
}

/** Each pending order once, in id order: that of the list. */
function promoteOrders(slab: Slab, inputs: SlabInputs): void {
  const { orders, words } = slab;
  let steps = 0;
  for (let link = words[Book.pendingHead]!; link !== 0; link = words[Book.pendingHead]!) {
    steps += 1;
    requireEnd(orders, steps);
    detachOrder(slab, link);
    const qty = promoteOrder(slab, link, inputs);
    if (qty === 0) {
      freeOrder(slab, link);
    } else {
      slab.set(orders.at(link) + Order.qty, qty);
      restOrder(slab, link);
    }
  }
}

/** What may rest of an order after it took what it crosses; 0 if it is dropped. */
function promoteOrder(slab: Slab, link: number, inputs: SlabInputs): number {
  const { orders, words } = slab;
  const at = orders.at(link);
  const account = words[at + Order.account]!;
  const side = words[at + Order.side] as BookSide;
  const price = words[at + Order.price]!;
  const flags = words[at + Order.flags]!;
  const qty = words[at + Order.qty]!;
  const crosses = isCrossing(slab, side, price);
  if (crosses && (flags & POST_ONLY) !== 0) return drop(slab, link, qty);
  const wanted = (flags & REDUCE_ONLY) === 0 ? qty : clampReducing(slab, account, side, qty);
  if (wanted < qty) emitCancelled(slab, link, qty - wanted, CancelReason.NothingToReduce);
  if (wanted === 0) return 0;
  if (!crosses) return canRest(slab, side, price, wanted) ? wanted : drop(slab, link, wanted);
  const { error, filledQ } = matchOrder(slab, account, side, price, wanted, inputs);
  const rest = wanted - filledQ;
  if (rest === 0) return 0;
  const isDropped = error !== null || isCrossing(slab, side, price) || !canRest(slab, side, price, rest);
  return isDropped ? drop(slab, link, rest) : rest;
}

/** Nobody may block an opening: an order that its level cannot hold is dropped. */
function canRest(slab: Slab, side: BookSide, price: number, qty: number): boolean {
  const level = nearestLevel(slab, side, price);
  if (level === 0) return true;
  const at = slab.levels.at(level);
  return slab.words[at + Level.price] !== price || slab.words[at + Level.totalQ]! + qty <= MAX_SAFE;
}

function drop(slab: Slab, link: number, qty: number): 0 {
  emitCancelled(slab, link, qty, CancelReason.Dropped);
  return 0;
}
