import {
  Book,
  Hold,
  Level,
  Node,
  Order,
  OrderState,
  QUOTE_WORDS,
  QUOTES_AT,
  Slice,
  Trader,
} from '../../engine/slab/constants.ts';
import { type BookSide, BUY, QUOTE_LEVELS, SELL, type Slab } from '../../engine/slab/index.ts';
import { InvariantViolation } from './invariants.ts';

type PoolName = 'orders' | 'levels' | 'nodes' | 'holds' | 'slices';
const POOLS: readonly PoolName[] = ['orders', 'levels', 'nodes', 'holds', 'slices'];

/** What the orders, one by one, add up to. */
interface Count {
  /** By account. */
  orders: Map<number, number>;
  reservedQ: Map<number, number>;
}

/**
 * Checks an order book by walking all of it (docs/slab.md): not crossed, levels in order and equal to the sum of their
 * orders, no more reserved of an order than it holds and exactly what holds lock, accounts and pools add up, the quotes
 * show the best levels. It uses none of the book's own rules.
 */
export class BookChecker {
  private readonly slab: Slab;

  constructor(slab: Slab) {
    this.slab = slab;
  }

  /** Throws `InvariantViolation` if something is broken. */
  check(): void {
    const { bestAsk, bestBid } = this.slab;
    if (bestBid > 0 && bestAsk > 0 && bestBid >= bestAsk)
      this.fail(`crossed: bid ${bestBid}, ask ${bestAsk}`);
    const count: Count = { orders: new Map(), reservedQ: new Map() };
    let orders = this.checkPending(count);
    let levels = 0;
    for (const side of [BUY, SELL] as const) {
      const found = this.checkSide(side, count);
      orders += found.orders;
      levels += found.levels;
      this.checkQuotes(side);
    }
    const holds = this.checkHolds(count);
    this.checkAccounts(count);
    this.checkUse('orders', orders);
    this.checkUse('levels', levels);
    this.checkUse('holds', holds.holds);
    this.checkUse('slices', holds.slices);
    for (const pool of POOLS) this.checkPool(pool);
  }

  private fail(values: string, account = -1): never {
    throw new InvariantViolation('book', account, values);
  }

  private at(pool: PoolName, link: number, word: number): number {
    const { words } = this.slab;
    return words[this.slab[pool].at(link) + word]!;
  }

  private checkPending(count: Count): number {
    let found = 0;
    let lastId = 0;
    for (
      let link = this.slab.words[Book.pendingHead]!;
      link !== 0;
      link = this.at('orders', link, Order.next)
    ) {
      const id = this.at('orders', link, Order.id);
      if (this.at('orders', link, Order.state) !== OrderState.Pending)
        this.fail(`order ${id} is not pending`);
      if (id <= lastId) this.fail(`pending order ${id} after ${lastId}`);
      if (this.at('orders', link, Order.reservedQ) !== 0) this.fail(`pending order ${id} is reserved`);
      lastId = id;
      this.countOrder(link, count);
      found += 1;
    }
    return found;
  }

  private countOrder(link: number, { orders, reservedQ }: Count): void {
    const account = this.at('orders', link, Order.account);
    const qty = this.at('orders', link, Order.qty);
    const reserved = this.at('orders', link, Order.reservedQ);
    const id = this.at('orders', link, Order.id);
    if (qty <= 0 || reserved < 0 || reserved > qty) {
      this.fail(`order ${id} of ${qty} q has ${reserved} q reserved`, account);
    }
    orders.set(account, (orders.get(account) ?? 0) + 1);
    if (reserved > 0) reservedQ.set(link, reserved);
  }

  private checkSide(side: BookSide, count: Count): { orders: number; levels: number } {
    let orders = 0;
    let levels = 0;
    let better = 0;
    for (let link = this.slab.bestLevel(side); link !== 0; link = this.at('levels', link, Level.next)) {
      const price = this.at('levels', link, Level.price);
      const isWorse = side === BUY ? price < better : price > better;
      if (better !== 0 && !isWorse) this.fail(`level ${price} comes after ${better}`);
      better = price;
      levels += 1;
      orders += this.checkLevel(side, link, count);
    }
    return { orders, levels };
  }

  private checkLevel(side: BookSide, level: number, count: Count): number {
    const price = this.at('levels', level, Level.price);
    let orders = 0;
    let totalQ = 0;
    let reservedQ = 0;
    for (
      let link = this.at('levels', level, Level.head);
      link !== 0;
      link = this.at('orders', link, Order.next)
    ) {
      const id = this.at('orders', link, Order.id);
      const isAtHome =
        this.at('orders', link, Order.state) === OrderState.Resting &&
        this.at('orders', link, Order.side) === side &&
        this.at('orders', link, Order.price) === price &&
        this.at('orders', link, Order.level) === level;
      if (!isAtHome) this.fail(`order ${id} does not belong to level ${price}`);
      this.countOrder(link, count);
      orders += 1;
      totalQ += this.at('orders', link, Order.qty);
      reservedQ += this.at('orders', link, Order.reservedQ);
    }
    const kept = [Level.orders, Level.totalQ, Level.reservedQ].map((word) => this.at('levels', level, word));
    if (kept[0] !== orders || kept[1] !== totalQ || kept[2] !== reservedQ || orders === 0) {
      this.fail(`level ${price} keeps ${kept}, its orders are ${orders},${totalQ},${reservedQ}`);
    }
    return orders;
  }

