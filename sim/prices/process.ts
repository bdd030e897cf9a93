import { BPS, MAX_ORACLE_PRICE } from '../../engine/risk/constants.ts';
import { createStream, type Rng } from '../kernel/streams.ts';
import type { CorrelationSpec } from '../scenario/correlation.ts';
import type { PricePoint } from './price_table.ts';
import { createNormal, createRandomWalk, type WalkStreams } from './random_walk.ts';
import {
  calculateCrash,
  calculateLevels,
  calculateLine,
  calculateSqueeze,
  calculateStaircase,
  calculateV,
  shift,
} from './shapes.ts';
import type { PriceSpec } from './spec.ts';

/** The undistorted price of one underlying. Called once for each slot, in order from 0. */
export interface PriceProcess {
  /** Quote atoms per base in this slot. */
  next(slot: number): number;
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

function createCalmProcess(spec: PriceSpec, streams: WalkStreams, slotMs: number): PriceProcess {
  switch (spec.kind) {
    case 'constant':
      return { next: () => spec.price };
    case 'ramp':
      return { next: (slot) => calculateLine(spec.from, spec.to, spec.start, spec.over, slot) };
    case 'crash_bounce':
      return { next: (slot) => calculateCrash(spec, slot) };
    case 'staircase': {
      const levels = calculateLevels(spec);
      return { next: (slot) => calculateStaircase(spec, levels, slot) };
    }
    case 'v_shape':
      return { next: (slot) => calculateV(spec, slot) };
    case 'squeeze':
      return { next: (slot) => calculateSqueeze(spec, slot) };
    case 'spike': {
      const peak = shift(spec.base, spec.by);
      return { next: (slot) => (slot >= spec.start && slot < spec.start + spec.for ? peak : spec.base) };
    }
    case 'gbm':
    case 'jump_diffusion':
    case 'hawkes_jumps':
      return createRandomWalk(spec, streams, slotMs);
    case 'csv':
      return createTablePrice(spec.points, spec.resample, slotMs);
  }
}

const noiseOf = (spec: PriceSpec) => ('noise' in spec ? spec.noise : 0);

/** The price process of a spec. In a csv the first row is slot 0. */
export function createPriceProcess(spec: PriceSpec, streams: WalkStreams, slotMs: number): PriceProcess {
  const process = createCalmProcess(spec, streams, slotMs);
  const noise = noiseOf(spec);
  return noise === 0 ? process : { next: (slot) => addNoise(process.next(slot), noise, streams.rng) };
}

/**
 * The normal draws of an underlying. It reads the streams of those it depends on by itself, so that it does not matter
 * who else is read, or when.
 */
function createCorrelatedNormal(
  seed: string,
  underlying: string,
  correlation: CorrelationSpec | null,
): () => number {
  const at = correlation?.underlyings.indexOf(underlying) ?? -1;
  const names = at < 0 ? [underlying] : correlation!.underlyings.slice(0, at + 1);
  const weights = at < 0 ? [1] : correlation!.lower[at]!;
  const normals = names.map((name) => createNormal(createStream(seed, `price/${name}/normal`)));
  return () => normals.reduce((sum, normal, index) => sum + weights[index]! * normal(), 0);
}

/** What says how the underlyings of a scenario move. */
export interface PriceSetting {
  underlyings: Readonly<Record<string, { price: PriceSpec }>>;
  correlation: CorrelationSpec | null;
  slotMs: number;
}

/** The price process of an underlying in a run: a function of the seed, of itself and of those it is correlated with. */
export function createUnderlyingPrice(setting: PriceSetting, seed: string, underlying: string): PriceProcess {
  const streams = {
    rng: createStream(seed, `price/${underlying}`),
    normal: createCorrelatedNormal(seed, underlying, setting.correlation),
  };
  return createPriceProcess(setting.underlyings[underlying]!.price, streams, setting.slotMs);
}

/** Price of slot 0 without noise, and bounds that the price never leaves, over a run of `slots`. */
export interface PriceDescription {
  first: number;
  min: number;
  max: number;
}

/** The reach of a price over the slots of a run, without drawing it: noise and random walks at their widest. */
export function describePrice(spec: PriceSpec, slots: number, slotMs: number): PriceDescription {
  if ('volatility' in spec) return { first: spec.from, min: spec.min, max: spec.max };
  const unused = () => 0.5;
  const process = createCalmProcess(spec, { rng: unused, normal: unused }, slotMs);
  const first = process.next(0);
  let min = first;
  let max = first;
  for (let slot = 1; slot < slots; slot++) {
    const price = process.next(slot);
    min = Math.min(min, price);
    max = Math.max(max, price);
  }
  const noise = noiseOf(spec);
  return { first, min: shift(min, -noise), max: shift(max, noise) };
}
