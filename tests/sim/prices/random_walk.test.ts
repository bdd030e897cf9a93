import { describe, expect, it } from 'vitest';
import { createStream } from '../../../sim/kernel/streams.ts';
import { createUnderlyingPrice } from '../../../sim/prices/process.ts';
import {
  calculatePoisson,
  createJumps,
  createNormal,
  type WalkSpec,
} from '../../../sim/prices/random_walk.ts';
import type { CorrelationSpec } from '../../../sim/scenario/correlation.ts';
import { complain, readSpec } from './support.ts';

/** Long slots, so that a year is not many of them and drift shows beside volatility. */
const SLOT_MS = 60_000;
const SLOTS_A_YEAR = 525_600;
const SEEDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const SLOTS = 5_000;
/** Draws of all seeds. */
const N = SEEDS.length * SLOTS;
/** Every moment must lie within this many standard errors; with fixed seeds the tests never flicker. */
const ERRORS = 4;

const WIDE = { from: '100_000 USDC', min: '1 USDC', max: '1_000_000 USDC' };
const gbm = (extra: object = {}) => readSpec({ kind: 'gbm', volatility: '80 %', ...WIDE, ...extra });
const merton = { kind: 'jump_diffusion', volatility: '80 %', jump_every: '20 slots', ...WIDE };
const hawkes = { ...merton, kind: 'hawkes_jumps', branching: 0.6, half_life: '4 slots' };

function run(
  price: ReturnType<typeof readSpec>,
  slots: number,
  seed = 'seed',
  others: Record<string, ReturnType<typeof readSpec>> = {},
  correlation: CorrelationSpec | null = null,
  underlying = 'BTC',
): number[] {
  const underlyings = Object.fromEntries(
    Object.entries({ BTC: price, ...others }).map(([symbol, spec]) => [symbol, { price: spec }]),
  );
  const process = createUnderlyingPrice({ underlyings, correlation, slotMs: SLOT_MS }, seed, underlying);
  return Array.from({ length: slots }, (_, slot) => process.next(slot));
}

const logReturns = (prices: readonly number[]) =>
  prices.slice(1).map((price, at) => Math.log(price / prices[at]!));
const sampleReturns = (price: ReturnType<typeof readSpec>) =>
  SEEDS.flatMap((seed) => logReturns(run(price, SLOTS + 1, seed)));
const calculateMean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
function calculateMoments(values: readonly number[]) {
  const mean = calculateMean(values);
  const variance = calculateMean(values.map((x) => (x - mean) ** 2));
  const fourth = calculateMean(values.map((x) => (x - mean) ** 4));
  return { mean, variance, kurtosis: fourth / variance ** 2 };
}

/** `got` is within ERRORS standard errors of `expected`. */
const expectWithin = (got: number, expected: number, standardError: number) =>
  expect(Math.abs(got - expected) / standardError).toBeLessThan(ERRORS);

describe('gbm', () => {
  const variance = 0.64 / SLOTS_A_YEAR;

  it.each([0, 1_000])('has its mean and variance with a drift of %i %% a year', (drift) => {
    const got = calculateMoments(sampleReturns(gbm({ drift: `${drift} %` })));
    expectWithin(got.mean, (drift / 100 - 0.32) / SLOTS_A_YEAR, Math.sqrt(variance / N));
    expectWithin(got.variance, variance, variance * Math.sqrt(2 / N));
    // Standard error of the kurtosis of a normal sample.
    expectWithin(got.kurtosis, 3, Math.sqrt(24 / N));
  });

  it('the tests of the moments have the power to see a drift and a volatility that are 2 % off', () => {
    expect(10 / SLOTS_A_YEAR / Math.sqrt(variance / N)).toBeGreaterThan(3);
    expect(0.04 / Math.sqrt(2 / N)).toBeGreaterThan(ERRORS);
  });

  it('begins at its price, repeats with its seed and differs with another', () => {
    const prices = run(gbm(), 50);
    expect(prices[0]).toBe(100_000e6);
    expect(prices).toEqual(run(gbm(), 50));
    expect(prices).not.toEqual(run(gbm(), 50, 'other'));
    expect(prices.every(Number.isSafeInteger)).toBe(true);
  });

  it('is held at its bounds and goes on where its path comes back', () => {
    const free = run(gbm(), SLOTS);
    const held = run(gbm({ min: '99_000 USDC', max: '101_000 USDC' }), SLOTS);
    expect(Math.min(...free)).toBeLessThan(99_000e6);
    expect(Math.max(...free)).toBeGreaterThan(101_000e6);
    expect(held).toEqual(free.map((price) => Math.min(101_000e6, Math.max(99_000e6, price))));
  });

  it('grows with its drift, exactly without volatility and in expectation with it', () => {
    const at = (spec: ReturnType<typeof readSpec>, slot: number, seed: string) => {
      const setting = { underlyings: { BTC: { price: spec } }, correlation: null, slotMs: 86_400_000 };
      const process = createUnderlyingPrice(setting, seed, 'BTC');
      return Array.from({ length: slot + 1 }, (_, each) => process.next(each))[slot]! / 100_000e6;
    };
    expect(at(gbm({ drift: '100 %', volatility: '0 %' }), 365, 'seed')).toBeCloseTo(Math.E, 9);
    const wild = gbm({ drift: '500 %', volatility: '500 %' });
    const days = Array.from({ length: 3_000 }, (_, seed) => at(wild, 1, `day${seed}`));
    const { mean, variance } = calculateMoments(days);
    expectWithin(mean, Math.exp(5 / 365), Math.sqrt(variance / days.length));
  });

  it('has no path without volatility', () => {
    expect(new Set(run(gbm({ volatility: '0 %' }), 10))).toEqual(new Set([100_000e6]));
  });

  it('has bounds of a tenth and ten times the price, and takes no others that exclude it', () => {
    const spec = { kind: 'gbm', from: '50 USDC', volatility: '80 %' };
    expect(readSpec(spec)).toMatchObject({ min: 5e6, max: 500e6 });
    expect(readSpec({ ...spec, from: '500_000 USDC' })).toMatchObject({ max: 1e12 });
    expect(complain({ ...spec, min: '51 USDC' })).toBe('must be at most `from`');
    expect(complain({ ...spec, max: '49 USDC' })).toBe('must be at least `from`');
  });
});

