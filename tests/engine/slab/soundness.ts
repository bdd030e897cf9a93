// `expect` would cost a hundred times as much, on every word of every step of a history.
import assert from 'node:assert/strict';
import {
  Aggressor,
  Book,
  type BookSide,
  BUY,
  Hold,
  Level,
  Node,
  Order,
  OrderState,
  QUOTE_LEVELS,
  QUOTE_WORDS,
  QUOTES_AT,
  Quote,
  SELL,
  Slice,
  Trader,
} from '../../../engine/slab/constants.ts';
import type { Slab } from '../../../engine/slab/index.ts';
import type { Pool } from '../../../engine/slab/pools.ts';

const POOLS = ['orders', 'levels', 'nodes', 'holds', 'slices'] as const;

/** Follows a list of links; it may not be longer than its pool. */
function follow(pool: Pool, words: Float64Array, head: number, next: number): number[] {
  const links: number[] = [];
  for (let link = head; link !== 0; link = words[pool.at(link) + next]!) {
    links.push(link);
    assert(links.length <= pool.capacity, 'a list runs in circles');
  }
  return links;
}

/** Free entries hold nothing but their link, and with the used ones make up all that were ever handed out. */
function checkPool(slab: Slab, name: (typeof POOLS)[number], used: number): void {
  const { words } = slab;
  const pool = slab[name];
  const free = follow(pool, words, words[pool.free]!, pool.next);
  assert.deepEqual(
    { name, used: words[pool.used], entries: words[pool.used]! + free.length },
    {
      name,
      used,
      entries: words[pool.fresh],
    },
  );
  const untouched = Array.from(
    { length: pool.capacity - words[pool.fresh]! },
    (_, at) => words[pool.fresh]! + 1 + at,
  );
  for (const link of [...free, ...untouched]) {
    const record = words.slice(pool.at(link), pool.at(link) + pool.length);
    record[pool.next] = 0;
    assert(record.every((word) => word === 0));
  }
}

/** Prices of a subtree in order. A node's bit is the first in which its two sides differ. */
function listTree(slab: Slab, reference: number): number[] {
  if (reference === 0) return [];
  const { words } = slab;
  if (reference < 0) return [words[slab.levels.at(0 - reference) + Level.price]!];
  const at = slab.nodes.at(reference);
  const left = listTree(slab, words[at + Node.left]!);
  const right = listTree(slab, words[at + Node.right]!);
  const bit = 63n - BigInt(words[at + Node.bit]!);
  const prefixes = new Set([...left, ...right].map((price) => BigInt(price) >> (bit + 1n)));
  assert.equal(prefixes.size, 1);
  assert(left.every((price) => ((BigInt(price) >> bit) & 1n) === 0n));
  assert(right.every((price) => ((BigInt(price) >> bit) & 1n) === 1n));
  return [...left, ...right];
}

/** Links of a side's orders in the order of matching; levels, tree and quotes agree with them. */
function checkSide(slab: Slab, side: BookSide): number[] {
  const { levels, orders, words } = slab;
  const list = follow(levels, words, slab.bestLevel(side), Level.next);
  const prices = list.map((level) => words[levels.at(level) + Level.price]!);
  const sorted = [...prices].sort((a, b) => (side === BUY ? b - a : a - b));
  assert.deepEqual(prices, sorted);
  assert.equal(new Set(prices).size, prices.length);
  const tree = listTree(slab, words[side === BUY ? Book.bidRoot : Book.askRoot]!);
  assert.deepEqual(
    tree,
    [...prices].sort((a, b) => a - b),
  );
  list.forEach((level, nth) => {
    assert.equal(words[levels.at(level) + Level.prev], nth === 0 ? 0 : list[nth - 1]);
  });
  return list.flatMap((level) => {
    const at = levels.at(level);
    const links = follow(orders, words, words[at + Level.head]!, Order.next);
    assert(links.length > 0);
    assert.equal(words[at + Level.orders], links.length);
    assert.equal(words[at + Level.tail], links.at(-1));
    const total = (field: number) => links.reduce((sum, link) => sum + words[orders.at(link) + field]!, 0);
    assert.equal(words[at + Level.totalQ], total(Order.qty));
    assert.equal(words[at + Level.reservedQ], total(Order.reservedQ));
    links.forEach((link, nth) => {
      const order = orders.at(link);
      assert.equal(words[order + Order.state], OrderState.Resting);
      assert.equal(words[order + Order.side], side);
      assert.equal(words[order + Order.level], level);
      assert.equal(words[order + Order.price], words[at + Level.price]);
      assert.equal(words[order + Order.prev], nth === 0 ? 0 : links[nth - 1]);
    });
    return links;
  });
}

function checkQuotes(slab: Slab, side: BookSide): void {
  const start = QUOTES_AT + (side === BUY ? 0 : QUOTE_LEVELS * QUOTE_WORDS);
  const shown = Array.from({ length: QUOTE_LEVELS }, (_, row) => ({
    price: slab.words[start + row * QUOTE_WORDS + Quote.price],
    availableQ: slab.words[start + row * QUOTE_WORDS + Quote.availableQ],
  }));
  const blank = { price: 0, availableQ: 0 };
  const depth = slab.depth(side, QUOTE_LEVELS);
  assert.deepEqual(shown, [...depth, ...Array.from({ length: QUOTE_LEVELS - depth.length }, () => blank)]);
}

