/**
 * The order book at work on a full-size slab: 4 096 accounts, a ladder of resting orders, fills through the risk engine.
 * Bundled and timed by `slab.mjs`.
 */
import { calculateNeutralExtensions, MAX_ACCOUNTS } from '../engine/risk/index.ts';
import {
  applySlab,
  type BookSide,
  BUY,
  calculateDefaultSlabParams,
  DEFAULT_CAPACITIES,
  OrderKind,
  SELL,
  Slab,
  type SlabInstruction,
} from '../engine/slab/index.ts';
import { createStream, type Rng } from '../sim/kernel/streams.ts';

const PRICE = 100_000_000_000;
const TICK = 1_000_000;
const LOT = 1_000;
const CAPITAL = 1_000_000_000_000;
/** Room between the sides in ticks, so that what rests never crosses. */
const SPREAD = 50;

export function createSlab(accounts = MAX_ACCOUNTS): Slab {
  const slab = new Slab({
    params: {
      warmupPeriodSlots: 4_500,
      tradingFeeBps: 5,
      maintenanceBps: 250,
      initialBps: 500,
      liquidationFeeBps: 100,
      liquidationFeeCap: 50_000_000_000,
      minLiquidationAbs: 1_000_000,
      minInitialDeposit: 10_000_000,
      minNonzeroMmReq: 100_000,
      minNonzeroImReq: 200_000,
      insuranceFloor: 0,
      maxAccounts: MAX_ACCOUNTS,
      maxPrice: 200_000_000_000,
      maxOiQ: 45_000_000_000,
      ...calculateNeutralExtensions(5),
      fundingScale: 1_000_000,
      makerFeeBps: -1,
    },
    slabParams: {
      ...calculateDefaultSlabParams(TICK, LOT),
      jitPenalty: true,
      roundTripGuard: true,
      freezeSlots: 1,
      freezeLevels: 2,
      killBandBps: 500,
      holdFeeBps: 1,
      maxHolds: 8,
      maxHoldSlots: 50,
      markBandBps: 100,
      markWindowSlots: 150,
    },
    capacities: DEFAULT_CAPACITIES,
    initSlot: 1,
    initPrice: PRICE,
  });
  for (let account = 0; account < accounts; account += 1) {
    run(slab, { op: 'risk', instruction: { op: 'deposit', account, amount: CAPITAL, nowSlot: 1 } });
  }
  run(slab, { op: 'batchOpen', oraclePrice: PRICE, nowSlot: 2 });
  return slab;
}

export function run(slab: Slab, instruction: SlabInstruction): void {
  const error = applySlab(slab, instruction);
  if (error !== null) throw new Error(`${instruction.op} failed: ${error}`);
}

/** A slab and the slot it stands in. */
class Course {
  readonly slab: Slab;
  readonly random: Rng;
  private readonly accounts: number;
  slot = 10;

  constructor(name: string, accounts = MAX_ACCOUNTS) {
    this.slab = createSlab(accounts);
    this.accounts = accounts;
    this.random = createStream('bench', name);
  }

  account(): number {
    return Math.floor(this.random() * this.accounts);
  }

  get inputs(): { oraclePrice: number; nowSlot: number } {
    return { oraclePrice: PRICE, nowSlot: this.slot };
  }

  place(account: number, side: BookSide, kind: OrderKind, ticks: number, qty: number): SlabInstruction {
    const price = PRICE + (side === BUY ? -1 : 1) * (SPREAD + ticks) * TICK;
    return { op: 'placeOrder', account, side, kind, price, qty, reduceOnly: false, ...this.inputs };
  }

  /** A resting order of a random account, up to `reach` ticks behind the best price. */
  drawResting(reach: number): SlabInstruction {
    const side = this.random() < 0.5 ? BUY : SELL;
    const qty = LOT * (1 + Math.floor(this.random() * 10));
    return this.place(this.account(), side, OrderKind.Limit, Math.floor(this.random() * reach), qty);
  }

  cancel(index: number): SlabInstruction {
    const { account, id } = this.slab.order(index)!;
    return { op: 'cancelOrder', account, order: index, id, nowSlot: this.slot };
  }
}

/** Fills the book with so many orders. */
export function fillBook(slab: Slab, orders: number, name = 'book'): void {
  const random = createStream('bench', name);
  for (let nth = 0; nth < orders; nth += 1) {
    const side = nth % 2 === 0 ? BUY : SELL;
    const price = PRICE + (side === BUY ? -1 : 1) * (SPREAD + Math.floor(random() * 1_000)) * TICK;
    const account = Math.floor(random() * slab.market.globals.usedAccounts);
    const inputs = { oraclePrice: PRICE, nowSlot: 10 };
    run(slab, { op: 'placeOrder', account, side, kind: 0, price, qty: LOT, reduceOnly: false, ...inputs });
  }
}