describe('calculatePoisson', () => {
  it.each([0.05, 1, 7, 64])('inverts the distribution function of mean %d', (mean) => {
    let term = Math.exp(-mean);
    let below = term;
    for (let count = 0; count < mean + 8 * Math.sqrt(mean) - 1; count++) {
      expect(calculatePoisson(mean, below * (1 - 1e-9))).toBeLessThanOrEqual(count);
      expect(calculatePoisson(mean, below + 1e-12 * (1 - below))).toBeGreaterThan(count - 1);
      term *= mean / (count + 1);
      below += term;
    }
    expect(calculatePoisson(mean, 0)).toBe(0);
  });

  it('ends for the largest draw there is', () => {
    expect(calculatePoisson(64, 1 - 2 ** -53)).toBeLessThan(200);
  });
});

describe('createNormal', () => {
  it('is finite at both ends of the generator', () => {
    expect(createNormal(() => 0)()).toBeCloseTo(-6.34, 1);
    expect(createNormal(() => 1 - 2 ** -32)()).toBeCloseTo(6.34, 1);
  });
});

/** Jumps a slot, over all seeds. */
function countJumps(spec: WalkSpec): number[][] {
  if (spec.kind === 'gbm') throw new Error('has no jumps');
  return SEEDS.map((seed) => {
    const draw = createJumps(spec, createStream(seed, 'price/BTC'));
    return Array.from({ length: SLOTS }, () => draw().count);
  });
}

const readWalk = (spec: object) => readSpec(spec) as WalkSpec;

describe('jump_diffusion', () => {
  const [size, sd] = [-0.02, 0.03];
  const spec = readWalk({ ...merton, jump_mean: '-2 %', jump_sd: '3 %' });

  it('has the jump counts of a Poisson process', () => {
    const { mean, variance } = calculateMoments(countJumps(spec).flat());
    expectWithin(mean, 0.05, Math.sqrt(0.05 / N));
    // Fourth central moment of a Poisson law: m + 3 m².
    expectWithin(variance, 0.05, Math.sqrt((0.05 + 3 * 0.05 ** 2 - 0.05 ** 2) / N));
  });

  it('has its mean and variance, and a drift that makes up for the jumps', () => {
    const got = calculateMoments(sampleReturns(spec));
    const growth = Math.exp(size + (sd * sd) / 2) - 1;
    const variance = 0.64 / SLOTS_A_YEAR + 0.05 * (size ** 2 + sd ** 2);
    const fourth = 0.05 * (size ** 4 + 6 * size ** 2 * sd ** 2 + 3 * sd ** 4) + 3 * variance ** 2;
    expectWithin(got.mean, -0.32 / SLOTS_A_YEAR + 0.05 * (size - growth), Math.sqrt(variance / N));
    expectWithin(got.variance, variance, Math.sqrt((fourth - variance ** 2) / N));
    expect(got.kurtosis).toBeGreaterThan(20);
  });

  it('adds up the sizes of several jumps in one slot', () => {
    if (spec.kind === 'gbm') throw new Error('has no jumps');
    // Of mean 1, Poisson: P(≤ 3) = 0.981, P(≤ 4) = 0.996. The second draw is one standard deviation up.
    const draws = [0.99, 0.8413447460685429];
    const { count, sum } = createJumps({ ...spec, jump_every: 1 }, () => draws.shift()!)();
    expect(count).toBe(4);
    expect(sum).toBeCloseTo(4 * size + 2 * sd, 8);
  });

  it('keeps the Brownian part of a gbm of the same seed', () => {
    const still = { ...spec, jump_mean: 0, jump_sd: 0 } as WalkSpec;
    expect(run(still, 100)).toEqual(run(gbm(), 100));
  });
});

