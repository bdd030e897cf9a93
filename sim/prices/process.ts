import { BPS, MAX_ORACLE_PRICE } from '../../engine/risk/constants.ts';
import type { Rng } from '../kernel/streams.ts';
import type { PricePoint } from './price_table.ts';
import type { PriceSpec } from './spec.ts';

/** The undistorted price of one underlying. Called once for each slot, in order from 0. */
export interface PriceProcess {
  /** Quote atoms per base in this slot. */
  next(slot: number): number;
}

type CrashBounce = Extract<PriceSpec, { kind: 'crash_bounce' }>;

const shift = (price: number, bps: number) => Math.round((price * (BPS + bps)) / BPS);

/** The straight line from `from` to `to` that begins at `start` and lasts `over`, level outside it. */
function calculateLine(from: number, to: number, start: number, over: number, at: number): number {
  const elapsed = Math.min(over, Math.max(0, at - start));
  return Math.round(from + ((to - from) * elapsed) / over);
}

function calculateCrash(spec: CrashBounce, slot: number): number {
  const low = shift(spec.from, -spec.fall);
  const lowSlot = spec.start + spec.over;
  return slot <= lowSlot
    ? calculateLine(spec.from, low, spec.start, spec.over, slot)
    : calculateLine(low, shift(spec.from, spec.bounce - spec.fall), lowSlot, spec.bounce_over, slot);
}

/** Even noise of at most ±`noise` bps, within the prices an engine can take. */
function addNoise(price: number, noise: number, rng: Rng): number {
  const noisy = Math.round(price * (1 + (noise / BPS) * (2 * rng() - 1)));
  return Math.min(MAX_ORACLE_PRICE, Math.max(1, noisy));
}

/** A recorded price at `ms` after its first row; the ends are carried on. */
function createTablePrice(
  points: readonly PricePoint[],
  resample: 'last' | 'linear',
  slotMs: number,
): PriceProcess {
  let at = 0;
  return {
    next(slot) {
      const ms = slot * slotMs;
      while (at + 1 < points.length && points[at + 1]!.ms <= ms) at++;
      const point = points[at]!;
      const after = points[at + 1];
      if (resample === 'last' || after === undefined) return point.price;
      return calculateLine(point.price, after.price, point.ms, after.ms - point.ms, ms);
    },
  };
}

/**
 * The price process of an underlying; `rng` is its own named stream and serves noise only. In a csv the first
 * row is slot 0.
 */
export function createPriceProcess(spec: PriceSpec, rng: Rng, slotMs: number): PriceProcess {
  switch (spec.kind) {
    case 'constant':
      return { next: () => spec.price };
    case 'ramp':
      return { next: (slot) => calculateLine(spec.from, spec.to, spec.start, spec.over, slot) };
    case 'crash_bounce':
      return {
        next: (slot) => {
          const price = calculateCrash(spec, slot);
          return spec.noise === 0 ? price : addNoise(price, spec.noise, rng);
        },
      };
    case 'spike': {
      const peak = shift(spec.base, spec.by);
      return { next: (slot) => (slot >= spec.start && slot < spec.start + spec.for ? peak : spec.base) };
    }
    case 'csv':
      return createTablePrice(spec.points, spec.resample, slotMs);
  }
}

/** Price of slot 0 without noise, and bounds that the price never leaves, over a run of `slots`. */
export interface PriceDescription {
  first: number;
  min: number;
  max: number;
}

/** The reach of a price over the slots of a run, without running it twice: noise is taken at its widest. */
export function describePrice(spec: PriceSpec, slots: number, slotMs: number): PriceDescription {
  const noise = spec.kind === 'crash_bounce' ? spec.noise : 0;
  const calm = spec.kind === 'crash_bounce' ? { ...spec, noise: 0 } : spec;
  const process = createPriceProcess(calm, () => 0.5, slotMs);
  const first = process.next(0);
  let min = first;
  let max = first;
  for (let slot = 1; slot < slots; slot++) {
    const price = process.next(slot);
    min = Math.min(min, price);
    max = Math.max(max, price);
  }
  return { first, min: shift(min, -noise), max: shift(max, noise) };
}
