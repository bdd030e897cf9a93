import {
  ADL_ONE,
  type AdaptiveWarmup,
  calculateNeutralExtensions,
  type EventSink,
  MAX_OI_SIDE_Q,
  MAX_ORACLE_PRICE,
  Market,
  MIN_A_SIDE,
  Mode,
  type RiskParams,
  validateParams,
} from '../../engine/risk/index.ts';
import type { Draw } from './parity_draw.ts';

/** What a generated sequence stresses. */
export const WORLDS = [
  'ordinary',
  'micro',
  'edge',
  'funding',
  'extensions',
  'wideK',
  'reset',
  'corrupt',
] as const;
export type WorldKind = (typeof WORLDS)[number];

/** A market to generate instructions for, and how wild they shall be. */
export interface World {
  kind: WorldKind;
  market: Market;
  /** Account indices that instructions name. */
  players: number;
  /** Probability of an edge value in a field. */
  hostility: number;
  /** Typical deposit, quote atoms. */
  deposit: number;
}

const SLOTS = 64;

function drawAdaptiveWarmup(draw: Draw): AdaptiveWarmup {
  return {
    fastWindowSlots: 1 + draw.wide(1_000),
    slowWindowSlots: 1 + draw.wide(100_000),
    maxMultiplierBps: 10_000 + draw.wide(9_990_000),
    saturationBps: draw.int(1, 10_000),
    freezeBps: draw.int(1, 10_000),
    hysteresisBps: draw.int(1, 10_000),
  };
}

function drawExtensions(draw: Draw, tradingFeeBps: number) {
  return {
    makerFeeBps: draw.pick([tradingFeeBps, 0, -1, -tradingFeeBps, -draw.int(0, 10_000), draw.int(0, 10_000)]),
    keeperRewardBps: draw.pick([0, 10_000, draw.int(0, 10_000)]),
    maxHedgeCreditMmBps: draw.pick([0, 10_000, draw.int(0, 10_000)]),
    fundingScale: draw.pick([1, 1_000_000, 1 + draw.wide(900_000_000_000)]),
    socialize: draw.chance(0.6),
    adaptiveWarmup: draw.chance(0.7) ? drawAdaptiveWarmup(draw) : null,
  };
}

/** Parameters that a market of the kind may have. */
export function drawParams(draw: Draw, kind: WorldKind, deposit: number): RiskParams {
  const minInitialDeposit = 1 + draw.wide(kind === 'micro' ? 3 : Math.floor(deposit / 10));
  const minNonzeroImReq = draw.int(1, minInitialDeposit);
  const initialBps = draw.pick([10, 100, 500, 1_000, 10_000, draw.int(1, 10_000)]);
  const tradingFeeBps = draw.pick([0, 1, 7, 30, draw.int(0, 10_000)]);
  const liquidationFeeCap = draw.wide(kind === 'micro' ? 20 : deposit);
  return {
    warmupPeriodSlots: draw.pick([0, 1, 10, 1_000, draw.wide(1_000_000)]),
    tradingFeeBps: Math.min(tradingFeeBps, draw.chance(0.9) ? 100 : 10_000),
    maintenanceBps: draw.int(0, initialBps),
    initialBps,
    liquidationFeeBps: draw.pick([0, 50, 500, draw.int(0, 10_000)]),
    liquidationFeeCap,
    minLiquidationAbs: draw.chance(0.5) ? 0 : draw.int(0, liquidationFeeCap),
    minInitialDeposit,
    minNonzeroMmReq: draw.int(0, minNonzeroImReq - 1),
    minNonzeroImReq,
    insuranceFloor: draw.chance(0.4) ? 0 : draw.wide(deposit),
    maxAccounts: draw.chance(0.9) ? SLOTS : draw.int(1, 6),
    maxPrice: MAX_ORACLE_PRICE,
    maxOiQ: draw.chance(0.8) ? MAX_OI_SIDE_Q : 1 + draw.wide(MAX_OI_SIDE_Q - 1),
    ...calculateNeutralExtensions(tradingFeeBps),
    ...(kind === 'extensions' || draw.chance(0.3) ? drawExtensions(draw, tradingFeeBps) : {}),
  };
}

