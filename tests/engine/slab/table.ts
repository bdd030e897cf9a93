/**
 * Text tables for step-by-step cases of the slab: a row a step, `op args | expectations`.
 *
 *   at 10 1000                        slot and index of the rows below
 *   deposit a 500 · withdraw a 50 · close a · reclaim a · liquidate a · settle a · trade
 *   dlp a on                          a … h are accounts 0 … 7
 *   bid a 5@1000 [post|ioc|fok] [reduce]    5 base units; `ask` likewise; `5.25@…` are fractions of a unit
 *   cancel a #3 · cancelall a · replace a #3 5@1000      #3 is the order with id 3
 *   open                              a batch
 *   reserve a buy 5@1010 [ttl=9] [seqno=7] · commit a h1 · drop a h1 · release h1 · prune h1 #3     h1: hold with id 1
 *   reduce a by c
 *   expect                            no instruction
 *
 * An expectation is an error name (the row then checks too that nothing changed), or `field=value`, see `FIELDS`.
 */
import { expect } from 'vitest';
import {
  calculateEffectivePosition,
  EventLog,
  POS_SCALE,
  type RiskInstruction,
  type RiskParams,
} from '../../../engine/risk/index.ts';
import { Book } from '../../../engine/slab/constants.ts';
import {
  applySlab,
  calculateDefaultSlabParams,
  listPendingOrders,
  type OrderKind,
  type OrderView,
  SLAB_ERRORS,
  Slab,
  type SlabCapacities,
  type SlabInstruction,
  type SlabParams,
} from '../../../engine/slab/index.ts';
import { encodeSlab } from '../../../engine/wire/index.ts';
import { createParams } from '../risk/table.ts';
import { assertSound } from './soundness.ts';

const CAPACITIES: SlabCapacities = {
  maxSlots: 8,
  maxOrders: 12,
  maxHolds: 4,
  maxSlices: 6,
  maxTrades: 4,
  maxAggressors: 4,
};
const KEYS = { authority: new Uint8Array(32), router: new Uint8Array(32) };

export interface SlabScene {
  slab: Slab;
  log: EventLog;
  slot: number;
  price: number;
}

/** A slab at index 1 000 in slot 0, tick 5, lot a quarter unit; no fees, no guards, margins 5 % and 10 %. */
export function createSlabScene(
  slabParams: Partial<SlabParams> = {},
  risk: Partial<RiskParams> = {},
  capacities: Partial<SlabCapacities> = {},
): SlabScene {
  const log = new EventLog();
  const slab = new Slab({
    params: createParams(risk),
    slabParams: {
      ...calculateDefaultSlabParams(5, POS_SCALE / 4),
      ...{ maxHolds: 4, maxHoldSlots: 100 },
      ...slabParams,
    },
    capacities: { ...CAPACITIES, ...capacities },
    initSlot: 0,
    initPrice: 1_000,
    sink: log,
  });
  return { slab, log, slot: 0, price: 1_000 };
}

const NAMES = 'abcdefgh';
const KINDS: Record<string, OrderKind> = { post: 1, ioc: 2, fok: 3 };

const toAccount = (name: string) => (NAMES.includes(name) ? NAMES.indexOf(name) : Number(name));
const nameOf = (account: number) => NAMES[account] ?? String(account);

function findOrder({ slab }: SlabScene, id: number): OrderView | undefined {
  return Array.from({ length: slab.capacities.maxOrders }, (_, at) => slab.order(at)).find(
    (order) => order?.id === id,
  );
}

/** `#3` as the place and id of an order; one that is not there is looked for at place 0. */
function toOrder(scene: SlabScene, text: string): { order: number; id: number } {
  const id = Number(text.slice(1));
  return { order: findOrder(scene, id)?.index ?? 0, id };
}

function toHold({ slab }: SlabScene, text: string): { hold: number; id: number } {
  const id = Number(text.slice(1));
  const places = Array.from({ length: slab.capacities.maxHolds }, (_, at) => at);
  return { hold: places.find((at) => slab.hold(at)?.id === id) ?? 0, id };
}

function toTerms(text: string): { price: number; qty: number } {
  const [qty, price] = text.split('@').map(Number);
  return { price: price!, qty: qty! * POS_SCALE };
}

