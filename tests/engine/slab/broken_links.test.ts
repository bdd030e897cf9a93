import { describe, expect, it } from 'vitest';
import {
  Book,
  BUY,
  Hold,
  Level,
  Node,
  Order,
  OrderKind,
  SELL,
  Slice,
  Trader,
} from '../../../engine/slab/constants.ts';
import { applySlab, type BookSide, type Slab, type SlabInstruction } from '../../../engine/slab/index.ts';
import { decodeSlab, encodeSlab } from '../../../engine/wire/slab_account.ts';
import { createSlabScene, runSlabTable } from './table.ts';

const KEYS = { authority: new Uint8Array(32), router: new Uint8Array(32) };
const inputs = { oraclePrice: 1_000, nowSlot: 20 };
const place = (account: number, side: BookSide, kind: OrderKind, price: number): SlabInstruction => ({
  ...{ op: 'placeOrder', account, side, kind, price, qty: 1_000_000, reduceOnly: false, ...inputs },
});
const rest = (side: BookSide, price: number) => place(3, side, OrderKind.Limit, price);
const take = place(3, BUY, OrderKind.Ioc, 1_010);
const hold = { hold: 0, id: 1 };

/** Orders 1 … 4 in levels 1 … 3, of which a hold locks all of the first two: the slab behind bytes, its links believed. */
function createSlab(): Slab {
  const scene = createSlabScene();
  runSlabTable(
    scene,
    `deposit a 100000
    deposit b 100000
    deposit c 100000
    deposit d 100000
    ask a 2@1000
    ask b 2@1000
    ask a 3@1010
    bid c 1@950
    reserve c buy 4@1000 ttl=99`,
  );
  return decodeSlab(encodeSlab(scene.slab, KEYS))!;
}

/** Link by link: where it stands, where it leads now, and who follows it. */
const BROKEN: [string, (slab: Slab) => number, number, SlabInstruction][] = [
  ['a queue that runs in circles', ({ orders }) => orders.at(1) + Order.next, 1, take],
  ['levels that do', ({ levels }) => levels.at(1) + Level.next, 1, take],
  [
    'an account’s orders that do',
    ({ orders }) => orders.at(1) + Order.accountNext,
    1,
    { op: 'cancelAll', account: 0, nowSlot: 20 },
  ],
  [
    'the slices of a hold that do',
    ({ slices }) => slices.at(2) + Slice.next,
    1,
    { op: 'prune', ...hold, order: 2, orderId: 3, ...inputs },
  ],
  ['a node that is its own child', ({ nodes }) => nodes.at(1) + Node.left, 1, rest(SELL, 1_000)],
  ['a node without a child', ({ nodes }) => nodes.at(1) + Node.left, 0, rest(SELL, 1_000)],
  ['a root beyond its pool', () => Book.askRoot, 13, rest(SELL, 1_020)],
  ['a leaf beyond its pool', () => Book.bidRoot, -13, rest(BUY, 960)],
  ['a best level beyond its pool', () => Book.bestAsk, 13, rest(BUY, 960)],
  ['a free order beyond its pool', () => Book.ordersFree, 13, rest(BUY, 960)],
  [
    'an order without its level',
    ({ orders }) => orders.at(3) + Order.level,
    0,
    { op: 'cancelOrder', account: 0, order: 2, id: 3, nowSlot: 20 },
  ],
  [
    'a level that another holds the place of',
    ({ levels }) => levels.at(2) + Level.price,
    1_000,
    { op: 'cancelOrder', account: 0, order: 2, id: 3, nowSlot: 20 },
  ],
  ['a level with too many orders', ({ levels }) => levels.at(3) + Level.orders, 12, rest(BUY, 950)],
  [
    'a level that locks more than it has',
    ({ levels }) => levels.at(3) + Level.reservedQ,
    2 ** 52,
    rest(BUY, 950),
  ],
  [
    'a slice without its order',
    ({ slices }) => slices.at(1) + Slice.order,
    0,
    { op: 'commit', account: 2, ...hold, ...inputs },
  ],
  [
    'a hold with fewer slices than it counts',
    ({ holds }) => holds.at(1) + Hold.slices,
    7,
    { op: 'cancelHold', account: 2, ...hold, nowSlot: 20 },
  ],
  [
    'a maker with less reserved than its slices say',
    (slab) => slab.traderAt(0) + Trader.reservedNotional,
    1,
    { op: 'cancelHold', account: 2, ...hold, nowSlot: 20 },
  ],
  [
    'an order smaller than what is locked of it',
    ({ orders }) => orders.at(1) + Order.qty,
    1,
    { op: 'commit', account: 2, ...hold, ...inputs },
  ],
  ['pending orders that run in circles', () => Book.pendingHead, 3, { op: 'batchOpen', ...inputs }],
  ['a premium of the future', () => Book.premiumSlot, 21, { op: 'batchOpen', ...inputs }],
];

describe('CorruptState, and nothing changes', () => {
  it.each(BROKEN)('%s', (_, addressOf, link, instruction) => {
    const slab = createSlab();
    slab.words[addressOf(slab)] = link;
    const before = encodeSlab(slab, KEYS);
    expect(applySlab(slab, instruction)).toBe('CorruptState');
    expect(encodeSlab(slab, KEYS)).toEqual(before);
  });
});

it('a free entry with words of its own becomes what it is taken for', () => {
  const slab = createSlab();
  const at = slab.orders.at(5);
  slab.words.fill(1, at, at + slab.orders.length);
  expect(applySlab(slab, rest(BUY, 950))).toBeNull();
  expect(slab.order(4)).toMatchObject({ id: 5, account: 3, reservedQ: 0 });
});

it('whoever reads a list in circles is told so too', () => {
  const slab = createSlab();
  slab.words[slab.slices.at(2) + Slice.next] = 1;
  slab.words[slab.orders.at(1) + Order.accountNext] = 1;
  const corrupt = expect.objectContaining({ name: 'CorruptState' });
  expect(() => slab.hold(0)).toThrow(corrupt);
  expect(() => slab.ordersOf(0)).toThrow(corrupt);
});

it('the order of nobody ends a match', () => {
  const slab = createSlab();
  slab.words[slab.orders.at(3) + Order.account] = 7;
  expect(applySlab(slab, take)).toBe('AccountNotFound');
});
