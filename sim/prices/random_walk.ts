import exp from '@stdlib/math-base-special-exp';
import pow from '@stdlib/math-base-special-pow';
import { BPS } from '../../engine/risk/constants.ts';
import type { Rng } from '../kernel/streams.ts';
import { normalQuantile } from '../scenario/normal.ts';
import type { PriceSpec } from './spec.ts';

/** What a random walk draws from. */
export interface WalkStreams {
  /** Jumps; the same number of draws in each slot, whatever happens. */
  rng: Rng;
  /** Standard normal draws of the diffusion, one a slot. */
  normal: () => number;
}

export type WalkSpec = Extract<PriceSpec, { kind: 'gbm' | 'jump_diffusion' | 'hawkes_jumps' }>;

/** Trading never stops, so a year has 365 whole days. */
const YEAR_MS = 365 * 86_400_000;
/** More jumps than this in one slot are one jump of another size; it also keeps the Poisson law within a double. */
const MAX_INTENSITY = 64;
/** Half the distance between two draws of the generator: 0 would have no finite quantile. */
const HALF_STEP = 1 / 8_589_934_592;

/** Standard normal draws, one number of `rng` each (inverse distribution function). */
export function createNormal(rng: Rng): () => number {
  return () => normalQuantile(rng() + HALF_STEP);
}

/** Poisson count with this mean (at most MAX_INTENSITY) from one uniform, by inversion. */
export function calculatePoisson(mean: number, uniform: number): number {
  let count = 0;
  let term = exp(-mean);
  let below = term;
  while (uniform >= below && term > 0) {
    count += 1;
    term *= mean / count;
    below += term;
  }
  return count;
}

/** Jumps of a slot, and what they cost in drift so that the expected price does not depend on them. */
interface JumpDraw {
  count: number;
  /** Sum of the logarithmic sizes. */
  sum: number;
  compensation: number;
}

/**
 * Jumps as a self-exciting Poisson process (Hawkes, Biometrika 58, 1971) with normal logarithmic sizes (Merton,
 * J. Financial Economics 3, 1976). λ(t) = μ + e(t) per slot, e(t + 1) = d·e(t) + n·(1 − d)·N(t): a jump has n offspring
 * in expectation, spread geometrically with the half-life. e starts at its stationary mean, so E λ = μ / (1 − n) at all
 * times. n = 0 is Merton's constant intensity.
 */
export function createJumps(spec: Exclude<WalkSpec, { kind: 'gbm' }>, rng: Rng): () => JumpDraw {
  const base = 1 / spec.jump_every;
  const branching = spec.kind === 'hawkes_jumps' ? spec.branching : 0;
  const decay = spec.kind === 'hawkes_jumps' ? pow(0.5, 1 / spec.half_life) : 0;
  const mean = spec.jump_mean / BPS;
  const sd = spec.jump_sd / BPS;
  const growth = exp(mean + (sd * sd) / 2) - 1;
  let excitation = (base * branching) / (1 - branching);
  return () => {
    const intensity = Math.min(MAX_INTENSITY, base + excitation);
    const count = calculatePoisson(intensity, rng());
    const sum = count * mean + Math.sqrt(count) * sd * normalQuantile(rng() + HALF_STEP);
    excitation = decay * excitation + branching * (1 - decay) * count;
    return { count, sum, compensation: intensity * growth };
  };
}

/**
 * Geometric Brownian motion, with jumps if the spec has them; E price(t) = from · exp(drift · t). The price is held at
 * `min` and `max` while the path is beyond them.
 */
export function createRandomWalk(spec: WalkSpec, streams: WalkStreams, slotMs: number) {
  const years = slotMs / YEAR_MS;
  const volatility = spec.volatility / BPS;
  const drift = (spec.drift / BPS - (volatility * volatility) / 2) * years;
  const spread = volatility * Math.sqrt(years);
  const drawJumps = spec.kind === 'gbm' ? undefined : createJumps(spec, streams.rng);
  let logarithm = 0;
  return {
    next(slot: number): number {
      if (slot === 0) return spec.from;
      logarithm += drift + spread * streams.normal();
      if (drawJumps !== undefined) {
        const { sum, compensation } = drawJumps();
        logarithm += sum - compensation;
      }
      return Math.min(spec.max, Math.max(spec.min, Math.round(spec.from * exp(logarithm))));
    },
  };
}