/** Values of `name=value` words. */
const optionOf = (words: readonly string[], name: string) =>
  words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

function parseRisk(scene: SlabScene, words: readonly string[]): RiskInstruction | null {
  const [op, first = '', second = ''] = words;
  const account = toAccount(first);
  const inputs = { oraclePrice: scene.price, nowSlot: scene.slot, fundingRate: 0 };
  const amount = Number(second);
  switch (op) {
    case 'deposit':
      return { op, account, amount, nowSlot: scene.slot };
    case 'withdraw':
      return { op, account, amount, ...inputs };
    case 'close':
      return { op: 'closeAccount', account, ...inputs };
    case 'reclaim':
      return { op, account };
    case 'settle':
      return { op: 'settleAccount', account, ...inputs };
    case 'liquidate':
      return { op, account, policy: 'full', ...inputs };
    case 'trade':
      return { op: 'executeTrade', buyer: 0, seller: 1, sizeQ: 1, executionPrice: 1, ...inputs };
    default:
      return null;
  }
}

function parseInstruction(scene: SlabScene, words: readonly string[]): SlabInstruction {
  const [op, first = '', second = '', third = ''] = words;
  const account = toAccount(first);
  const inputs = { oraclePrice: scene.price, nowSlot: scene.slot };
  const { nowSlot } = inputs;
  const instruction = parseRisk(scene, words);
  if (instruction !== null) return { op: 'risk', instruction };
  switch (op) {
    case 'dlp':
      return { op: 'setDlp', account, flag: second === 'on' };
    case 'bid':
    case 'ask': {
      const kind = words.map((word) => KINDS[word]).find((found) => found !== undefined) ?? 0;
      const reduceOnly = words.includes('reduce');
      const side = op === 'bid' ? 0 : 1;
      return { op: 'placeOrder', account, side, kind, ...toTerms(second), reduceOnly, ...inputs };
    }
    case 'cancel':
      return { op: 'cancelOrder', account, ...toOrder(scene, second), nowSlot };
    case 'cancelall':
      return { op: 'cancelAll', account, nowSlot };
    case 'replace':
      return { op: 'replaceOrder', account, ...toOrder(scene, second), ...toTerms(third), ...inputs };
    case 'open':
      return { op: 'batchOpen', ...inputs };
    case 'reserve': {
      const { price: limit, qty } = toTerms(third);
      const side = second === 'buy' ? 0 : 1;
      const ttl = Number(optionOf(words, 'ttl') ?? 9);
      const seqno = Number(optionOf(words, 'seqno') ?? scene.slab.seqno);
      const route = Number(optionOf(words, 'route') ?? 7);
      return { op, route, account, side, qty, limit, ttl, seqno, ...inputs };
    }
    case 'commit':
      return { op, account, ...toHold(scene, second), ...inputs };
    case 'drop':
      return { op: 'cancelHold', account, ...toHold(scene, second), nowSlot };
    case 'release':
      return { op: 'releaseHold', ...toHold(scene, first), nowSlot };
    case 'prune': {
      const { order, id: orderId } = toOrder(scene, second);
      return { op, ...toHold(scene, first), order, orderId, ...inputs };
    }
    case 'reduce':
      return { op: 'reduceBand', account, caller: toAccount(third), ...inputs };
    default:
      throw new Error(`unknown row: ${words.join(' ')}`);
  }
}

/** A side's queue: `5a@1010 2b@1010 1c@1015`, reserved quantity behind a slash: `5/2a@1010`. */
function showSide({ slab }: SlabScene, side: 0 | 1): string {
  const { levels, orders, words } = slab;
  const shown: string[] = [];
  for (let level = slab.bestLevel(side); level !== 0; ) {
    const at = levels.at(level);
    for (let link = words[at + 1]!; link !== 0; ) {
      const { account, price, qty, reservedQ } = slab.order(link - 1)!;
      const reserved = reservedQ > 0 ? `/${reservedQ / POS_SCALE}` : '';
      shown.push(`${qty / POS_SCALE}${reserved}${nameOf(account)}@${price}`);
      link = words[orders.at(link) + 11]!;
    }
    level = words[at + 7]!;
  }
  return shown.join(',') || '-';
}

