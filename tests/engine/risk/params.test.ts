import { describe, expect, it } from 'vitest';
import { Market, type RiskParams, validateParams } from '../../../engine/risk/index.ts';
import { createParams } from './table.ts';

const adaptiveWarmup = {
  fastWindowSlots: 1,
  slowWindowSlots: 1,
  maxMultiplierBps: 10_000,
  saturationBps: 1,
  freezeBps: 1,
  hysteresisBps: 1,
};

describe('validateParams (design 01 §2)', () => {
  it('accepts what the tables use, and each bound itself', () => {
    expect(validateParams(createParams())).toEqual([]);
    expect(validateParams(createParams({ adaptiveWarmup }))).toEqual([]);
    // 9 007 199 254 · 10^12 = 9 007 199 254·10^12 ≤ (2^53 − 1)·10^6 = 9 007 199 254.740991·10^12
    expect(validateParams(createParams({ maxPrice: 1_000_000_000_000, maxOiQ: 9_007_199_254 }))).toEqual([]);
  });

  it.each<[keyof RiskParams, Partial<RiskParams>]>([
    ['warmupPeriodSlots', { warmupPeriodSlots: -1 }],
    ['tradingFeeBps', { tradingFeeBps: 10_001 }],
    ['maintenanceBps', { maintenanceBps: 1_001 }],
    ['initialBps', { initialBps: 10_001 }],
    ['initialBps', { initialBps: 0.5 }],
    ['liquidationFeeCap', { liquidationFeeCap: 9, minLiquidationAbs: 10 }],
    ['minInitialDeposit', { minInitialDeposit: 0 }],
    ['minNonzeroMmReq', { minNonzeroMmReq: 20 }],
    ['minNonzeroImReq', { minNonzeroImReq: 101 }],
    ['insuranceFloor', { insuranceFloor: -1 }],
    ['maxAccounts', { maxAccounts: 4_097 }],
    ['maxPrice', { maxPrice: 1_000_000_000_001 }],
    ['maxOiQ', { maxOiQ: 100_000_000_000_001 }],
    ['maxOiQ', { maxPrice: 1_000_000_000_000, maxOiQ: 9_007_199_255 }],
    ['makerFeeBps', { makerFeeBps: -10_001 }],
    ['keeperRewardBps', { keeperRewardBps: 10_001 }],
    ['maxHedgeCreditMmBps', { maxHedgeCreditMmBps: -1 }],
    ['fundingScale', { fundingScale: 0 }],
    // 10 000·scale divides: it has to be exact itself.
    ['fundingScale', { fundingScale: 900_719_925_475 }],
    ['adaptiveWarmup', { adaptiveWarmup: { ...adaptiveWarmup, slowWindowSlots: 0 } }],
    ['adaptiveWarmup', { adaptiveWarmup: { ...adaptiveWarmup, maxMultiplierBps: 9_999 } }],
  ])('refuses %s in %o', (field, overrides) => {
    const issues = validateParams(createParams(overrides));
    expect(issues.map((issue) => issue.field)).toContain(field);
    const options = { initSlot: 0, initPrice: 1 };
    expect(() => new Market({ params: createParams(overrides), ...options })).toThrow(field);
  });

  it('names every fault at once', () => {
    expect(validateParams(createParams({ maxAccounts: 0, tradingFeeBps: -1, initialBps: 400 }))).toHaveLength(
      3,
    );
  });

  it('lets a conformance market leave the envelope to the checks of each write', () => {
    const params = createParams({ maxPrice: 1_000_000_000_000, maxOiQ: 100_000_000_000_000 });
    expect(validateParams(params, false)).toEqual([]);
  });

  it('starts a market only at a valid price and slot', () => {
    const params = createParams();
    expect(() => new Market({ params, initSlot: 0, initPrice: 0 })).toThrow('initPrice');
    expect(() => new Market({ params, initSlot: 0, initPrice: 1_000_001 })).toThrow('initPrice');
    expect(() => new Market({ params, initSlot: -1, initPrice: 1 })).toThrow('initSlot');
  });
});