function drawPrice(draw: Draw, kind: WorldKind): number {
  if (kind === 'micro') return draw.int(1, 2_000_000);
  if (kind === 'edge')
    return draw.pick([1, 2, MAX_ORACLE_PRICE, MAX_ORACLE_PRICE - 1, 1 + draw.wide(MAX_ORACLE_PRICE - 1)]);
  return draw.int(1_000, 200_000_000_000);
}

/** The market's K near the middle or the ends of its range, which no short sequence would reach by itself. */
function liftK(draw: Draw, market: Market): void {
  const top = 1n << 127n;
  for (const side of market.sides) {
    const distance = BigInt(draw.wide(Number.MAX_SAFE_INTEGER)) << BigInt(draw.int(0, 40));
    const start = draw.pick([0n, 1n << 53n, 1n << 64n, 1n << 100n, top - 1n - distance, -top + distance]);
    side.k.setBigInt(start + BigInt(draw.int(0, 1_000)));
    side.kEpochStart.copyFrom(side.k);
  }
}

/** A side that many liquidations have shrunk, close to where it only drains. */
function wearA(draw: Draw, market: Market): void {
  for (const side of market.sides) side.a = draw.pick([ADL_ONE, MIN_A_SIDE, draw.int(MIN_A_SIDE, 20_000)]);
}

/** A fresh market of the kind, drawn from the stream. */
export function drawWorld(draw: Draw, kind: WorldKind, sink: EventSink): World {
  const deposit =
    kind === 'micro'
      ? draw.int(1, 200)
      : kind === 'edge'
        ? draw.wide(9_007_199_254_740_991) + 1
        : draw.int(1_000, 1_000_000_000_000);
  const params = drawParams(draw, kind, deposit);
  const initSlot =
    kind === 'edge' && draw.chance(0.3) ? 9_007_199_254_740_991 - draw.wide(1_000_000) : draw.wide(1_000_000);
  const issues = validateParams(params, false);
  if (issues.length > 0)
    throw new Error(`the generator drew parameters the engine refuses: ${issues[0]!.message}`);
  const market = new Market({
    params,
    maxSlots: SLOTS,
    initSlot,
    initPrice: drawPrice(draw, kind),
    enforceEnvelope: false,
    sink,
  });
  if (kind === 'wideK') liftK(draw, market);
  if (kind === 'reset' || draw.chance(0.1)) wearA(draw, market);
  const players = kind === 'reset' ? draw.int(2, 4) : draw.int(2, 8);
  return { kind, market, players, hostility: draw.pick([0, 0.01, 0.05]), deposit };
}

/** Contradicts the state in one or two places, each within its word's range: what no sequence of instructions could. */
export function corrupt(draw: Draw, market: Market): void {
  const { globals, sides } = market;
  const side = draw.pick(sides);
  const held = market.accounts.filter((account) => account?.used && account.basisQ !== 0);
  const account = held.length > 0 ? draw.pick(held) : undefined;
  const step = draw.pick([-1, 1, 2]);
  const lies: (() => void)[] = [
    () => {
      side.storedPositions = Math.max(0, side.storedPositions + step);
    },
    () => {
      side.storedPositions = 0;
    },
    () => {
      side.stalePositions = Math.max(0, side.stalePositions + step);
    },
    () => {
      side.oiEff = draw.pick([0, 1, Math.max(0, side.oiEff + step), draw.wide(side.oiEff)]);
    },
    () => {
      side.phantomDustQ = draw.wide(Number.MAX_SAFE_INTEGER);
    },
    () => {
      side.epoch = Math.max(0, side.epoch + step);
    },
    () => {
      side.mode = draw.pick([Mode.Normal, Mode.DrainOnly, Mode.ResetPending]);
    },
    () => {
      side.a = draw.int(1, ADL_ONE);
    },
    () => {
      if (account !== undefined) account.epochSnap = Math.max(0, account.epochSnap + step);
    },
    () => {
      globals.vault = draw.wide(Number.MAX_SAFE_INTEGER);
    },
    () => {
      globals.usedAccounts = draw.int(0, globals.usedAccounts);
    },
  ];
  for (let more = draw.int(1, 2); more > 0; more -= 1) draw.pick(lies)();
}