/** What an expectation can name; `.x` is the account it is about. */
const FIELDS: Record<string, (scene: SlabScene, account: number) => string | number> = {
  bids: (scene) => showSide(scene, 0),
  asks: (scene) => showSide(scene, 1),
  pending: ({ slab }) =>
    listPendingOrders(slab)
      .map((at) => slab.order(at)!)
      .map(
        ({ account, price, qty, side }) =>
          `${side === 0 ? '' : '-'}${qty / POS_SCALE}${nameOf(account)}@${price}`,
      )
      .join(',') || '-',
  filled: ({ slab }) => slab.lastResult.filledQ / POS_SCALE,
  notional: ({ slab }) => slab.lastResult.notionalAtoms,
  tax: ({ slab }) => slab.lastResult.taxAtoms,
  reward: ({ slab }) => slab.lastResult.rewardAtoms,
  worst: ({ slab }) => slab.lastResult.worstPrice,
  charge: ({ slab }) => slab.lastResult.maxChargeAtoms,
  lockedBond: ({ slab }) => slab.lastResult.bondAtoms,
  seqno: ({ slab }) => slab.seqno,
  epoch: ({ slab }) => slab.batchEpoch,
  mark: ({ slab }) => slab.words[Book.batchMark]!,
  premium: ({ slab }) => slab.words[Book.premiumEma]!,
  rate: ({ slab }) => slab.fundingRate,
  orders: ({ slab }) => slab.words[Book.ordersUsed]!,
  levels: ({ slab }) => slab.words[Book.levelsUsed]!,
  holds: ({ slab }) => slab.words[Book.holdsUsed]!,
  slices: ({ slab }) => slab.words[Book.slicesUsed]!,
  insurance: ({ slab }) => slab.market.globals.insurance,
  slot: ({ slab }) => slab.market.globals.currentSlot,
  position: ({ slab }, account) => {
    const found = slab.market.account(account);
    return found === undefined ? 'none' : calculateEffectivePosition(slab.market, found) / POS_SCALE;
  },
  capital: ({ slab }, account) => slab.market.account(account)?.capital ?? 'none',
  pnl: ({ slab }, account) => slab.market.account(account)?.pnl ?? 'none',
  debt: ({ slab }, account) => 0 - (slab.market.account(account)?.feeCredits ?? 0),
  open: ({ slab }, account) => slab.trader(account).openOrders,
  held: ({ slab }, account) => slab.trader(account).holds,
  bond: ({ slab }, account) => slab.trader(account).lockedBond,
  reserved: ({ slab }, account) => slab.trader(account).reservedNotional,
};

function runRow(scene: SlabScene, row: string): void {
  const [left, right = ''] = row.split('|').map((part) => part.trim());
  const words = left!.split(/\s+/);
  if (words[0] === 'at') {
    scene.slot = Number(words[1]);
    scene.price = Number(words[2] ?? scene.price);
    return;
  }
  const wanted = right.split(/\s+/).filter((word) => word !== '');
  if (words[0] !== 'expect') {
    const error = wanted.find((word) => (SLAB_ERRORS as readonly string[]).includes(word)) ?? null;
    const before = encodeSlab(scene.slab, KEYS);
    const events = scene.log.length;
    const found = applySlab(scene.slab, parseInstruction(scene, words));
    expect(`${row} → ${found}`).toBe(`${row} → ${error}`);
    if (error !== null) {
      expect(Buffer.compare(before, encodeSlab(scene.slab, KEYS))).toBe(0);
      expect(scene.log.length).toBe(events);
    }
    assertSound(scene.slab);
  }
  for (const word of wanted.filter((text) => text.includes('='))) {
    const [name, value] = word.split('=') as [string, string];
    const [field, account = ''] = name.split('.') as [string, string?];
    const read = FIELDS[field];
    if (read === undefined) throw new Error(`unknown field: ${field}`);
    expect(`${row} → ${name}=${read(scene, toAccount(account))}`).toBe(`${row} → ${name}=${value}`);
  }
}

/** Runs the rows of a table; empty lines and `//` comments are skipped. */
export function runSlabTable(scene: SlabScene, table: string): SlabScene {
  for (const line of table.split('\n')) {
    const row = line.replace(/\/\/.*$/, '').trim();
    if (row !== '') runRow(scene, row);
  }
  return scene;
}
