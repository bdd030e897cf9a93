import { MAX_SAFE } from '../../engine/math/index.ts';
import {
  type EventSink,
  MAX_OI_SIDE_Q,
  MAX_ORACLE_PRICE,
  POS_SCALE,
  type RiskParams,
} from '../../engine/risk/index.ts';
import { Slab, type SlabCapacities, type SlabParams } from '../../engine/slab/index.ts';
import type { Draw } from './parity_draw.ts';
import { drawParams } from './parity_worlds.ts';

/** What a generated sequence stresses. */
export const SLAB_WORLDS = ['ordinary', 'tiny', 'batches', 'holds', 'toxic', 'band', 'edge', 'deep'] as const;
export type SlabWorldKind = (typeof SLAB_WORLDS)[number];

/** A slab to generate instructions for, and how wild they shall be. */
export interface SlabWorld {
  kind: SlabWorldKind;
  slab: Slab;
  /** Account indices that instructions name. */
  players: number;
  /** Probability of an edge value in a field. */
  hostility: number;
  /** Typical deposit, quote atoms. */
  deposit: number;
  /** Where the index starts, quote atoms per base. */
  price: number;
}

const SLOTS = 16;

function drawCapacities(draw: Draw, kind: SlabWorldKind): SlabCapacities {
  if (kind === 'tiny') {
    return {
      maxSlots: draw.int(2, 8),
      maxOrders: draw.int(1, 12),
      maxHolds: draw.int(1, 3),
      maxSlices: draw.int(1, 6),
      maxTrades: draw.int(1, 5),
      maxAggressors: draw.int(1, 3),
    };
  }
  const maxOrders = kind === 'deep' ? 128 : 48;
  return { maxSlots: SLOTS, maxOrders, maxHolds: 12, maxSlices: 40, maxTrades: 16, maxAggressors: 8 };
}

/** Risk parameters whose margins are roomy enough for makers and takers to meet, at a price of this size. */
function drawRisk(draw: Draw, kind: SlabWorldKind, deposit: number, price: number): RiskParams {
  const drawn = drawParams(draw, 'extensions', deposit);
  const maxPrice =
    kind === 'edge' ? MAX_ORACLE_PRICE : Math.min(MAX_ORACLE_PRICE, price * draw.pick([2, 4, 50]));
  const initialBps = draw.pick([100, 500, 1_000, 2_000]);
  const minInitialDeposit = 1 + draw.wide(Math.floor(deposit / 100));
  const minNonzeroImReq = draw.int(1, minInitialDeposit);
  const tradingFeeBps = draw.pick([0, 1, 5, 30, 100]);
  const isRebated = kind === 'toxic' || kind === 'batches' ? draw.chance(0.8) : draw.chance(0.3);
  const rebate = draw.pick([-1, 0 - tradingFeeBps, 0 - draw.int(1, 100)]);
  return {
    ...drawn,
    initialBps,
    maintenanceBps: draw.int(0, initialBps),
    minInitialDeposit,
    minNonzeroImReq,
    minNonzeroMmReq: draw.int(0, minNonzeroImReq - 1),
    insuranceFloor: draw.chance(0.5) ? 0 : draw.wide(deposit),
    maxAccounts: draw.chance(0.9) ? SLOTS : draw.int(2, 6),
    tradingFeeBps,
    makerFeeBps: isRebated ? rebate : draw.pick([tradingFeeBps, 0, draw.int(0, 100)]),
    keeperRewardBps: draw.pick([0, 5_000, 10_000, draw.int(0, 10_000)]),
    fundingScale: draw.pick([1, 1_000, 1_000_000]),
    maxPrice,
    maxOiQ: draw.chance(0.9)
      ? Math.min(MAX_OI_SIDE_Q, Math.floor(Number((BigInt(MAX_SAFE) * BigInt(POS_SCALE)) / BigInt(maxPrice))))
      : 1 + draw.wide(9_000_000_000),
  };
}

function drawSlabParams(draw: Draw, kind: SlabWorldKind, risk: RiskParams, price: number): SlabParams {
  const on = (probability: number) => draw.chance(probability);
  const isBatched = kind === 'batches';
  const fundingKBps = draw.pick([0, 10_000, draw.int(0, 1_000_000)]);
  return {
    tickAtoms:
      kind === 'edge' ? draw.pick([1, 3]) : Math.max(1, Math.floor(price / draw.pick([1_000, 5_000, 200]))),
    lotQ: kind === 'edge' ? 1 : draw.pick([1, 1, 1_000, 7]),
    batchSlots: draw.pick([1, 2, 5, 20]),
    pendingPromotion: on(isBatched ? 0.8 : 0.25),
    freezeSlots: on(isBatched ? 0.7 : 0.3) ? draw.int(1, 10) : 0,
    freezeLevels: draw.pick([0, 1, 2, 65_535]),
    killBandBps: on(0.4) ? draw.pick([1, 50, 500, draw.int(1, 10_000)]) : 0,
    reduceBandBps: on(kind === 'band' ? 0.95 : 0.3)
      ? draw.pick([risk.initialBps, 10_000, draw.int(Math.max(1, risk.maintenanceBps), 10_000)])
      : 0,
    reduceSlipBps: draw.pick([0, 50, 500, 10_000]),
    jitPenalty: on(kind === 'toxic' ? 0.8 : 0.4),
    roundTripGuard: on(kind === 'toxic' || kind === 'tiny' ? 0.9 : 0.4),
    routerOnly: on(0.3),
    holdFeeBps: draw.pick([0, 1, 20, draw.int(0, 10_000)]),
    maxHolds: draw.pick([12, 2, 0, 1, 12]),
    maxHoldSlots: draw.pick([1, 10, 100, 65_535]),
    maxOrdersPerAccount: draw.pick([65_535, 24, 24, 2]),
    markBandBps: draw.pick([0, 100, 1_000, 10_000]),
    markWindowSlots: draw.pick([1, 10, 1_000, 4_294_967_296]),
    fundingKBps,
    fundingHorizonSlots: draw.pick([1, 100, 28_800, 1_000_000_000]),
    fundingCap: draw.pick([0, 10, 10_000]),
  };
}

function drawIndex(draw: Draw, kind: SlabWorldKind): number {
  if (kind === 'edge') return draw.pick([1, 2, MAX_ORACLE_PRICE, 1 + draw.wide(MAX_ORACLE_PRICE - 1)]);
  return draw.pick([draw.int(50, 20_000), draw.int(20_000, 100_000_000), 1_000_000]);
}

/** A fresh slab of the kind, drawn from the stream. */
export function drawSlabWorld(draw: Draw, kind: SlabWorldKind, sink: EventSink): SlabWorld {
  const deposit = kind === 'edge' ? 1 + draw.wide(MAX_SAFE) : draw.int(10_000, 1_000_000_000);
  const price = drawIndex(draw, kind);
  const params = drawRisk(draw, kind, deposit, price);
  const slabParams = drawSlabParams(draw, kind, params, price);
  const capacities = drawCapacities(draw, kind);
  const initSlot = kind === 'edge' && draw.chance(0.3) ? MAX_SAFE - draw.wide(100_000) : draw.wide(1_000_000);
  const slab = new Slab({ params, slabParams, capacities, initSlot, initPrice: price, sink });
  const players = Math.min(draw.int(2, 7), capacities.maxSlots);
  return { kind, slab, players, hostility: draw.pick([0, 0.005, 0.02]), deposit, price };
}
