/**
 * The risk engine at work on a full market: 4 096 accounts with positions at BTC prices, a price that wanders far
 * enough for K differences beyond 2^53, and funding. Bundled once per build of engine/math and timed by `run.mjs`.
 */
import {
  apply,
  calculateEffectivePosition,
  calculateNeutralExtensions,
  MAX_ACCOUNTS,
  Market,
  type RiskInstruction,
} from '../engine/risk/index.ts';
import { createStream, type Rng } from '../sim/kernel/streams.ts';

const START_PRICE = 100_000_000_000;
const CAPITAL = 1_000_000_000_000;
const CANDIDATES = 64;
/** In the lab a slot has one price, at which a busy slab applies many instructions. */
const INSTRUCTIONS_PER_SLOT = 64;

/** A market and its path of prices. */
interface Course {
  market: Market;
  random: Rng;
  slot: number;
  price: number;
  drawn: number;
  /** Where the walk through the accounts stands. */
  next: number;
}

function run(market: Market, instruction: RiskInstruction): void {
  const error = apply(market, instruction);
  if (error !== null) throw new Error(`${instruction.op} failed: ${error}`);
}

/** The next slot: the price moves by up to 1 %, between 80 % and 120 % of where it started. */
function stepSlot(course: Course): void {
  const move = Math.floor((course.random() - 0.5) * 0.02 * START_PRICE);
  const next = course.price + move;
  const inside = next > START_PRICE * 0.8 && next < START_PRICE * 1.2;
  course.price = inside ? next : course.price - move;
  course.slot += 1;
}

function drawInputs(course: Course): { oraclePrice: number; nowSlot: number; fundingRate: number } {
  if (course.drawn % INSTRUCTIONS_PER_SLOT === 0) stepSlot(course);
  course.drawn += 1;
  return { oraclePrice: course.price, nowSlot: course.slot, fundingRate: 1 };
}

const drawAccount = (course: Course): number => Math.floor(course.random() * MAX_ACCOUNTS);

/** The next account by index: the order in which a keeper walks the market. */
function nextAccount(course: Course): number {
  course.next = (course.next + 1) % MAX_ACCOUNTS;
  return course.next;
}

/** The account with the smaller position buys, so that exposures stay near their start. */
function drawTrade(course: Course): RiskInstruction {
  const { market } = course;
  const first = drawAccount(course);
  const second = (first + 1 + Math.floor(course.random() * (MAX_ACCOUNTS - 1))) % MAX_ACCOUNTS;
  const position = (index: number) => calculateEffectivePosition(market, market.account(index)!);
  const [buyer, seller] = position(first) <= position(second) ? [first, second] : [second, first];
  const inputs = drawInputs(course);
  const sizeQ = 1 + Math.floor(course.random() * 1_000_000);
  return { op: 'executeTrade', buyer, seller, sizeQ, executionPrice: inputs.oraclePrice, ...inputs };
}

/** A full market; with `shrunk`, one account on each side was liquidated, so that A left every stored basis behind. */
function createCourse(shrunk: boolean): Course {
  const market = new Market({
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
    },
    initSlot: 1,
    initPrice: START_PRICE,
  });
  const course: Course = {
    market,
    random: createStream('bench', 'risk'),
    slot: 1,
    price: START_PRICE,
    drawn: 0,
    next: 0,
  };
  for (let account = 0; account < MAX_ACCOUNTS; account += 1) {
    run(market, { op: 'deposit', account, amount: CAPITAL, nowSlot: 1 });
  }
  const inputs = { oraclePrice: START_PRICE, executionPrice: START_PRICE, nowSlot: 1, fundingRate: 1 };
  for (let pair = 0; pair < MAX_ACCOUNTS; pair += 2) {
    const sizeQ = 1 + Math.floor(course.random() * 5_000_000);
    run(market, { op: 'executeTrade', buyer: pair, seller: pair + 1, sizeQ, ...inputs });
  }
  if (shrunk) {
    for (const account of [0, 1]) {
      market.journal.accountMut(account).feeCredits = -2 * CAPITAL;
      run(market, { op: 'liquidate', account, policy: 'full', ...inputs });
      market.journal.accountMut(account).feeCredits = 0;
      run(market, { op: 'deposit', account, amount: CAPITAL, nowSlot: 1 });
    }
  }
  return course;
}

const drawSettle =
  (draw: (course: Course) => number) =>
  (course: Course): RiskInstruction => ({
    op: 'settleAccount',
    account: draw(course),
    ...drawInputs(course),
  });

const drawWithdrawal = (course: Course): RiskInstruction => ({
  op: 'withdraw',
  account: drawAccount(course),
  amount: 1_000,
  ...drawInputs(course),
});

/** A crank a slot: it pays for the accrual of its slot, mark and funding. */
function drawCrank(course: Course, touches: number): RiskInstruction {
  course.drawn = 0;
  return {
    op: 'keeperCrank',
    candidates: Array.from({ length: touches }, () => [nextAccount(course), null] as const),
    maxRevalidations: touches,
    ...drawInputs(course),
  };
}

/** A measurement: instructions to draw and to apply, how many operations one counts for, the native ns (design 05 §4). */
export interface Measurement {
  name: string;
  operations: number;
  nativeNs: number | null;
  /** Whether the limits of the bench apply to it. */
  required: boolean;
  draw(): RiskInstruction;
  work(instruction: RiskInstruction): void;
}

/** The measurements, each on the state its predecessors left. */
export function createMeasurements(): Measurement[] {
  const course = createCourse(false);
  const shrunk = createCourse(true);
  const define = (
    name: string,
    nativeNs: number | null,
    draw: (course: Course) => RiskInstruction,
    on = course,
    operations = 1,
  ): Measurement => ({
    name,
    operations,
    nativeNs,
    required: true,
    draw: () => draw(on),
    work: (instruction) => run(on.market, instruction),
  });
  return [
    define('execute_trade', 1_650, drawTrade),
    define('settle', 220, drawSettle(nextAccount)),
    define('settle, A changed', 220, drawSettle(nextAccount), shrunk),
    // Each from cold memory; the native figure says nothing about its order, so this one is only shown.
    { ...define('settle at random', 220, drawSettle(drawAccount)), required: false },
    define('crank touch', 230, (on) => drawCrank(on, CANDIDATES), course, CANDIDATES),
    define('withdraw', 800, drawWithdrawal),
    define('accrue', null, (on) => drawCrank(on, 0)),
  ];
}

/** A market with all 4 096 accounts holding positions, settled at a later price, for weighing. */
export function createFullMarket(): Market {
  const course = createCourse(false);
  stepSlot(course);
  const inputs = { oraclePrice: course.price, nowSlot: course.slot, fundingRate: 1 };
  for (let account = 0; account < MAX_ACCOUNTS; account += 1) {
    run(course.market, { op: 'settleAccount', account, ...inputs });
  }
  return course.market;
}