/** What holds lock is what their slices say, and never more than an order has. Returns the links of all slices. */
function checkHolds(slab: Slab, orderLinks: readonly number[]): { holds: number[]; slices: number[] } {
  const { holds, orders, slices, words } = slab;
  const open = Array.from({ length: words[holds.fresh]! }, (_, at) => at + 1).filter(
    (link) => words[holds.at(link) + Hold.id] !== 0,
  );
  const locked = new Map<number, number>();
  const all = open.flatMap((link) => {
    const at = holds.at(link);
    const list = follow(slices, words, words[at + Hold.slices]!, Slice.next);
    const total = (field: number) => list.reduce((sum, slice) => sum + words[slices.at(slice) + field]!, 0);
    assert.equal(list.length, words[at + Hold.sliceCount]);
    assert(list.length > 0);
    assert.equal(words[at + Hold.qty], total(Slice.qty));
    assert.equal(words[at + Hold.notional], total(Slice.notional));
    for (const slice of list) {
      assert.equal(words[slices.at(slice) + Slice.hold], link);
      const order = words[slices.at(slice) + Slice.order]!;
      locked.set(order, (locked.get(order) ?? 0) + words[slices.at(slice) + Slice.qty]!);
    }
    return list;
  });
  for (const link of orderLinks) {
    const at = orders.at(link);
    const own = follow(slices, words, words[at + Order.slices]!, Slice.orderNext);
    assert.equal(words[at + Order.reservedQ], locked.get(link) ?? 0);
    assert(words[at + Order.reservedQ]! <= words[at + Order.qty]!, 'over-reserved');
    assert(words[at + Order.qty]! > 0);
    assert(own.every((slice) => words[slices.at(slice) + Slice.order] === link));
    const sliced = own.reduce((sum, slice) => sum + words[slices.at(slice) + Slice.qty]!, 0);
    assert.equal(sliced, locked.get(link) ?? 0);
  }
  return { holds: open, slices: all };
}

function checkTraders(slab: Slab, orderLinks: readonly number[], holdLinks: readonly number[]): void {
  const { holds, orders, slices, words } = slab;
  const of = (pool: Pool, links: readonly number[], field: number, account: number) =>
    links.filter((link) => words[pool.at(link) + field] === account);
  for (let account = 0; account < slab.capacities.maxSlots; account += 1) {
    const at = slab.traderAt(account);
    const own = of(orders, orderLinks, Order.account, account);
    const list = follow(orders, words, words[at + Trader.ordersHead]!, Order.accountNext);
    assert.deepEqual(
      [...list].sort((a, b) => a - b),
      [...own].sort((a, b) => a - b),
    );
    list.forEach((link, nth) => {
      assert.equal(words[orders.at(link) + Order.accountPrev], nth === 0 ? 0 : list[nth - 1]);
    });
    assert.equal(words[at + Trader.openOrders], own.length);
    const held = of(holds, holdLinks, Hold.account, account);
    assert.equal(words[at + Trader.holds], held.length);
    const bonds = held.reduce((sum, link) => sum + words[holds.at(link) + Hold.bond]!, 0);
    assert.equal(words[at + Trader.lockedBond], bonds);
    const locked = own.flatMap((link) =>
      follow(slices, words, words[orders.at(link) + Order.slices]!, Slice.orderNext),
    );
    const notional = locked.reduce((sum, slice) => sum + words[slices.at(slice) + Slice.notional]!, 0);
    assert.equal(words[at + Trader.reservedNotional], notional);
  }
}

/** Everything that holds between the words of a slab after any instruction. Throws an assertion if something does not. */
export function assertSound(slab: Slab): void {
  const { orders, words } = slab;
  const bids = checkSide(slab, BUY);
  const asks = checkSide(slab, SELL);
  const [bid, ask] = [slab.bestBid, slab.bestAsk];
  if (bid !== 0 && ask !== 0) assert(bid < ask, `crossed: ${bid} ${ask}`);
  const pending = follow(orders, words, words[Book.pendingHead]!, Order.next);
  assert.equal(words[Book.pendingTail], pending.at(-1) ?? 0);
  assert(pending.every((link) => words[orders.at(link) + Order.state] === OrderState.Pending));
  const ids = pending.map((link) => words[orders.at(link) + Order.id]!);
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => a - b),
  );
  checkQuotes(slab, BUY);
  checkQuotes(slab, SELL);
  const all = [...bids, ...asks, ...pending];
  const { holds, slices } = checkHolds(slab, all);
  checkTraders(slab, all, holds);
  const levels = follow(slab.levels, words, slab.bestLevel(BUY), Level.next).length;
  const asked = follow(slab.levels, words, slab.bestLevel(SELL), Level.next).length;
  checkPool(slab, 'orders', all.length);
  checkPool(slab, 'levels', levels + asked);
  checkPool(slab, 'nodes', Math.max(0, levels - 1) + Math.max(0, asked - 1));
  checkPool(slab, 'holds', holds.length);
  checkPool(slab, 'slices', slices.length);
  const rows = words[Book.aggressorsUsed]!;
  const takers = Array.from({ length: rows }, (_, at) => words[slab.aggressorAt(at + 1) + Aggressor.account]);
  assert.equal(new Set(takers).size, rows);
}
