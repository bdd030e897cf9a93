import fc from 'fast-check';
import type { EventSink, RiskInstruction, RiskParams } from '../../engine/risk/index.ts';
import { Book } from '../../engine/slab/constants.ts';
import {
  type BookSide,
  calculateDefaultSlabParams,
  listHoldsOf,
  type OrderKind,
  SELL,
  Slab,
  type SlabInstruction,
  type SlabOptions,
  type SlabParams,
} from '../../engine/slab/index.ts';
import { createParams } from '../engine/risk/table.ts';

/** Histories of a small slab whose pools, accounts and price range are tight enough for everything to happen. */

export const ACCOUNTS = 6;
const TICK = 5;
const LOT = 100_000;
const PRICE = 1_000;
export const CAPACITIES = {
  maxSlots: ACCOUNTS + 1,
  maxOrders: 14,
  maxHolds: 3,
  maxSlices: 5,
  maxTrades: 5,
  maxAggressors: 3,
};

/** Which rules a history plays under. */
export interface Rules {
  slab: Partial<SlabParams>;
  risk: Partial<RiskParams>;
}

export const rulesArbitrary: fc.Arbitrary<Rules> = fc.record({
  slab: fc.record({
    batchSlots: fc.constantFrom(1, 3),
    pendingPromotion: fc.boolean(),
    freezeSlots: fc.constantFrom(0, 0, 2),
    freezeLevels: fc.constantFrom(1, 2),
    killBandBps: fc.constantFrom(0, 0, 100),
    reduceBandBps: fc.constantFrom(0, 2_000, 2_000),
    reduceSlipBps: fc.constantFrom(300, 1_000),
    jitPenalty: fc.boolean(),
    roundTripGuard: fc.boolean(),
    holdFeeBps: fc.constantFrom(0, 5, 40),
    maxHolds: fc.constantFrom(2, 3),
    maxHoldSlots: fc.constantFrom(3, 8),
    maxOrdersPerAccount: fc.constantFrom(4, 14),
    markBandBps: fc.constantFrom(0, 200),
    markWindowSlots: fc.constantFrom(1, 4),
    fundingKBps: fc.constantFrom(0, 10_000),
    fundingHorizonSlots: fc.constant(10),
    fundingCap: fc.constant(20),
  }),
  risk: fc.record({
    tradingFeeBps: fc.constantFrom(0, 30),
    makerFeeBps: fc.constantFrom(0, 10, -15),
    keeperRewardBps: fc.constantFrom(0, 3_000, 10_000),
    warmupPeriodSlots: fc.constantFrom(0, 10),
  }),
});

export function createOptions(rules: Rules, sink?: EventSink): SlabOptions {
  return {
    params: createParams({ maxAccounts: ACCOUNTS, ...rules.risk }),
    slabParams: { ...calculateDefaultSlabParams(TICK, LOT), ...rules.slab },
    capacities: CAPACITIES,
    initSlot: 0,
    initPrice: PRICE,
    ...(sink && { sink }),
  };
}

/** One step of a history, in numbers that mean something only beside the slab they meet. */
export type Step = readonly [what: number, who: number, a: number, b: number, c: number];

const stepArbitrary: fc.Arbitrary<Step> = fc.tuple(
  fc.nat(99),
  fc.nat(ACCOUNTS - 1),
  fc.nat(99),
  fc.nat(99),
  fc.nat(99),
);

export const stepsArbitrary = fc.array(stepArbitrary, { minLength: 30, maxLength: 90, size: 'max' });

/** Turns steps into instructions: time and price go on by themselves. */
export class Driver {
  readonly slab: Slab;
  price = PRICE;
  slot = 0;

  constructor(options: SlabOptions) {
    this.slab = new Slab(options);
  }

  get inputs(): { oraclePrice: number; nowSlot: number } {
    return { oraclePrice: this.price, nowSlot: this.slot };
  }

  /** Accounts come with enough for a few units of position. */
  *open(): Generator<SlabInstruction> {
    for (let account = 0; account < ACCOUNTS; account += 1) {
      const amount = 200 + 200 * account;
      yield { op: 'risk', instruction: { op: 'deposit', account, amount, nowSlot: 0 } };
    }
    yield { op: 'risk', instruction: { op: 'topUpInsurance', amount: 50, nowSlot: 0 } };
    yield { op: 'setDlp', account: 2, flag: true };
  }

  next([what, owner, a, b, c]: Step): SlabInstruction {
    const who = a === 97 ? ACCOUNTS : owner;
    if (what < 36) return this.place(who, a, b, c);
    if (what < 48) return this.place(who, a % 50, b, 10 + (c % 10));
    if (what < 52) return this.cancelOrder(who, a, b);
    if (what < 54) return { op: 'cancelAll', account: who, nowSlot: this.slot };
    if (what < 60) return this.replace(who, a, b, c);
    if (what < 68) return this.batch(a, b);
    if (what < 76) return this.reserve(who, a, b, c);
    if (what < 81) return this.onHold('commit', who, a, b);
    if (what < 83) return this.onHold('cancelHold', who, a, b);
    if (what < 85) return this.onHold('releaseHold', who, a, b);
    if (what < 89) return this.prune(a, b);
    if (what < 93) return this.reduceBand(who, a, b);
    if (what < 94) return { op: 'setDlp', account: who, flag: a % 2 === 0 };
    return { op: 'risk', instruction: this.risk(who, a, b) };
  }

