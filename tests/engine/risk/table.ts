/**
 * Text tables for step-by-step cases of the risk engine: a row a step, `op args | expectations`.
 *
 *   at 10 100 [rate]             slot, oracle price and funding rate of the rows below
 *   deposit a 500                a … h are accounts 0 … 7; digits may be grouped 1_000; 3M is 3 000 000 q = 3 base
 *   trade a b 3M [exec [maker]]  a buys from b
 *   crank a:full b:50 c:- max=2 by=d
 *   seed a.pnl=5 long.epoch=3    writes the state directly
 *   expect                       no instruction
 *
 * An expectation is an error name (the row then checks too that nothing changed), or `field=value`, see `FIELDS`.
 */
import { expect } from 'vitest';
import {
  type Account,
  apply,
  BPS,
  type CrankCandidate,
  calculateEffectivePosition,
  calculateEquityInitial,
  calculateEquityMaintenance,
  calculateHaircutNumerator,
  calculateInitialMargin,
  calculateMaintenanceMargin,
  calculateNeutralExtensions,
  calculateReleased,
  calculateResidual,
  EventLog,
  type LiquidationPolicy,
  MAX_OI_SIDE_Q,
  Market,
  type MarketOptions,
  RISK_ERRORS,
  type RiskInstruction,
  type RiskParams,
  SIDE_MODES,
  type Side,
} from '../../../engine/risk/index.ts';
import { describeCanonically } from '../../../sim/verify/canonical.ts';

/** No fees, 5 % and 10 % margins, no warmup: each table switches on what it is about. */
export function createParams(overrides: Partial<RiskParams> = {}): RiskParams {
  return {
    warmupPeriodSlots: 0,
    tradingFeeBps: 0,
    maintenanceBps: 500,
    initialBps: 1_000,
    liquidationFeeBps: 0,
    liquidationFeeCap: 1_000_000,
    minLiquidationAbs: 0,
    minInitialDeposit: 100,
    minNonzeroMmReq: 10,
    minNonzeroImReq: 20,
    insuranceFloor: 0,
    maxAccounts: 8,
    maxPrice: 1_000_000,
    maxOiQ: MAX_OI_SIDE_Q / BPS,
    ...calculateNeutralExtensions(overrides.tradingFeeBps ?? 0),
    ...overrides,
  };
}

export interface Scene {
  market: Market;
  log: EventLog;
  slot: number;
  price: number;
  rate: number;
}

export function createScene(
  overrides: Partial<RiskParams> = {},
  options: Partial<MarketOptions> = {},
): Scene {
  const log = new EventLog();
  const market = new Market({
    params: createParams(overrides),
    maxSlots: 8,
    initSlot: 0,
    initPrice: 100,
    sink: log,
    ...options,
  });
  return { market, log, slot: market.globals.currentSlot, price: market.globals.priceLast, rate: 0 };
}

const NAMES = 'abcdefgh';

function toAccount(name: string): number {
  const at = NAMES.indexOf(name);
  return at >= 0 ? at : toNumber(name);
}

function toNumber(text: string): number {
  const plain = text.replaceAll('_', '');
  const value = plain.endsWith('M') ? Number(plain.slice(0, -1)) * 1_000_000 : Number(plain);
  if (Number.isNaN(value)) throw new Error(`not a number: ${text}`);
  return value;
}

const toPolicy = (text: string): LiquidationPolicy => (text === 'full' ? 'full' : toNumber(text));

