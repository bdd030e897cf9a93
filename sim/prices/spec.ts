import { z } from 'zod';
import { MAX_ORACLE_PRICE } from '../../engine/risk/constants.ts';
import { count, duration, milliseconds, percent, price, ratio } from '../scenario/units.ts';
import { readPriceTable } from './price_table.ts';
import { calculateLevels } from './shapes.ts';

const start = () => duration().prefault('0 slots').describe('When the move begins.');

const noise = () =>
  percent(0, 1_000).prefault('0 %').describe('Each slot is moved by up to this much, up or down, evenly.');

const constant = z
  .strictObject({ kind: z.literal('constant'), price: price().describe('The price throughout.') })
  .describe('A price that does not move.');

const ramp = z
  .strictObject({
    kind: z.literal('ramp'),
    from: price().describe('Price until the move begins.'),
    to: price().describe('Price from the end of the move on.'),
    start: start(),
    over: duration(1).describe('Length of the move.'),
  })
  .describe('A straight line between two prices, level before and after.');

const crashBounce = z
  .strictObject({
    kind: z.literal('crash_bounce'),
    from: price().describe('Price before the crash.'),
    fall: percent(0, 9_999).describe('Depth of the crash, in percent of the price before it.'),
    start: start(),
    over: duration(1).describe('Time from the beginning of the crash to its low.'),
    bounce: percent().prefault('0 %').describe('Recovery, in percent of the price before the crash.'),
    bounce_over: duration(1).prefault('1 slots').describe('Time from the low to the end of the recovery.'),
    noise: noise(),
  })
  .refine((spec) => spec.bounce <= spec.fall, { path: ['bounce'], error: 'must be at most `fall`' })
  .describe('A straight fall and a straight, usually partial, recovery.');

const spike = z
  .strictObject({
    kind: z.literal('spike'),
    base: price().describe('Price outside the spike.'),
    by: percent(-9_999, 100_000).describe(
      'Height of the spike in percent of the base price; negative is downward.',
    ),
    start: start(),
    for: duration(1).describe('How long the price stays there.'),
  })
  .describe('A jump that ends as suddenly as it came.');

const staircase = z
  .strictObject({
    kind: z.literal('staircase'),
    from: price().describe('Price before the first step.'),
    step: percent(-9_999, 100_000).describe(
      'Height of each step, in percent of the price it starts from; negative is downward.',
    ),
    steps: count(1, 1_000).describe('Number of steps.'),
    start: start(),
    every: duration(1).describe('Time from the beginning of one step to the next.'),
    over: duration(1).prefault('1 slots').describe('Length of the move of each step.'),
    noise: noise(),
  })
  .refine((spec) => spec.over <= spec.every, { path: ['over'], error: 'must be at most `every`' })
  .refine((spec) => calculateLevels(spec).every((level) => level >= 1 && level <= MAX_ORACLE_PRICE), {
    path: ['steps'],
    error: 'lead out of the prices an engine can take (0.000001 to 1_000_000 USDC)',
  })
  .describe('Equal steps in percent, with rests between them.');

const vShape = z
  .strictObject({
    kind: z.literal('v_shape'),
    from: price().describe('Price before the fall and after the recovery.'),
    fall: percent(0, 9_999).describe('Depth, in percent of the price before.'),
    start: start(),
    over: duration(1).describe('Length of the fall.'),
    hold: duration().prefault('0 slots').describe('Time at the low.'),
    back: duration(1).optional().describe('Length of the recovery. Default: as long as the fall.'),
    noise: noise(),
  })
  .transform((spec) => ({ ...spec, back: spec.back ?? spec.over }))
  .describe('A straight fall and a full recovery.');

const squeeze = z
  .strictObject({
    kind: z.literal('squeeze'),
    from: price().describe('Price before the squeeze.'),
    rise: percent(1, 100_000).describe('Height of the peak above the price before, in percent of that.'),
    start: start(),
    over: duration(1).describe('Time from the beginning to the peak.'),
    give_back: percent().prefault('100 %').describe('Share of the rise that is lost after the peak.'),
    back_over: duration(1).prefault('1 slots').describe('Length of that fall.'),
    noise: noise(),
  })
  .describe('A rise that gets faster and faster (with the square of time), and a straight fall.');