  /** Around the index: mostly passive, now and then across it; sometimes off the tick or the lot. */
  private place(account: number, a: number, b: number, c: number): SlabInstruction {
    const side: BookSide = a % 2 === 0 ? 0 : 1;
    const ticks = (b % 7) - 2;
    const around = Math.floor(this.price / TICK) * TICK;
    const price = around + (side === SELL ? ticks : 0 - ticks) * TICK + (b === 99 ? 1 : 0);
    const qty = (1 + (c % 10)) * LOT * (c > 30 ? 3 : 1) + (c === 99 ? 7 : 0);
    const kind = ([0, 0, 1, 1, 2, 2, 3] as const)[a % 7] as OrderKind;
    return { op: 'placeOrder', account, side, kind, price, qty, reduceOnly: c % 11 === 0, ...this.inputs };
  }

  /** The place and id of some order, mostly an own one; now and then of none. */
  private someOrder(who: number, a: number): { order: number; id: number; account: number } {
    const { slab } = this;
    const own = slab.ordersOf(who);
    const order = own.length > 0 && a % 5 !== 0 ? own[a % own.length]! : a % CAPACITIES.maxOrders;
    return { order, id: slab.order(order)?.id ?? 10_000 + a, account: who };
  }

  private cancelOrder(who: number, a: number, b: number): SlabInstruction {
    const some = this.someOrder(who, a);
    return { op: 'cancelOrder', ...some, id: some.id + (b === 0 ? 10_000 : 0), nowSlot: this.slot };
  }

  private replace(who: number, a: number, b: number, c: number): SlabInstruction {
    const some = this.someOrder(who, a);
    const found = this.slab.order(some.order);
    const price = (found?.price ?? PRICE) + (b % 3 === 0 ? ((b % 5) - 2) * TICK : 0);
    const lots = Math.max(1, Math.floor((found?.qty ?? LOT) / LOT) + (c % 6) - 4);
    return { op: 'replaceOrder', ...some, price, qty: lots * LOT, ...this.inputs };
  }

  /** Opens a batch after moving time and price. */
  private batch(a: number, b: number): SlabInstruction {
    this.slot += a % 4;
    this.price = Math.max(700, Math.min(1_400, this.price + (b < 60 ? (b % 9) - 4 : (b % 3) * 70 - 70)));
    return { op: 'batchOpen', ...this.inputs };
  }

  private reserve(account: number, a: number, b: number, c: number): SlabInstruction {
    const side: BookSide = a % 2 === 0 ? 0 : 1;
    const around = Math.floor(this.price / TICK) * TICK;
    const limit = around + (side === SELL ? -1 : 1) * (b % 6) * TICK;
    const qty = (1 + (c % 12)) * 3 * LOT;
    const seqno = this.slab.seqno + (a === 98 ? 1 : 0);
    return { op: 'reserve', route: a, account, side, qty, limit, ttl: 1 + (b % 9), seqno, ...this.inputs };
  }

  private someHold(who: number, a: number): { hold: number; id: number; account: number } {
    const all = Array.from({ length: ACCOUNTS }, (_, account) => listHoldsOf(this.slab, account)).flat();
    const hold = all.length > 0 ? all[a % all.length]! : a % CAPACITIES.maxHolds;
    const found = this.slab.hold(hold);
    return { hold, id: found?.id ?? 10_000 + a, account: a % 7 === 0 ? who : (found?.account ?? who) };
  }

  private onHold(
    op: 'commit' | 'cancelHold' | 'releaseHold',
    who: number,
    a: number,
    b: number,
  ): SlabInstruction {
    if (this.slab.words[Book.holdsUsed] === 0 && a % 4 > 0) return this.reserve(who, a, b, a + b);
    const some = this.someHold(who, a);
    if (b % 4 === 0) this.slot += 2;
    if (op === 'commit') return { op, ...some, ...this.inputs };
    if (op === 'cancelHold') return { op, ...some, nowSlot: this.slot };
    return { op, hold: some.hold, id: some.id, nowSlot: this.slot };
  }

  /** A hold's slice, after a price at which its maker may not pay any more. */
  private prune(a: number, b: number): SlabInstruction {
    const { hold, id } = this.someHold(0, a);
    const slices = this.slab.hold(hold)?.slices ?? [];
    const order = slices.length > 0 ? slices[b % slices.length]!.order : b % CAPACITIES.maxOrders;
    const orderId = this.slab.order(order)?.id ?? 10_000 + b;
    return { op: 'prune', hold, id, order, orderId, ...this.inputs };
  }

  /** Mostly of whoever has least equity for the position. */
  private reduceBand(who: number, a: number, b: number): SlabInstruction {
    const { market } = this.slab;
    const share = (index: number) => {
      const account = market.account(index);
      if (account === undefined || account.basisQ === 0) return Number.POSITIVE_INFINITY;
      return (account.capital + account.pnl) / Math.abs(account.basisQ);
    };
    const all = Array.from({ length: ACCOUNTS }, (_, index) => index).sort((x, y) => share(x) - share(y));
    const account = b % 4 === 0 ? who : all[0]!;
    return { op: 'reduceBand', account, caller: a % ACCOUNTS, ...this.inputs };
  }

  private risk(account: number, a: number, b: number): RiskInstruction {
    const inputs = { ...this.inputs, fundingRate: a % 3 };
    const capital = this.slab.market.account(account)?.capital ?? 0;
    switch (b % 10) {
      case 0:
      case 8:
        return { op: 'deposit', account, amount: 100 + a, nowSlot: this.slot };
      case 1:
      case 2:
        return { op: 'withdraw', account, amount: Math.floor((capital * (a % 11)) / 10), ...inputs };
      case 3:
        return { op: 'closeAccount', account, ...inputs };
      case 4:
        return { op: 'liquidate', account, policy: 'full', ...inputs };
      case 5:
        return { op: 'reclaim', account };
      case 6:
        return { op: 'settleAccount', account, ...inputs };
      default:
        return { op: 'executeTrade', buyer: 0, seller: 1, sizeQ: LOT, executionPrice: PRICE, ...inputs };
    }
  }
}
