import { MAX_SAFE } from '../math/index.ts';
import { MAX_ACCOUNTS } from '../risk/constants.ts';
import type { RiskParams } from '../risk/params.ts';
import { POOL_MAX, SLAB_PARAM_RANGES, type SlabCapacities } from '../wire/slab_layout.ts';

/** Immutable parameters of a slab's book (docs/slab.md). Prices in quote atoms per base, sizes in q-units. */
export interface SlabParams {
  tickAtoms: number;
  lotQ: number;
  batchSlots: number;
  /** Orders wait for the next batch, except those of designated LPs. */
  pendingPromotion: boolean;
  /** So long after an opening the best `freezeLevels` levels fill only from orders live at it. */
  freezeSlots: number;
  freezeLevels: number;
  /** Largest move of the mark since the batch or the hold began; 0: off. */
  killBandBps: number;
  /** Equity per notional below which anybody may reduce a position through the book; 0: off. */
  reduceBandBps: number;
  reduceSlipBps: number;
  /** No rebate for an order placed after the opening. */
  jitPenalty: boolean;
  /** Tax on what taking both ways in one batch gains. */
  roundTripGuard: boolean;
  routerOnly: boolean;
  /** Bond per notional and slot of a hold's time to live. */
  holdFeeBps: number;
  /** Per account. */
  maxHolds: number;
  maxHoldSlots: number;
  maxOrdersPerAccount: number;
  markBandBps: number;
  markWindowSlots: number;
  fundingKBps: number;
  fundingHorizonSlots: number;
  fundingCap: number;
}

/** The guards switched off, and no reservations: what a plain book of this tick and lot starts from. */
export function calculateDefaultSlabParams(tickAtoms: number, lotQ: number): SlabParams {
  return {
    tickAtoms,
    lotQ,
    batchSlots: 1,
    pendingPromotion: false,
    freezeSlots: 0,
    freezeLevels: 0,
    killBandBps: 0,
    reduceBandBps: 0,
    reduceSlipBps: 0,
    jitPenalty: false,
    roundTripGuard: false,
    routerOnly: false,
    holdFeeBps: 0,
    maxHolds: 0,
    maxHoldSlots: 1,
    maxOrdersPerAccount: POOL_MAX,
    markBandBps: 0,
    markWindowSlots: 1,
    fundingKBps: 0,
    fundingHorizonSlots: 1,
    fundingCap: 0,
  };
}

/** A parameter or capacity that the slab refuses, in the words of the person who set it. */
export interface SlabParamIssue {
  field: keyof SlabParams | keyof SlabCapacities;
  message: string;
}

const CAPACITY_MAX: Readonly<Record<keyof SlabCapacities, number>> = {
  maxSlots: MAX_ACCOUNTS,
  maxOrders: POOL_MAX,
  maxHolds: POOL_MAX,
  maxSlices: POOL_MAX,
  maxTrades: POOL_MAX,
  maxAggressors: POOL_MAX,
};

/** Checks the sizes of the pools; an empty list means the slab accepts them. */
export function validateSlabCapacities(capacities: SlabCapacities): SlabParamIssue[] {
  return (Object.keys(CAPACITY_MAX) as (keyof SlabCapacities)[]).flatMap((field) =>
    checkRange(field, capacities[field], 1, CAPACITY_MAX[field]),
  );
}

function checkRange(
  field: SlabParamIssue['field'],
  value: number,
  min: number,
  max: number,
): SlabParamIssue[] {
  const isInside = Number.isSafeInteger(value) && value >= min && value <= max;
  return isInside ? [] : [{ field, message: `must be an integer from ${min} to ${max}, got ${value}` }];
}

/** Checks the parameters of a slab whose risk engine has `risk`; an empty list means the slab accepts them. */
export function validateSlabParams(params: SlabParams, risk: RiskParams): SlabParamIssue[] {
  const issues = SLAB_PARAM_RANGES.flatMap(([field, min, max]) => {
    const value = params[field];
    return typeof value === 'boolean' ? [] : checkRange(field, value, min, max);
  });
  const { fundingKBps, reduceBandBps } = params;
  if (reduceBandBps !== 0 && reduceBandBps < risk.maintenanceBps) {
    const message = `must be 0 or at least the maintenance margin (${risk.maintenanceBps} bps)`;
    issues.push({ field: 'reduceBandBps', message });
  }
  if (reduceBandBps !== 0 && risk.initialBps < 1) {
    issues.push({ field: 'reduceBandBps', message: 'needs an initial margin of at least 1 bps' });
  }
  if (fundingKBps * risk.fundingScale > MAX_SAFE) {
    const message = `times the funding scale (${risk.fundingScale}) must be at most ${MAX_SAFE}`;
    issues.push({ field: 'fundingKBps', message });
  }
  return issues;
}
