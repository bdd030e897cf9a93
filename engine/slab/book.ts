import { requireSafe } from '../math/index.ts';
import { EventKind } from '../risk/events.ts';
import {
  Book,
  type BookSide,
  BUY,
  type CancelReason,
  Level,
  Order,
  OrderState,
  QUOTE_LEVELS,
  QUOTE_WORDS,
  QUOTES_AT,
  Quote,
  SELL,
  Trader,
} from './constants.ts';
import { refuse } from './errors.ts';
import { giveBack, requireEnd, take } from './pools.ts';
import { closeLevel, openLevel } from './price_index.ts';
import type { Slab } from './state.ts';

/** A trader's list of orders: its head and its length. */
const TRADER_LIST_WORDS = 2;
/** What a new order changes of its level: all up to the totals. */
const LEVEL_QUEUE_WORDS = Level.reservedQ;

/** Is `price` at least as good for someone on `side` as their limit? */
export function isWithin(side: BookSide, price: number, limit: number): boolean {
  return side === BUY ? price <= limit : price >= limit;
}

/** Would an order at `price` trade with the best contra level, whatever is available there? */
export function isCrossing(slab: Slab, side: BookSide, price: number): boolean {
  const best = slab.bestLevel(side === BUY ? SELL : BUY);
  return best !== 0 && isWithin(side, slab.words[slab.levels.at(best) + Level.price]!, price);
}

/** The link of the order at this place with this id. */
export function findOrder(slab: Slab, place: number, id: number): number {
  const { orders, words } = slab;
  if (!(place >= 0 && place < orders.capacity)) refuse('OrderNotFound');
  const at = orders.at(place + 1);
  if (words[at + Order.state] === OrderState.Free || words[at + Order.id] !== id) refuse('OrderNotFound');
  return place + 1;
}

/** qty − reservedQ of the order at this address. */
export function availableAt(slab: Slab, at: number): number {
  return slab.words[at + Order.qty]! - slab.words[at + Order.reservedQ]!;
}

/** A resting order at `price` changed: seqno will grow, and the quotes follow if they show the level. */
function touch(slab: Slab, side: BookSide, price: number): void {
  slab.bookChanged = true;
  const bit = side === BUY ? 1 : 2;
  if ((slab.quotesChanged & bit) !== 0) return;
  const worst = slab.words[quoteAt(side, QUOTE_LEVELS - 1) + Quote.price]!;
  // Beyond the last one shown nothing shows before one of those changes, which comes by here too.
  if (worst === 0 || (side === BUY ? price >= worst : price <= worst)) slab.quotesChanged |= bit;
}

/** Puts a new order into the pool and at the head of its account's list, not yet into the book. It gets its id here. */
export function createOrder(
  slab: Slab,
  account: number,
  side: BookSide,
  price: number,
  qty: number,
  flags: number,
): number {
  const { orders, words } = slab;
  const link = take(slab, orders, 'OrdersFull');
  const at = slab.edit(orders, link);
  const id = words[Book.nextOrderId]!;
  const trader = slab.editAt(slab.traderAt(account), TRADER_LIST_WORDS);
  const head = words[trader + Trader.ordersHead]! | 0;
  words[at + Order.id] = id;
  words[at + Order.account] = account;
  words[at + Order.side] = side;
  words[at + Order.price] = price;
  words[at + Order.qty] = qty;
  words[at + Order.reservedQ] = 0;
  words[at + Order.state] = OrderState.Free;
  words[at + Order.flags] = flags;
  words[at + Order.epoch] = words[Book.batchEpoch]!;
  words[at + Order.level] = 0;
  words[at + Order.prev] = 0;
  words[at + Order.next] = 0;
  words[at + Order.accountPrev] = 0;
  words[at + Order.accountNext] = head;
  words[at + Order.slices] = 0;
  slab.set(Book.nextOrderId, requireSafe(id + 1));
  if (head !== 0) slab.set(orders.at(head) + Order.accountPrev, link);
  words[trader + Trader.ordersHead] = link;
  slab.addSaved(trader + Trader.openOrders, 1);
  slab.lastResult.order = link - 1;
  slab.lastResult.orderId = id;
  slab.market.sink?.emit(EventKind.OrderPlaced, account, id, price, side === BUY ? qty : 0 - qty);
  return link;
}