  /** The quote cache against the levels. */
  private checkQuotes(side: BookSide): void {
    const { words } = this.slab;
    const shown = this.slab.depth(side, QUOTE_LEVELS);
    for (let level = 0; level < QUOTE_LEVELS; level += 1) {
      const at = QUOTES_AT + ((side === BUY ? 0 : QUOTE_LEVELS) + level) * QUOTE_WORDS;
      const { price = 0, availableQ = 0 } = shown[level] ?? {};
      if (words[at] !== price || words[at + 1] !== availableQ) {
        this.fail(
          `quote ${level} shows ${words[at]}, ${words[at + 1]}; the book has ${price}, ${availableQ}`,
        );
      }
    }
  }

  /** Every locked quantity belongs to a hold, and the holds to their accounts. */
  private checkHolds({ reservedQ }: Count): { holds: number; slices: number } {
    const { words } = this.slab;
    const locked = new Map<number, number>();
    const bonds = new Map<number, number>();
    const reserved = new Map<number, number>();
    let holds = 0;
    let slices = 0;
    for (let hold = 1; hold <= words[Book.holdsFresh]!; hold += 1) {
      if (this.at('holds', hold, Hold.id) === 0) continue;
      holds += 1;
      add(bonds, this.at('holds', hold, Hold.account), this.at('holds', hold, Hold.bond));
      for (
        let link = this.at('holds', hold, Hold.slices);
        link !== 0;
        link = this.at('slices', link, Slice.next)
      ) {
        const order = this.at('slices', link, Slice.order);
        slices += 1;
        add(locked, order, this.at('slices', link, Slice.qty));
        add(reserved, this.at('orders', order, Order.account), this.at('slices', link, Slice.notional));
      }
    }
    for (const link of new Set([...locked.keys(), ...reservedQ.keys()])) {
      if (locked.get(link) === reservedQ.get(link)) continue;
      const id = this.at('orders', link, Order.id);
      this.fail(
        `order ${id} has ${reservedQ.get(link) ?? 0} q reserved, holds lock ${locked.get(link) ?? 0} q`,
      );
    }
    this.checkLocks(bonds, reserved);
    return { holds, slices };
  }

  private checkLocks(bonds: ReadonlyMap<number, number>, reserved: ReadonlyMap<number, number>): void {
    for (let account = 0; account < this.slab.capacities.maxSlots; account += 1) {
      const { lockedBond, reservedNotional } = this.slab.trader(account);
      const [bond, notional] = [bonds.get(account) ?? 0, reserved.get(account) ?? 0];
      if (lockedBond !== bond) this.fail(`bonds of ${lockedBond} locked, its holds have ${bond}`, account);
      if (reservedNotional !== notional) {
        this.fail(`${reservedNotional} reserved of it, holds lock ${notional}`, account);
      }
    }
  }

  private checkAccounts({ orders }: Count): void {
    const { words } = this.slab;
    for (let account = 0; account < this.slab.capacities.maxSlots; account += 1) {
      const counted = orders.get(account) ?? 0;
      const kept = words[this.slab.traderAt(account) + Trader.openOrders]!;
      const listed = this.slab.ordersOf(account).length;
      if (kept !== counted || listed !== counted) {
        this.fail(`has ${counted} orders, keeps ${kept} and lists ${listed}`, account);
      }
    }
  }

  private checkUse(pool: PoolName, counted: number): void {
    const used = this.slab.words[Book[`${pool}Used`]]!;
    if (used !== counted) this.fail(`${pool} in use are ${used}, there are ${counted}`);
  }

  /** Used and free entries are all that were ever handed out. */
  private checkPool(pool: PoolName): void {
    const { words } = this.slab;
    const fresh = words[Book[`${pool}Fresh`]]!;
    const used = words[Book[`${pool}Used`]]!;
    let free = 0;
    const next = { orders: Order, levels: Level, nodes: Node, holds: Hold, slices: Slice }[pool].next;
    for (
      let link = words[Book[`${pool}Free`]]!;
      link !== 0 && free <= fresh;
      link = this.at(pool, link, next)
    ) {
      free += 1;
    }
    if (used + free !== fresh) this.fail(`${pool}: ${used} used and ${free} free of ${fresh}`);
  }
}

const add = (sums: Map<number, number>, key: number, value: number) =>
  sums.set(key, (sums.get(key) ?? 0) + value);
