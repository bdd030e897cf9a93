import { describe, expect, it } from 'vitest';
import { Book, Level, Order, QUOTES_AT, Trader } from '../../../engine/slab/constants.ts';
import {
  applySlab,
  BUY,
  calculateDefaultSlabParams,
  OrderKind,
  SELL,
  Slab,
  type SlabInstruction,
} from '../../../engine/slab/index.ts';
import { BookChecker } from '../../../sim/verify/book_invariants.ts';
import { RISK, UNIT } from '../kernel/harness.ts';

const INPUTS = { oraclePrice: 100 * UNIT, nowSlot: 1 };

/** Two bids, an ask with a part reserved, and a pending order. */
function makeSlab(): Slab {
  const slabParams = { ...calculateDefaultSlabParams(1, 1), maxHolds: 2, maxHoldSlots: 9, holdFeeBps: 10 };
  const capacities = {
    maxSlots: 4,
    maxOrders: 8,
    maxHolds: 4,
    maxSlices: 8,
    maxTrades: 4,
    maxAggressors: 4,
  };
  const slab = new Slab({
    params: RISK,
    slabParams: { ...slabParams, pendingPromotion: true },
    capacities,
    initSlot: 0,
    initPrice: 100 * UNIT,
  });
  const run = (instruction: SlabInstruction) => expect(applySlab(slab, instruction)).toBeNull();
  for (const account of [0, 1, 2]) {
    run({ op: 'risk', instruction: { op: 'deposit', account, amount: 1_000 * UNIT, nowSlot: 1 } });
  }
  run({ op: 'setDlp', account: 0, flag: true });
  const place = (account: number, side: 0 | 1, price: number) => {
    const kind = OrderKind.Limit;
    run({
      op: 'placeOrder',
      account,
      side,
      kind,
      price: price * UNIT,
      qty: UNIT,
      reduceOnly: false,
      ...INPUTS,
    });
  };
  place(0, BUY, 98);
  place(0, BUY, 99);
  place(0, SELL, 101);
  place(1, SELL, 102);
  const limit = 101 * UNIT;
  const reserve = {
    route: 0,
    account: 2,
    side: BUY,
    qty: UNIT / 2,
    limit,
    ttl: 3,
    seqno: slab.seqno,
  } as const;
  run({ op: 'reserve', ...reserve, ...INPUTS });
  return slab;
}

/** Address of a word of the order with this id. */
function orderAt(slab: Slab, id: number, word: number): number {
  const link = [1, 2, 3, 4].find((place) => slab.order(place - 1)?.id === id)!;
  return slab.orders.at(link) + word;
}

type Damage = (slab: Slab) => void;
const add =
  (at: (slab: Slab) => number, by: number): Damage =>
  (slab) => {
    slab.words[at(slab)]! += by;
  };

/** What is damaged, and what the checker says. */
const DAMAGES: [string, Damage, string][] = [
  ['an order of nothing', add((slab) => orderAt(slab, 1, Order.qty), -UNIT), 'account 0: order 1 of 0 q'],
  [
    'more reserved than there is',
    add((slab) => orderAt(slab, 3, Order.reservedQ), UNIT),
    'account 0: order 3 of 1000000 q has 1500000 q reserved',
  ],
  [
    'a reservation without a hold',
    (slab) => {
      add((s) => orderAt(s, 1, Order.reservedQ), 5)(slab);
      add((s) => s.levels.at(s.words[orderAt(s, 1, Order.level)]!) + Level.reservedQ, 5)(slab);
      // The second best bid, and the quotes know of it.
      add(() => QUOTES_AT + 3, -5)(slab);
    },
    'order 1 has 5 q reserved, holds lock 0 q',
  ],
  [
    'a level that keeps another sum',
    add((slab) => slab.levels.at(slab.bestLevel(SELL)) + Level.totalQ, 1),
    'level 101000000 keeps 1,1000001,500000, its orders are 1,1000000,500000',
  ],
  [
    'a crossed book',
    (slab) => {
      slab.words[slab.levels.at(slab.bestLevel(BUY)) + Level.price] = 101 * UNIT;
    },
    'crossed: bid 101000000, ask 101000000',
  ],
  [
    'levels out of order',
    (slab) => {
      slab.words[slab.levels.at(slab.bestLevel(BUY)) + Level.price] = 97 * UNIT;
      slab.words[orderAt(slab, 2, Order.price)] = 97 * UNIT;
    },
    'level 98000000 comes after 97000000',
  ],
  ['an order of another side', add((slab) => orderAt(slab, 1, Order.side), 1), 'order 1 does not belong'],
  ['a pending order that rests', add((slab) => orderAt(slab, 4, Order.state), -1), 'order 4 is not pending'],
  ['a quote of old', add(() => QUOTES_AT + 1, 7), 'quote 0 shows 99000000, 1000007'],
  ['a bond', add((slab) => slab.traderAt(2) + Trader.lockedBond, 1), 'account 2: bonds of'],
  [
    'a reserved notional',
    add((slab) => slab.traderAt(0) + Trader.reservedNotional, 1),
    'account 0: 50500001',
  ],
  ['a count of orders', add((slab) => slab.traderAt(1) + Trader.openOrders, 1), 'account 1: has 1 orders'],
  ['a pool that leaks', add(() => Book.ordersFresh, 1), 'orders: 4 used and 0 free of 5'],
  ['a pool that counts too many', add(() => Book.holdsUsed, 1), 'holds in use are 2, there are 1'],
];

describe('the checker of order books', () => {
  it('finds nothing wrong with a sound book', () => {
    expect(() => new BookChecker(makeSlab()).check()).not.toThrow();
  });

  it.each(DAMAGES)('finds %s', (_name, damage, message) => {
    const slab = makeSlab();
    damage(slab);
    const start = 'the order book does not add up (docs/slab.md): ';
    const escaped = (start + message).replaceAll(/[()./]/g, String.raw`\$&`);
    expect(() => new BookChecker(slab).check()).toThrow(new RegExp(`^${escaped}`));
  });
});
