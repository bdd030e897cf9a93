/**
 * Hostile courses for a small market. An intent says what somebody is up to; `toInstruction` turns it into numbers at the
 * edges of the state it meets, so that most instructions get somewhere and shrunk courses stay meaningful.
 */
import fc from 'fast-check';
import {
  type Account,
  apply,
  BPS,
  type CrankCandidate,
  calculateEffectivePosition,
  calculateNeutralExtensions,
  calculateReleased,
  calculateRestoringPartial,
  EventLog,
  type LiquidationPolicy,
  MAX_OI_SIDE_Q,
  MAX_ORACLE_PRICE,
  Market,
  type MarketOptions,
  POS_SCALE,
  type RiskErrorName,
  type RiskInstruction,
  type RiskParams,
} from '../../engine/risk/index.ts';
import { InvariantChecker } from '../../sim/verify/invariants.ts';

const SLOTS = 7;

/** How often each is tried: an even draw would close accounts as fast as it opens positions. */
const WEIGHTS = {
  deposit: 6,
  trade: 24,
  liquidate: 8,
  crank: 10,
  settle: 8,
  withdraw: 4,
  convert: 4,
  payFees: 2,
  insure: 2,
  reclaim: 2,
  close: 1,
  hedge: 2,
} as const;
type Undertaking = keyof typeof WEIGHTS;

export interface Intent {
  op: Undertaking;
  a: number;
  b: number;
  /** Which of the amounts worth trying. */
  way: number;
  permille: number;
  dt: number;
  move: number;
  rate: number;
}

const MOVES_BPS = [0, 0, 0, 0, 1, -1, 60, -60, 300, -300, 1_000, -900, 2_500, -2_000, 9_000, -6_000];

/** How wild the slots, prices and funding of a course may be. */
export interface Climate {
  dts: readonly number[];
  moves: readonly number[];
  rates: readonly number[];
}

export const STORM: Climate = {
  dts: [0, 0, 0, 1, 1, 2, 10, 1_000, 70_000, 200_000],
  moves: MOVES_BPS,
  rates: [0, 0, 0, 1, -1, 40, -3_000, 10_000, 10_001],
};

/** No funding beyond reason: nothing drives an account out of the envelope. */
export const WEATHER: Climate = { dts: [0, 0, 0, 1, 2, 10], moves: MOVES_BPS, rates: [0, 0, 1, -1] };

export function arbitraryIntent(climate: Climate): fc.Arbitrary<Intent> {
  return fc.record({
    op: fc.oneof(
      ...Object.entries(WEIGHTS).map(([op, weight]) => ({
        arbitrary: fc.constant(op as Undertaking),
        weight,
      })),
    ),
    a: fc.nat(SLOTS),
    b: fc.nat(SLOTS),
    way: fc.nat(7),
    permille: fc.nat(1_000),
    dt: fc.constantFrom(...climate.dts),
    move: fc.constantFrom(...climate.moves),
    rate: fc.constantFrom(...climate.rates),
  });
}

const adaptiveWarmup = {
  fastWindowSlots: 5,
  slowWindowSlots: 40,
  maxMultiplierBps: 100_000,
  saturationBps: 3_000,
  freezeBps: 2_500,
  hysteresisBps: 3_000,
};

export type Setup = Omit<MarketOptions, 'sink'>;

/** Markets of every temper: no warmup or a long one, no fees or ruinous ones, each extension on or off. */
export function arbitrarySetup(envelope: 'enforced' | 'open'): fc.Arbitrary<Setup> {
  return fc
    .record({
      warmupPeriodSlots: fc.constantFrom(0, 1, 7, 100),
      tradingFeeBps: fc.constantFrom(0, 5, 150),
      margins: fc.constantFrom([0, 0], [1, 2], [50, 100], [500, 1_000], [500, 1_000], [2_000, 10_000]),
      liquidationFeeBps: fc.constantFrom(0, 50, 1_000),
      fees: fc.constantFrom([0, 0], [5, 60], [10, 1_000_000]),
      floors: fc.constantFrom([0, 1, 1], [10, 20, 100], [100, 200, 1_000]),
      insuranceFloor: fc.constantFrom(0, 300),
      makerFeeBps: fc.constantFrom(null, -3, -200, 40),
      keeperRewardBps: fc.constantFrom(0, 5_000, BPS),
      maxHedgeCreditMmBps: fc.constantFrom(0, 6_000, BPS),
      fundingScale: fc.constantFrom(1, 1_000),
      socialize: fc.constantFrom(true, true, false),
      adaptive: fc.constantFrom(false, false, true),
      initPrice: fc.constantFrom(1, 100, 50_000_000),
    })
    .map((drawn) => {
      const [minNonzeroMmReq, minNonzeroImReq, minInitialDeposit] = drawn.floors as [number, number, number];
      const params: RiskParams = {
        warmupPeriodSlots: drawn.warmupPeriodSlots,
        tradingFeeBps: drawn.tradingFeeBps,
        maintenanceBps: drawn.margins[0]!,
        initialBps: drawn.margins[1]!,
        liquidationFeeBps: drawn.liquidationFeeBps,
        minLiquidationAbs: drawn.fees[0]!,
        liquidationFeeCap: drawn.fees[1]!,
        minNonzeroMmReq,
        minNonzeroImReq,
        minInitialDeposit,
        insuranceFloor: drawn.insuranceFloor,
        maxAccounts: SLOTS - 1,
        maxPrice: envelope === 'open' ? MAX_ORACLE_PRICE : 1_000_000_000,
        maxOiQ: envelope === 'open' ? MAX_OI_SIDE_Q : 9_000_000_000_000,
        ...calculateNeutralExtensions(drawn.tradingFeeBps),
        makerFeeBps: drawn.makerFeeBps ?? drawn.tradingFeeBps,
        keeperRewardBps: drawn.keeperRewardBps,
        maxHedgeCreditMmBps: drawn.maxHedgeCreditMmBps,
        fundingScale: drawn.fundingScale,
        socialize: drawn.socialize,
        adaptiveWarmup: drawn.adaptive ? adaptiveWarmup : null,
      };
      return {
        params,
        maxSlots: SLOTS,
        initSlot: 3,
        initPrice: drawn.initPrice,
        enforceEnvelope: envelope === 'enforced',
      };
    });
}

