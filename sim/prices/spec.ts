import { z } from 'zod';
import { duration, milliseconds, percent, price } from '../scenario/units.ts';
import { readPriceTable } from './price_table.ts';

const start = () => duration().prefault('0 slots').describe('When the move begins.');

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
    noise: percent(0, 1_000)
      .prefault('0 %')
      .describe('Each slot is moved by up to this much, up or down, evenly.'),
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
export const priceSpec = z.discriminatedUnion('kind', [constant, ramp, crashBounce, spike, csv]);
export type PriceSpec = z.output<typeof priceSpec>;