/** One chunk: `prepare` is not timed, `work` is; it does so many operations. */
export interface Measurement {
  name: string;
  operations: number;
  prepare(): SlabInstruction[];
  work(instructions: readonly SlabInstruction[]): void;
}

const CHUNK = 512;

/** Inserts and cancels, half of each, among `resting` other orders: as many prices as half the orders. */
function measureOrders(resting: number): Measurement[] {
  const course = new Course(`orders/${resting}`);
  const { slab } = course;
  const reach = resting / 4;
  for (let nth = 0; nth < resting; nth += 1) run(slab, course.drawResting(reach));
  let placed: number[] = [];
  const apply = (instructions: readonly SlabInstruction[]) => {
    for (const instruction of instructions) run(slab, instruction);
  };
  return [
    {
      name: `insert at ${resting}`,
      operations: CHUNK,
      prepare: () => {
        placed = [];
        return Array.from({ length: CHUNK }, () => course.drawResting(reach));
      },
      work: (instructions) => {
        for (const instruction of instructions) {
          run(slab, instruction);
          placed.push(slab.lastResult.order);
        }
      },
    },
    {
      name: `cancel at ${resting}`,
      operations: CHUNK,
      prepare: () => {
        const order = placed.map((index) => [course.random(), index] as const).sort(([a], [b]) => a - b);
        return order.map(([, index]) => course.cancel(index));
      },
      work: apply,
    },
  ];
}

/** Immediate orders that take `sweep` resting ones each, both ways in turn, with 1 000 orders behind them. */
function measureFills(sweep: number): Measurement {
  const course = new Course(`fills/${sweep}`);
  const { slab } = course;
  for (let nth = 0; nth < 1_000; nth += 1) run(slab, course.drawResting(500));
  let side: BookSide = BUY;
  return {
    name: sweep === 1 ? 'fill, one a taker' : `fill, ${sweep} a taker`,
    operations: CHUNK,
    prepare: () => {
      side = side === BUY ? SELL : BUY;
      course.slot += 1;
      run(slab, { op: 'batchOpen', ...course.inputs });
      const maker: BookSide = side === BUY ? SELL : BUY;
      for (let nth = 0; nth < CHUNK; nth += 1) {
        const ticks = 0 - (SPREAD - 1) + Math.floor((nth * (SPREAD - 2)) / CHUNK);
        run(slab, course.place(course.account(), maker, OrderKind.PostOnly, ticks, LOT));
      }
      course.slot += 1;
      run(slab, { op: 'batchOpen', ...course.inputs });
      const kind = OrderKind.Ioc;
      return Array.from({ length: CHUNK / sweep }, () =>
        course.place(course.account(), side, kind, 2 - 2 * SPREAD, LOT * sweep),
      );
    },
    work: (instructions) => {
      for (const instruction of instructions) run(slab, instruction);
    },
  };
}

/** Reservations over ten levels each and their commits, one after the other. */
function measureHold(): Measurement {
  const course = new Course('holds');
  const { slab } = course;
  for (let nth = 0; nth < 10_000; nth += 1) run(slab, course.drawResting(2_000));
  const pairs = 8;
  return {
    name: 'reserve + commit',
    operations: pairs,
    prepare: () => {
      course.slot += 1;
      run(slab, { op: 'batchOpen', ...course.inputs });
      for (let ticks = 1; ticks <= 10 * pairs; ticks += 1) {
        run(slab, course.place(course.account(), SELL, OrderKind.Limit, 0 - ticks, LOT));
      }
      course.slot += 1;
      run(slab, { op: 'batchOpen', ...course.inputs });
      return [];
    },
    work: () => {
      for (let nth = 0; nth < pairs; nth += 1) {
        const account = (course.slot * pairs + nth) % MAX_ACCOUNTS;
        const { inputs } = course;
        const limit = PRICE + SPREAD * TICK;
        const seqno = slab.seqno;
        run(slab, {
          op: 'reserve',
          route: 1,
          account,
          side: BUY,
          qty: 10 * LOT,
          limit,
          ttl: 10,
          seqno,
          ...inputs,
        });
        const { hold, holdId } = slab.lastResult;
        run(slab, { op: 'commit', account, hold, id: holdId, ...inputs });
      }
    },
  };
}

/** Those of one slab together. */
export function createMeasurements(): Measurement[][] {
  return [
    measureOrders(100),
    measureOrders(10_000),
    measureOrders(29_000),
    [measureFills(1)],
    [measureFills(16)],
    [measureHold()],
  ];
}