/** A course: a market, and what happens on it. It opens with deposits so that it gets going. */
export interface Course {
  setup: Setup;
  intents: Intent[];
}

const OPENING: readonly Intent[] = [0, 1, 2, 3].map((a) => ({
  op: 'deposit',
  a,
  b: 0,
  way: 4,
  permille: 250 * a,
  dt: 0,
  move: 0,
  rate: 0,
}));

export function arbitraryCourse(
  setup: fc.Arbitrary<Setup>,
  climate: Climate,
  maxLength = 80,
): fc.Arbitrary<Course> {
  return fc.record({
    setup,
    intents: fc
      .array(arbitraryIntent(climate), { minLength: 10, maxLength, size: 'max' })
      .map((intents) => [...OPENING, ...intents]),
  });
}

interface Inputs {
  oraclePrice: number;
  nowSlot: number;
  fundingRate: number;
}

const pick = <T>(values: readonly T[], at: number): T => values[at % values.length]!;

const positionOf = (market: Market, account: Account | undefined): number =>
  account === undefined ? 0 : calculateEffectivePosition(market, account);

/** The move that would cost account `index` all its equity, in bps of the price; 0 if none does. */
function calculateRuinBps(market: Market, index: number): number {
  const account = market.account(index);
  const position = positionOf(market, account);
  if (account === undefined || position === 0) return 0;
  const equity = Math.max(0, account.capital + account.pnl + account.feeCredits);
  const notional = (Math.abs(position) * market.globals.priceLast) / POS_SCALE;
  return (-Math.sign(position) * equity * BPS) / Math.max(notional, 1);
}

function toPrice(market: Market, { op, move, permille }: Intent, index: number): number {
  const { priceLast } = market.globals;
  // Half of the liquidations come with a price that makes them possible, short of ruin or beyond it.
  const hunts = op === 'liquidate' && permille % 2 === 0;
  const moveBps = hunts ? (calculateRuinBps(market, index) * (500 + permille)) / 1_000 : move;
  const step = Math.trunc((priceLast * moveBps) / BPS);
  // A move too small for the price still moves it by an atom.
  const moved = priceLast + (step === 0 ? Math.sign(moveBps) : step);
  return Math.min(Math.max(moved, 1), market.params.maxPrice);
}

/** Mostly an account that exists (or one with a position); the last way takes the index as it is. */
function toIndex(market: Market, wanted: number, way: number, holds = false): number {
  const suits = (account: Account | undefined) => account?.used === true && !(holds && account.basisQ === 0);
  const found = market.accounts.flatMap((account, index) => (suits(account) ? [index] : []));
  return way === 7 || found.length === 0 ? wanted : pick(found, wanted);
}

/** The largest position that the account's capital opens, in q. */
function calculateAffordable(market: Market, account: Account | undefined, price: number): number {
  const capital = account?.capital ?? 0;
  const { initialBps } = market.params;
  return ((capital * BPS) / Math.max(initialBps, 1) / price) * POS_SCALE;
}

function toTrade(market: Market, intent: Intent, inputs: Inputs): RiskInstruction {
  const { way, permille } = intent;
  const { oraclePrice } = inputs;
  const buyer = toIndex(market, intent.a, way);
  const other = toIndex(market, intent.b, way);
  const seller = other === buyer && way < 6 ? toIndex(market, intent.b + 1, way) : other;
  const [long, short] = [market.account(buyer), market.account(seller)];
  const toFlat = Math.max(-positionOf(market, long), positionOf(market, short), 1);
  const affordable =
    Math.min(
      calculateAffordable(market, long, oraclePrice),
      calculateAffordable(market, short, oraclePrice),
    ) * pick([0.2, 0.5, 0.9, 0.97, 1, 1.3], permille);
  const sizes = [affordable, affordable, affordable, toFlat, toFlat, permille, toFlat - 1, 1e14];
  const slip = pick([0, 0, 0, 0, 0, 20, -20, 2_000], permille);
  const executionPrice = Math.max(1, oraclePrice + Math.trunc((oraclePrice * slip) / BPS));
  const maker = pick([{}, {}, { maker: 'buyer' as const }, { maker: 'seller' as const }], permille);
  const sizeQ = Math.max(Math.floor(Math.min(pick(sizes, way), 1e14)), permille % 9 === 0 ? 0 : 1);
  return { op: 'executeTrade', buyer, seller, sizeQ, executionPrice, ...maker, ...inputs };
}