/** The instruction that a row's words describe. */
function parseInstruction(scene: Scene, words: readonly string[]): RiskInstruction {
  const [op, first = '', second = '', third = '', fourth] = words;
  const inputs = { oraclePrice: scene.price, nowSlot: scene.slot, fundingRate: scene.rate };
  const own = () => ({ account: toAccount(first), ...inputs });
  switch (op) {
    case 'deposit':
      return { op, account: toAccount(first), amount: toNumber(second), nowSlot: scene.slot };
    case 'payFees':
      return {
        op: 'depositFeeCredits',
        account: toAccount(first),
        amount: toNumber(second),
        nowSlot: scene.slot,
      };
    case 'insure':
      return { op: 'topUpInsurance', amount: toNumber(first), nowSlot: scene.slot };
    case 'settle':
      return { op: 'settleAccount', ...own() };
    case 'withdraw':
      return { op, amount: toNumber(second), ...own() };
    case 'convert':
      return { op: 'convertReleased', amount: toNumber(second), ...own() };
    case 'trade':
      return {
        op: 'executeTrade',
        buyer: toAccount(first),
        seller: toAccount(second),
        sizeQ: toNumber(third),
        executionPrice: words[4] === undefined ? scene.price : toNumber(words[4]),
        ...(words[5] === undefined ? {} : { maker: words[5] as 'buyer' | 'seller' }),
        ...inputs,
      };
    case 'liquidate':
      return {
        op,
        policy: toPolicy(second),
        ...own(),
        ...(third === '' ? {} : { keeper: toAccount(third) }),
      };
    case 'crank':
      return parseCrank(scene, words.slice(1));
    case 'reclaim':
      return { op, account: toAccount(first) };
    case 'close':
      return { op: 'closeAccount', ...own() };
    case 'hedge':
      return { op: 'setHedge', account: toAccount(first), net: toNumber(second), gross: toNumber(third) };
    default:
      throw new Error(`no such step: ${op} ${fourth ?? ''}`);
  }
}

function parseCrank(scene: Scene, words: readonly string[]): RiskInstruction {
  const candidates: CrankCandidate[] = [];
  let maxRevalidations = 100;
  let keeper: number | undefined;
  for (const word of words) {
    const [, key = '', value = ''] = /^(\w+)[:=](.+)$/.exec(word) ?? [];
    if (key === 'max') maxRevalidations = toNumber(value);
    else if (key === 'by') keeper = toAccount(value);
    else candidates.push([toAccount(key), value === '-' ? null : toPolicy(value)]);
  }
  return {
    op: 'keeperCrank',
    candidates,
    maxRevalidations,
    oraclePrice: scene.price,
    nowSlot: scene.slot,
    fundingRate: scene.rate,
    ...(keeper === undefined ? {} : { keeper }),
  };
}

const GLOBAL_FIELDS: Readonly<Record<string, (market: Market) => unknown>> = {
  V: (m) => m.globals.vault,
  I: (m) => m.globals.insurance,
  Ctot: (m) => m.globals.cTot,
  pos: (m) => m.globals.pnlPosTot,
  matured: (m) => m.globals.pnlMaturedPosTot,
  residual: calculateResidual,
  h: (m) => `${calculateHaircutNumerator(m)}/${m.globals.pnlMaturedPosTot}`,
  slot: (m) => m.globals.currentSlot,
  slotLast: (m) => m.globals.slotLast,
  price: (m) => m.globals.priceLast,
  rate: (m) => m.globals.fundingRate,
  used: (m) => m.globals.usedAccounts,
  clock: (m) => m.globals.warmupClock,
  multiplier: (m) => m.globals.warmupMultiplierBps,
  emaFast: (m) => m.globals.emaFast,
  emaSlow: (m) => m.globals.emaSlow,
};

const SIDE_FIELDS: Readonly<Record<string, (side: Side) => unknown>> = {
  A: (s) => s.a,
  K: (s) => s.k.toBigInt(),
  Kstart: (s) => s.kEpochStart.toBigInt(),
  epoch: (s) => s.epoch,
  oi: (s) => s.oiEff,
  mode: (s) => SIDE_MODES[s.mode],
  stored: (s) => s.storedPositions,
  stale: (s) => s.stalePositions,
  dust: (s) => s.phantomDustQ,
};

const ACCOUNT_FIELDS: Readonly<Record<string, (account: Account, market: Market) => unknown>> = {
  C: (a) => a.capital,
  pnl: (a) => a.pnl,
  R: (a) => a.reservedPnl,
  released: calculateReleased,
  basis: (a) => a.basisQ,
  A: (a) => a.aBasis,
  K: (a) => a.kSnap.toBigInt(),
  epoch: (a) => a.epochSnap,
  q: (a, m) => calculateEffectivePosition(m, a),
  debt: (a) => 0 - a.feeCredits,
  start: (a) => a.warmupStart,
  slope: (a) => a.warmupSlope,
  feeSlot: (a) => a.lastFeeSlot,
  hedge: (a) => `${a.hedgeNet}/${a.hedgeGross}`,
  maint: calculateEquityMaintenance,
  init: (a, m) => calculateEquityInitial(m, a),
  MM: (a, m) => calculateMaintenanceMargin(m, a, calculateEffectivePosition(m, a)),
  IM: (a, m) => calculateInitialMargin(m, a, calculateEffectivePosition(m, a)),
};

