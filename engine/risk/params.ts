import { MAX_SAFE } from '../math/index.ts';
import { BPS, MAX_ACCOUNTS, MAX_OI_SIDE_Q, MAX_ORACLE_PRICE, POS_SCALE } from './constants.ts';

/** Adaptive warmup (design 01 §12): the release clock slows while capital drains out of the market. */
export interface AdaptiveWarmup {
  fastWindowSlots: number;
  slowWindowSlots: number;
  /** Largest slowdown in bps; 10 000 is none. */
  maxMultiplierBps: number;
  /** Drain at which the largest slowdown is reached. */
  saturationBps: number;
  /** Drain at or above which the clock stands still. */
  freezeBps: number;
  /** Largest fall of the multiplier per update, as a share of itself. */
  hysteresisBps: number;
}

/** Immutable market parameters (design 01 §2 and §12). Amounts in quote atoms, periods in slots. */
export interface RiskParams {
  warmupPeriodSlots: number;
  tradingFeeBps: number;
  maintenanceBps: number;
  initialBps: number;
  liquidationFeeBps: number;
  liquidationFeeCap: number;
  minLiquidationAbs: number;
  minInitialDeposit: number;
  minNonzeroMmReq: number;
  minNonzeroImReq: number;
  insuranceFloor: number;
  maxAccounts: number;
  maxPrice: number;
  maxOiQ: number;
  /** Signed; negative is a rebate. Neutral: equal to `tradingFeeBps`. */
  makerFeeBps: number;
  keeperRewardBps: number;
  maxHedgeCreditMmBps: number;
  fundingScale: number;
  /** Share deficits through K (true), or leave all of them to the haircut (false). */
  socialize: boolean;
  adaptiveWarmup: AdaptiveWarmup | null;
}

/** The extensions of design 01 §12 at their neutral values, for a given trading fee. */
export function calculateNeutralExtensions(
  tradingFeeBps: number,
): Pick<
  RiskParams,
  'makerFeeBps' | 'keeperRewardBps' | 'maxHedgeCreditMmBps' | 'fundingScale' | 'socialize' | 'adaptiveWarmup'
> {
  return {
    makerFeeBps: tradingFeeBps,
    keeperRewardBps: 0,
    maxHedgeCreditMmBps: 0,
    fundingScale: 1,
    socialize: true,
    adaptiveWarmup: null,
  };
}

/** A parameter that the engine refuses, in the words of the person who set it. */
export interface ParamIssue {
  field: keyof RiskParams;
  message: string;
}

const within = (value: number, min: number, max: number) =>
  Number.isSafeInteger(value) && value >= min && value <= max;

type NumericField = {
  [Key in keyof RiskParams]: RiskParams[Key] extends number ? Key : never;
}[keyof RiskParams];

/** Smallest and largest value of each numeric parameter taken alone, in the order of the account layout. */
export const PARAM_RANGES: readonly (readonly [NumericField, number, number])[] = [
  ['warmupPeriodSlots', 0, MAX_SAFE],
  ['tradingFeeBps', 0, BPS],
  ['maintenanceBps', 0, BPS],
  ['initialBps', 0, BPS],
  ['liquidationFeeBps', 0, BPS],
  ['liquidationFeeCap', 0, MAX_SAFE],
  ['minLiquidationAbs', 0, MAX_SAFE],
  ['minInitialDeposit', 1, MAX_SAFE],
  ['minNonzeroMmReq', 0, MAX_SAFE],
  ['minNonzeroImReq', 1, MAX_SAFE],
  ['insuranceFloor', 0, MAX_SAFE],
  ['maxAccounts', 1, MAX_ACCOUNTS],
  ['maxPrice', 1, MAX_ORACLE_PRICE],
  ['maxOiQ', 1, MAX_OI_SIDE_Q],
  ['makerFeeBps', -BPS, BPS],
  ['keeperRewardBps', 0, BPS],
  ['maxHedgeCreditMmBps', 0, BPS],
  // 10 000·scale is a divisor and has to be exact.
  ['fundingScale', 1, Math.floor(MAX_SAFE / BPS)],
];

/**
 * Checks a parameter set; an empty list means the engine accepts it.
 * `enforceEnvelope` also requires `max_price × max_oi_q` to fit the 53-bit envelope (design 01 §1);
 * only conformance markets, which leave both at the core maximum, switch it off.
 */
export function validateParams(params: RiskParams, enforceEnvelope = true): ParamIssue[] {
  const issues: ParamIssue[] = [];
  for (const [field, min, max] of PARAM_RANGES) {
    if (!within(params[field], min, max)) {
      issues.push({ field, message: `must be an integer from ${min} to ${max}, got ${params[field]}` });
    }
  }
  const demand = (ok: boolean, field: keyof RiskParams, message: string) => {
    if (!ok) issues.push({ field, message });
  };
  const p = params;
  demand(
    p.maintenanceBps <= p.initialBps,
    'maintenanceBps',
    `must be at most the initial margin (${p.initialBps} bps)`,
  );
  demand(
    p.liquidationFeeCap >= p.minLiquidationAbs,
    'liquidationFeeCap',
    `must be at least the smallest liquidation fee (${p.minLiquidationAbs})`,
  );
  demand(
    p.minNonzeroMmReq < p.minNonzeroImReq,
    'minNonzeroMmReq',
    `must be below the smallest initial requirement (${p.minNonzeroImReq})`,
  );
  demand(
    p.minNonzeroImReq <= p.minInitialDeposit,
    'minNonzeroImReq',
    `must be at most the smallest initial deposit (${p.minInitialDeposit})`,
  );
  const envelope = BigInt(MAX_SAFE) * BigInt(POS_SCALE);
  if (enforceEnvelope && within(p.maxPrice, 1, MAX_ORACLE_PRICE) && within(p.maxOiQ, 1, MAX_OI_SIDE_Q)) {
    const product = BigInt(p.maxPrice) * BigInt(p.maxOiQ);
    demand(
      product <= envelope,
      'maxOiQ',
      `max_price × max_oi_q = ${product} leaves the 53-bit envelope (at most ${envelope}); lower either`,
    );
  }
  issues.push(...validateAdaptive(params.adaptiveWarmup));
  return issues;
}

function validateAdaptive(adaptive: AdaptiveWarmup | null): ParamIssue[] {
  if (adaptive === null) return [];
  const a = adaptive;
  const ok =
    within(a.fastWindowSlots, 1, MAX_SAFE) &&
    within(a.slowWindowSlots, 1, MAX_SAFE) &&
    within(a.maxMultiplierBps, BPS, 1_000 * BPS) &&
    within(a.saturationBps, 1, BPS) &&
    within(a.freezeBps, 1, BPS) &&
    within(a.hysteresisBps, 1, BPS);
  return ok
    ? []
    : [
        {
          field: 'adaptiveWarmup',
          message:
            'needs windows of at least 1 slot, a multiplier from 10 000 to 10 000 000 bps, and saturation, freeze and hysteresis from 1 to 10 000 bps',
        },
      ];
}