/** Puts an order, new or detached, at the end of its level. Overflow if the level's total leaves the envelope. */
export function restOrder(slab: Slab, link: number): void {
  const { levels, orders, words } = slab;
  const at = orders.at(link);
  const side = words[at + Order.side] as BookSide;
  const price = words[at + Order.price]!;
  const level = openLevel(slab, side, price);
  const levelAt = slab.editAt(levels.at(level), LEVEL_QUEUE_WORDS);
  const prev = words[levelAt + Level.tail]! | 0;
  words[levelAt + Level.totalQ] = requireSafe(words[levelAt + Level.totalQ]! + words[at + Order.qty]!);
  words[levelAt + Level.tail] = link;
  if (words[levelAt + Level.orders]! >= orders.capacity) refuse('CorruptState');
  slab.addSaved(levelAt + Level.orders, 1);
  if (prev === 0) words[levelAt + Level.head] = link;
  else slab.set(orders.at(prev) + Order.next, link);
  words[at + Order.state] = OrderState.Resting;
  words[at + Order.level] = level;
  words[at + Order.prev] = prev;
  touch(slab, side, price);
}

/** Puts a new order at the end of the pending list. */
export function suspendOrder(slab: Slab, link: number): void {
  const { orders, words } = slab;
  const prev = words[Book.pendingTail]! | 0;
  slab.set(Book.pendingTail, link);
  if (prev === 0) slab.set(Book.pendingHead, link);
  else slab.set(orders.at(prev) + Order.next, link);
  const at = orders.at(link);
  words[at + Order.state] = OrderState.Pending;
  words[at + Order.prev] = prev;
}

/** Takes an order out of its level or the pending list; an empty level closes. The order keeps its entry, saved. */
export function detachOrder(slab: Slab, link: number): void {
  const { levels, orders, words } = slab;
  const at = slab.edit(orders, link);
  const next = words[at + Order.next]! | 0;
  const prev = words[at + Order.prev]! | 0;
  const level = words[at + Order.level]! | 0;
  if (prev !== 0) slab.set(orders.at(prev) + Order.next, next);
  if (next !== 0) slab.set(orders.at(next) + Order.prev, prev);
  words[at + Order.level] = 0;
  words[at + Order.prev] = 0;
  words[at + Order.next] = 0;
  if (words[at + Order.state] === OrderState.Pending) {
    if (prev === 0) slab.set(Book.pendingHead, next);
    if (next === 0) slab.set(Book.pendingTail, prev);
    return;
  }
  const side = words[at + Order.side] as BookSide;
  touch(slab, side, words[at + Order.price]!);
  const levelAt = slab.edit(levels, level);
  slab.addSaved(levelAt + Level.orders, -1);
  slab.addSaved(levelAt + Level.totalQ, 0 - words[at + Order.qty]!);
  slab.addSaved(levelAt + Level.reservedQ, 0 - words[at + Order.reservedQ]!);
  if (prev === 0) words[levelAt + Level.head] = next;
  if (next === 0) words[levelAt + Level.tail] = prev;
  if (words[levelAt + Level.orders] === 0) closeLevel(slab, side, level);
}

/** Takes a detached order out of its account's list and the pool. */
export function freeOrder(slab: Slab, link: number): void {
  const { orders, words } = slab;
  const at = orders.at(link);
  const next = words[at + Order.accountNext]! | 0;
  const prev = words[at + Order.accountPrev]! | 0;
  const trader = slab.editAt(slab.traderAt(words[at + Order.account]!), TRADER_LIST_WORDS);
  if (prev !== 0) slab.set(orders.at(prev) + Order.accountNext, next);
  else words[trader + Trader.ordersHead] = next;
  if (next !== 0) slab.set(orders.at(next) + Order.accountPrev, prev);
  slab.addSaved(trader + Trader.openOrders, -1);
  giveBack(slab, orders, link);
}