function read(market: Market, field: string): string {
  const [subject = '', name] = field.split('.');
  if (name === undefined) {
    const reader = GLOBAL_FIELDS[subject];
    if (reader !== undefined) return String(reader(market));
  } else if (subject === 'long' || subject === 'short') {
    const reader = SIDE_FIELDS[name];
    if (reader !== undefined) return String(reader(market.sides[subject === 'long' ? 0 : 1]));
  } else {
    const reader = ACCOUNT_FIELDS[name];
    const account = market.account(toAccount(subject));
    if (reader !== undefined) return account === undefined ? 'missing' : String(reader(account, market));
  }
  throw new Error(`no such field: ${field}`);
}

const SEEDS: Readonly<Record<string, string>> = {
  C: 'capital',
  R: 'reservedPnl',
  basis: 'basisQ',
  A: 'aBasis',
  K: 'kSnap',
  epoch: 'epochSnap',
  start: 'warmupStart',
  slope: 'warmupSlope',
  V: 'vault',
  I: 'insurance',
  Ctot: 'cTot',
  pos: 'pnlPosTot',
  matured: 'pnlMaturedPosTot',
};
const SIDE_SEEDS: Readonly<Record<string, string>> = {
  A: 'a',
  K: 'k',
  oi: 'oiEff',
  stored: 'storedPositions',
  stale: 'stalePositions',
  dust: 'phantomDustQ',
};

function seed(market: Market, assignment: string): void {
  const [path = '', text = ''] = assignment.split('=');
  const [subject = '', name] = path.split('.');
  const side = subject === 'long' ? 0 : subject === 'short' ? 1 : undefined;
  const [target, key] =
    name === undefined
      ? [market.globals, SEEDS[subject] ?? subject]
      : side !== undefined
        ? [market.sides[side], SIDE_SEEDS[name] ?? name]
        : [market.journal.accountMut(toAccount(subject)), SEEDS[name] ?? name];
  const record = target as unknown as Record<string, unknown>;
  const current = record[key];
  if (current === undefined) throw new Error(`no such field: ${path}`);
  if (typeof current === 'object') (current as Account['kSnap']).setBigInt(BigInt(text.replaceAll('_', '')));
  else record[key] = key === 'mode' ? SIDE_MODES.indexOf(text as 'Normal') : toNumber(text);
}

/** Applies one step and returns what it answered. A failed one must leave state and events as they were. */
export function step(scene: Scene, text: string): string {
  const words = text.trim().split(/\s+/);
  const { market, log } = scene;
  if (words[0] === 'expect') return 'ok';
  if (words[0] === 'at') {
    scene.slot = toNumber(words[1]!);
    scene.price = toNumber(words[2] ?? String(scene.price));
    scene.rate = toNumber(words[3] ?? String(scene.rate));
    return 'ok';
  }
  if (words[0] === 'seed') {
    for (const assignment of words.slice(1)) seed(market, assignment);
    return 'ok';
  }
  const before = describeCanonically(market);
  const events = log.length;
  const error = apply(market, parseInstruction(scene, words));
  if (error === null) return 'ok';
  expect(describeCanonically(market), `state after the failed step: ${text}`).toBe(before);
  expect(log.length, `events after the failed step: ${text}`).toBe(events);
  return error;
}

/** `a.basis=10M` and `a.basis=10_000_000` both mean `a.basis=10000000`. */
const normalize = (expectation: string) => expectation.replaceAll('_', '').replace(/=(-?\d+)M$/, '=$1000000');

/** Runs a table on a scene (a fresh one with `overrides` by default) and returns it. */
export function runTable(target: Scene | Partial<RiskParams>, table: string): Scene {
  const scene = 'market' in target ? target : createScene(target);
  for (const row of table.split('\n')) {
    if (row.trim() === '') continue;
    const [text = '', wanted = ''] = row.split('|');
    const expectations = wanted.trim() === '' ? [] : wanted.trim().split(/\s+/);
    const outcome = step(scene, text);
    const named = (RISK_ERRORS as readonly string[]).includes(expectations[0] ?? '');
    expect(outcome, row).toBe(named ? expectations.shift() : 'ok');
    const got = expectations.map((field) => {
      const name = field.split('=')[0]!;
      return `${name}=${read(scene.market, name)}`;
    });
    expect(got.join(' '), row).toBe(expectations.map(normalize).join(' '));
  }
  return scene;
}