function toPolicy(market: Market, index: number, { way, permille }: Intent): LiquidationPolicy {
  const size = Math.abs(positionOf(market, market.account(index)));
  const partial = Math.floor((size * permille) / 1_000);
  return pick(['full', 'full', calculateRestoringPartial(market, index) ?? 'full', partial], way);
}

function toCandidates(market: Market, intent: Intent): CrankCandidate[] {
  return Array.from({ length: SLOTS }, (_, at) => {
    const index = (at * (1 + (intent.way % 3)) + intent.a) % SLOTS;
    const hinted = (intent.permille >> at) % 2 === 0;
    return [index, hinted ? toPolicy(market, index, intent) : null];
  });
}

export function toInstruction(market: Market, intent: Intent): RiskInstruction {
  const { op, b, way, permille } = intent;
  const { params, globals } = market;
  // A deposit goes to any index, so that freed ones are taken again.
  const a = op === 'deposit' ? intent.a : toIndex(market, intent.a, way, op === 'liquidate');
  const account = market.account(a);
  const capital = account?.capital ?? 0;
  const min = params.minInitialDeposit;
  const oraclePrice = toPrice(market, intent, a);
  const nowSlot = globals.currentSlot + intent.dt;
  const inputs = { oraclePrice, nowSlot, fundingRate: intent.rate };
  const keeper = way > 4 ? { keeper: toIndex(market, b, way) } : {};
  switch (op) {
    case 'deposit': {
      const amounts = [min, min - 1, min + permille, 0, 1_000_000 * (1 + permille), 10 * min, 1e10, 1e16];
      return { op, account: a, amount: pick(amounts, way), nowSlot };
    }
    case 'payFees': {
      const amount = pick([0, 1, permille, 1e12], way);
      return { op: 'depositFeeCredits', account: a, amount, nowSlot };
    }
    case 'insure':
      return { op: 'topUpInsurance', amount: pick([0, permille, 1_000 * permille], way), nowSlot };
    case 'settle':
      return { op: 'settleAccount', account: a, ...inputs };
    case 'withdraw': {
      const some = Math.floor((capital * permille) / 1_000);
      const amount = pick([capital, some, some, Math.max(0, capital - min), capital + 1], way);
      return { op, account: a, amount, ...inputs };
    }
    case 'convert': {
      const released = account === undefined ? 0 : calculateReleased(account);
      const amount = pick([1, released, Math.ceil(released / 2), released + 1], way);
      return { op: 'convertReleased', account: a, amount, ...inputs };
    }
    case 'trade':
      return toTrade(market, intent, inputs);
    case 'liquidate':
      return { op, account: a, policy: toPolicy(market, a, intent), ...keeper, ...inputs };
    case 'crank':
      return {
        op: 'keeperCrank',
        candidates: toCandidates(market, intent),
        maxRevalidations: pick([1, 3, 20], way),
        ...keeper,
        ...inputs,
      };
    case 'reclaim':
      return { op, account: a };
    case 'close':
      return { op: 'closeAccount', account: a, ...inputs };
    case 'hedge':
      return { op: 'setHedge', account: a, net: permille, gross: pick([1, 500, 1_000], way) };
  }
}

/** A market under the lab's own checker of invariants 1 to 5 and 7 and its auditor, after every instruction. */
export class Watched {
  readonly log = new EventLog();
  readonly market: Market;
  private readonly checker: InvariantChecker;

  constructor(setup: Setup) {
    this.market = new Market({ ...setup, sink: this.log });
    const owners = Array.from({ length: SLOTS }, (_, account) => ({
      account,
      group: account % 2 === 0 ? 'even' : 'odd',
      agent: `agent/${account}`,
      role: account < 2 ? ('attacker' as const) : ('trader' as const),
    }));
    this.checker = new InvariantChecker({ market: this.market, owners, seed: 'properties' }, 'slab');
  }

  /** Applies an instruction and checks everything; the events are then gone. Throws `InvariantViolation`. */
  apply(instruction: RiskInstruction, read?: (log: EventLog) => void): RiskErrorName | null {
    const error = apply(this.market, instruction);
    read?.(this.log);
    this.checker.onInstruction(instruction, error);
    if (this.log.length > 0) this.checker.onEvents(this.log);
    this.log.clear();
    this.checker.onSlotEnd();
    return error;
  }
}

/** Runs a course and returns the market at its end. */
export function runCourse(course: Course, each?: (watched: Watched) => void): Watched {
  const watched = new Watched(course.setup);
  for (const intent of course.intents) {
    watched.apply(toInstruction(watched.market, intent));
    each?.(watched);
  }
  return watched;
}
