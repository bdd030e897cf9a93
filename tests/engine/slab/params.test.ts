import { describe, expect, it } from 'vitest';
import {
  calculateDefaultSlabParams,
  DEFAULT_CAPACITIES,
  Slab,
  type SlabCapacities,
  type SlabParams,
  validateSlabCapacities,
  validateSlabParams,
} from '../../../engine/slab/index.ts';
import { createParams } from '../risk/table.ts';

const PLAIN = calculateDefaultSlabParams(5, 1_000);
const issuesOf = (changed: Partial<SlabParams>, risk = {}) =>
  validateSlabParams({ ...PLAIN, ...changed }, createParams(risk)).map(({ field }) => field);

describe('parameters of a slab', () => {
  it('are accepted within their ranges', () => {
    expect(issuesOf({})).toEqual([]);
    const largest = {
      ...{ tickAtoms: 1e12, lotQ: 1e14, batchSlots: 4_294_967_296, freezeSlots: 4_294_967_296 },
      ...{ freezeLevels: 65_535, killBandBps: 10_000, reduceBandBps: 10_000, reduceSlipBps: 10_000 },
      ...{ holdFeeBps: 10_000, maxHolds: 65_535, maxHoldSlots: 65_535, maxOrdersPerAccount: 65_535 },
      ...{ markBandBps: 10_000, markWindowSlots: 4_294_967_296, fundingKBps: 1_000_000 },
      ...{ fundingHorizonSlots: 1_000_000_000, fundingCap: 10_000 },
    };
    expect(issuesOf(largest)).toEqual([]);
    for (const [field, value] of Object.entries(largest)) {
      expect(issuesOf({ [field]: value + 1 })).toEqual([field]);
    }
  });

  it.each([
    [{ tickAtoms: 0 }, 'tickAtoms'],
    [{ lotQ: 0 }, 'lotQ'],
    [{ lotQ: 1.5 }, 'lotQ'],
    [{ batchSlots: 0 }, 'batchSlots'],
    [{ freezeSlots: -1 }, 'freezeSlots'],
    [{ maxHoldSlots: 0 }, 'maxHoldSlots'],
    [{ maxOrdersPerAccount: 0 }, 'maxOrdersPerAccount'],
    [{ markWindowSlots: 0 }, 'markWindowSlots'],
    [{ fundingHorizonSlots: 0 }, 'fundingHorizonSlots'],
    [{ killBandBps: Number.NaN }, 'killBandBps'],
  ])('%o is refused', (changed, field) => {
    expect(issuesOf(changed)).toEqual([field]);
  });

  it('must fit those of the risk engine', () => {
    expect(issuesOf({ reduceBandBps: 500 })).toEqual([]);
    expect(issuesOf({ reduceBandBps: 499 })).toEqual(['reduceBandBps']);
    expect(issuesOf({ reduceBandBps: 1 }, { maintenanceBps: 0, initialBps: 0 })).toEqual(['reduceBandBps']);
    expect(issuesOf({ fundingKBps: 1_000_000 }, { fundingScale: 900_719_925 })).toEqual([]);
    // 10^6 · 9 007 199 255 > 2^53 − 1
    expect(issuesOf({ fundingKBps: 1_000_000 }, { fundingScale: 9_007_199_255 })).toEqual(['fundingKBps']);
  });

  it('come with sizes of pools', () => {
    const issues = (changed: Partial<SlabCapacities>) =>
      validateSlabCapacities({ ...DEFAULT_CAPACITIES, ...changed }).map(({ field }) => field);
    expect(issues({})).toEqual([]);
    expect(issues({ maxSlots: 4_097 })).toEqual(['maxSlots']);
    for (const name of ['maxOrders', 'maxHolds', 'maxSlices', 'maxTrades', 'maxAggressors'] as const) {
      expect(issues({ [name]: 65_535 })).toEqual([]);
      expect(issues({ [name]: 65_536 })).toEqual([name]);
      expect(issues({ [name]: 0 })).toEqual([name]);
    }
  });

  it('that are refused are named by the constructor', () => {
    const start = { params: createParams(), capacities: DEFAULT_CAPACITIES, initSlot: 0, initPrice: 1 };
    expect(() => new Slab({ ...start, slabParams: { ...PLAIN, tickAtoms: 0 } })).toThrow(
      'tickAtoms must be an integer from 1 to 1000000000000, got 0',
    );
    const capacities = { ...DEFAULT_CAPACITIES, maxHolds: 0 };
    expect(() => new Slab({ ...start, capacities, slabParams: PLAIN })).toThrow('maxHolds must be');
  });
});