const walkFields = {
  from: price().describe('Price in slot 0.'),
  drift: percent(-100_000, 100_000)
    .prefault('0 %')
    .describe('Growth of the expected price, as a logarithm per year of 365 days.'),
  volatility: percent(0, 100_000).describe('Standard deviation of the logarithm over a year of 365 days.'),
  min: price()
    .optional()
    .describe('The price is held here while its path is below. Default: a tenth of `from`.'),
  max: price()
    .optional()
    .describe('The price is held here while its path is above. Default: ten times `from`.'),
};

const jumpFields = {
  jump_every: duration(1).describe('Mean time between jumps that come by themselves.'),
  jump_mean: percent(-10_000, 10_000).prefault('0 %').describe('Mean of the logarithmic size of a jump.'),
  jump_sd: percent(0, 10_000).prefault('0 %').describe('Standard deviation of the logarithmic size.'),
};

interface Bounded {
  from: number;
  min?: number | undefined;
  max?: number | undefined;
}

/** Puts the default bounds in. */
const bound = <T extends Bounded>(spec: T) => ({
  ...spec,
  min: spec.min ?? Math.max(1, Math.floor(spec.from / 10)),
  max: spec.max ?? Math.min(MAX_ORACLE_PRICE, spec.from * 10),
});
const isAboveMin = ({ from, min = 0 }: Bounded) => min <= from;
const isBelowMax = ({ from, max = Number.POSITIVE_INFINITY }: Bounded) => from <= max;
const tooHigh = { path: ['min'], error: 'must be at most `from`' };
const tooLow = { path: ['max'], error: 'must be at least `from`' };

const gbm = z
  .strictObject({ kind: z.literal('gbm'), ...walkFields })
  .refine(isAboveMin, tooHigh)
  .refine(isBelowMax, tooLow)
  .transform(bound)
  .describe('Geometric Brownian motion.');

const jumpDiffusion = z
  .strictObject({ kind: z.literal('jump_diffusion'), ...walkFields, ...jumpFields })
  .refine(isAboveMin, tooHigh)
  .refine(isBelowMax, tooLow)
  .transform(bound)
  .describe("Merton's jump diffusion: Brownian motion and jumps that come independently of each other.");

const hawkesJumps = z
  .strictObject({
    kind: z.literal('hawkes_jumps'),
    ...walkFields,
    ...jumpFields,
    branching: ratio(0, 0.99).describe('Further jumps that a jump sets off, in expectation.'),
    half_life: duration(1).describe('Time in which the excitement after a jump halves.'),
  })
  .refine(isAboveMin, tooHigh)
  .refine(isBelowMax, tooLow)
  .transform(bound)
  .describe('Brownian motion and jumps that come in clusters: each raises the chance of the next.');

const csv = z
  .strictObject({
    kind: z.literal('csv'),
    file: z.string().describe('Comma-separated table with a header line, relative to the scenario file.'),
    time: z.string().describe('Column with the time of each row.'),
    time_unit: z
      .enum(['iso', 's', 'ms'])
      .describe('How times are written: ISO 8601 in UTC, seconds or milliseconds.'),
    price: z.string().describe('Column with the price in quote per base.'),
    step: milliseconds().describe('Distance between rows; every other distance is an error.'),
    resample: z
      .enum(['last', 'linear'])
      .describe('Between two rows: keep the last price, or a straight line.'),
  })
  .transform((spec, context) => {
    try {
      return { ...spec, kind: 'csv' as const, points: readPriceTable(spec) };
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message, input: spec, path: ['file'] });
      return z.NEVER;
    }
  })
  .describe('A recorded price, resampled to slots.');

/** How the undistorted price of an underlying moves. */
export const priceSpec = z.discriminatedUnion('kind', [
  constant,
  ramp,
  crashBounce,
  staircase,
  vShape,
  squeeze,
  spike,
  gbm,
  jumpDiffusion,
  hawkesJumps,
  csv,
]);
export type PriceSpec = z.output<typeof priceSpec>;