/** The order leaves. */
export function removeOrder(slab: Slab, link: number): void {
  detachOrder(slab, link);
  freeOrder(slab, link);
}

/** Takes `q` off an order, locked or not, and off its level; an empty order leaves. */
export function shrinkOrder(slab: Slab, link: number, q: number): void {
  const { levels, orders, words } = slab;
  const at = orders.at(link);
  const qty = words[at + Order.qty]!;
  if (q === qty) {
    removeOrder(slab, link);
    return;
  }
  slab.add(at + Order.qty, 0 - q);
  if (words[at + Order.state] !== OrderState.Resting) return;
  slab.add(levels.at(words[at + Order.level]!) + Level.totalQ, 0 - q);
  touch(slab, words[at + Order.side] as BookSide, words[at + Order.price]!);
}

/** What holds have locked of an order changes by `delta`. */
export function changeReserved(slab: Slab, link: number, delta: number): void {
  const { levels, orders, words } = slab;
  const at = orders.at(link);
  slab.add(at + Order.reservedQ, delta);
  slab.add(levels.at(words[at + Order.level]!) + Level.reservedQ, delta);
  touch(slab, words[at + Order.side] as BookSide, words[at + Order.price]!);
}

/** Says that `q` of an order is about to leave unfilled. */
export function emitCancelled(slab: Slab, link: number, q: number, reason: CancelReason): void {
  const { market, orders, words } = slab;
  const at = orders.at(link);
  market.sink?.emit(EventKind.OrderCancelled, words[at + Order.account]!, words[at + Order.id]!, q, reason);
}

/** Cancels what no hold has locked of an order. */
export function cancelAvailable(slab: Slab, link: number, reason: CancelReason): void {
  const available = availableAt(slab, slab.orders.at(link));
  if (available === 0) return;
  emitCancelled(slab, link, available, reason);
  shrinkOrder(slab, link, available);
}

/** Cancels what no hold has locked of all orders of an account, newest first. */
export function cancelOrders(slab: Slab, account: number, reason: CancelReason): void {
  const { orders, words } = slab;
  let link = words[slab.traderAt(account) + Trader.ordersHead]!;
  for (let steps = 1; link !== 0; steps += 1) {
    requireEnd(orders, steps);
    const next = words[orders.at(link) + Order.accountNext]!;
    cancelAvailable(slab, link, reason);
    link = next;
  }
}

/** Address of a row of the quote cache. */
function quoteAt(side: BookSide, row: number): number {
  return QUOTES_AT + ((side === BUY ? 0 : QUOTE_LEVELS) + row) * QUOTE_WORDS;
}

function writeQuotes(slab: Slab, side: BookSide): void {
  const { levels, words } = slab;
  let level = slab.bestLevel(side);
  let isSaved = false;
  for (let row = 0; row < QUOTE_LEVELS; row += 1) {
    const at = quoteAt(side, row);
    let price = 0;
    let availableQ = 0;
    if (level !== 0) {
      const levelAt = levels.at(level);
      price = words[levelAt + Level.price]!;
      availableQ = words[levelAt + Level.totalQ]! - words[levelAt + Level.reservedQ]!;
      level = words[levelAt + Level.next]! | 0;
    }
    if (words[at + Quote.price] === price && words[at + Quote.availableQ] === availableQ) continue;
    if (availableQ < 0) refuse('CorruptState');
    // What follows a changed row mostly changes too, and one save is cheaper than many.
    if (!isSaved) slab.editAt(at, (QUOTE_LEVELS - row) * QUOTE_WORDS);
    isSaved = true;
    words[at + Quote.price] = price;
    words[at + Quote.availableQ] = availableQ;
  }
}

/** The end of an instruction: seqno and quote cache follow what it changed in the book. */
export function publishBook(slab: Slab): void {
  if (!slab.bookChanged) return;
  slab.set(Book.seqno, requireSafe(slab.seqno + 1));
  if ((slab.quotesChanged & 1) !== 0) writeQuotes(slab, BUY);
  if ((slab.quotesChanged & 2) !== 0) writeQuotes(slab, SELL);
}