describe('hawkes_jumps', () => {
  const base = 0.05;
  const branching = 0.6;
  const spec = readWalk(hawkes);
  const counts = countJumps(spec);

  it('has the stationary intensity μ / (1 − n) from the first slot on', () => {
    const intensity = base / (1 - branching);
    // Variance of the count over a long time is λ / (1 − n)² a slot (Hawkes 1971).
    expectWithin(calculateMean(counts.flat()), intensity, Math.sqrt(intensity / (1 - branching) ** 2 / N));
    const early = Array.from({ length: 4_000 }, (_, at) => {
      if (spec.kind === 'gbm') throw new Error('has no jumps');
      return createJumps(spec, createStream(`early${at}`, 'x'))().count;
    });
    expectWithin(calculateMean(early), intensity, Math.sqrt(intensity / early.length));
  });

  it('clusters: the variance of counts over many slots exceeds that of a Poisson process by 1 / (1 − n)²', () => {
    const block = 250;
    const sums = counts.flatMap((row) =>
      Array.from({ length: SLOTS / block }, (_, at) =>
        row.slice(at * block, (at + 1) * block).reduce((sum, count) => sum + count, 0),
      ),
    );
    const { mean, variance } = calculateMoments(sums);
    const expected = 1 / (1 - branching) ** 2;
    // A block of 62 half-lives misses little of the long-time figure; sd of a variance over `sums.length` blocks.
    expectWithin(variance / mean, expected * 0.97, expected * Math.sqrt(2.5 / sums.length));
  });

  it('calms down by half in each half-life', () => {
    if (spec.kind === 'gbm') throw new Error('has no jumps');
    const growth = Math.exp(-0.02) - 1;
    const draw = createJumps({ ...spec, jump_mean: -200 }, () => 0);
    const excitement = Array.from({ length: 9 }, () => draw().compensation / growth - base);
    const stationary = (base * branching) / (1 - branching);
    for (const slot of [0, 4, 8]) expect(excitement[slot]).toBeCloseTo(stationary / 2 ** (slot / 4), 12);
  });

  it('is a jump diffusion without branching', () => {
    const jumps = readWalk({ ...merton, jump_mean: '-2 %' });
    const calm = { ...jumps, kind: 'hawkes_jumps', branching: 0, half_life: 9 } as WalkSpec;
    expect(run(calm, 500)).toEqual(run(jumps, 500));
  });

  it('has a price whose expectation stands still', () => {
    const wild = readWalk({ ...hawkes, jump_mean: '-3 %', jump_sd: '15 %' });
    const ends = Array.from({ length: 3_000 }, (_, at) => run(wild, 51, `end${at}`)[50]! / 100_000e6);
    const { mean, variance } = calculateMoments(ends);
    // Left out, the mean or the variance of the sizes would shift it by 0.19 or 0.07.
    expect(Math.sqrt(variance / ends.length)).toBeLessThan(0.015);
    expectWithin(mean, 1, Math.sqrt(variance / ends.length));
  });
});

describe('correlated underlyings', () => {
  const lower = [[1], [0.8, 0.6]];
  const correlation: CorrelationSpec = { underlyings: ['BTC', 'ETH'], lower };
  const others = { ETH: gbm({ volatility: '120 %' }) };

  it('have their correlation and their own variance', () => {
    const pairs = SEEDS.map((seed) =>
      ['BTC', 'ETH'].map((symbol) => logReturns(run(gbm(), SLOTS + 1, seed, others, correlation, symbol))),
    );
    const [a, b] = [0, 1].map((side) => pairs.flatMap((pair) => pair[side]!)) as [number[], number[]];
    const [btc, eth] = [calculateMoments(a), calculateMoments(b)];
    const covariance = calculateMean(a.map((x, at) => (x - btc.mean) * (b[at]! - eth.mean)));
    // Standard error of a correlation: (1 − ρ²) / √n.
    expectWithin(covariance / Math.sqrt(btc.variance * eth.variance), 0.8, 0.36 / Math.sqrt(N));
    expectWithin(eth.variance, 1.44 / SLOTS_A_YEAR, (1.44 / SLOTS_A_YEAR) * Math.sqrt(2 / N));
  });

  it('move none that stands before them, and an independent one moves nobody', () => {
    const alone = run(gbm(), 200);
    expect(run(gbm(), 200, 'seed', others, correlation)).toEqual(alone);
    expect(run(gbm(), 200, 'seed', others)).toEqual(alone);
    const eth = run(gbm(), 200, 'seed', others, correlation, 'ETH');
    const three = { underlyings: ['BTC', 'ETH', 'SOL'], lower: [...lower, [0.5, 0.5, Math.sqrt(0.5)]] };
    const more = { ...others, SOL: gbm() };
    expect(run(gbm(), 200, 'seed', more, three, 'ETH')).toEqual(eth);
    expect(run(gbm(), 200, 'seed', others, null, 'ETH')).not.toEqual(eth);
  });
});
