import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUnderlyingPrice, describePrice } from '../../../sim/prices/process.ts';
import type { PriceSpec } from '../../../sim/prices/spec.ts';
import { complain, readSpec } from './support.ts';

const SLOT_MS = 400;

function run(spec: PriceSpec, slots: number, seed = 'seed'): number[] {
  const setting = { underlyings: { BTC: { price: spec } }, correlation: null, slotMs: SLOT_MS };
  const process = createUnderlyingPrice(setting, seed, 'BTC');
  return Array.from({ length: slots }, (_, slot) => process.next(slot) / 1e6);
}

describe('shapes', () => {
  it('constant stays', () => {
    expect(run(readSpec({ kind: 'constant', price: '7 USDC' }), 3)).toEqual([7, 7, 7]);
  });

  it('ramp is a straight line between its ends', () => {
    const spec = readSpec({ kind: 'ramp', from: '10 USDC', to: '4 USDC', start: '2 slots', over: '4 slots' });
    expect(run(spec, 9)).toEqual([10, 10, 10, 8.5, 7, 5.5, 4, 4, 4]);
  });

  it('crash_bounce falls, recovers in points of the price before, and stays', () => {
    const spec = readSpec({
      kind: 'crash_bounce',
      from: '100 USDC',
      fall: '30 %',
      start: '1 slots',
      over: '3 slots',
      bounce: '8 %',
      bounce_over: '2 slots',
    });
    expect(run(spec, 9)).toEqual([100, 100, 90, 80, 70, 74, 78, 78, 78]);
  });

  it('spike goes and comes back', () => {
    const spec = readSpec({ kind: 'spike', base: '50 USDC', by: '-20 %', start: '2 slots', for: '2 slots' });
    expect(run(spec, 6)).toEqual([50, 50, 40, 40, 50, 50]);
  });

  it('staircase takes each step from the price it has reached, and rests', () => {
    const stairs = { kind: 'staircase', from: '100 USDC', step: '-10 %', steps: 3, every: '3 slots' };
    const spec = readSpec({ ...stairs, start: '1 slots', over: '2 slots' });
    expect(run(spec, 12)).toEqual([100, 100, 95, 90, 90, 85.5, 81, 81, 76.95, 72.9, 72.9, 72.9]);
    expect(run(readSpec({ ...stairs, step: '100 %' }), 8)).toEqual([100, 200, 200, 200, 400, 400, 400, 800]);
    expect(complain({ ...stairs, over: '4 slots' })).toBe('must be at most `every`');
    expect(complain({ ...stairs, steps: 170 })).toBe('');
    const out = 'lead out of the prices an engine can take (0.000001 to 1_000_000 USDC)';
    expect(complain({ ...stairs, steps: 1_000 })).toBe('');
    expect(complain({ ...stairs, step: '-90 %', steps: 9 })).toBe(out);
    expect(complain({ ...stairs, step: '1_000 %', steps: 4 })).toBe(out);
  });

  it('v_shape comes all the way back, as fast as it fell unless told otherwise', () => {
    const v = { kind: 'v_shape', from: '100 USDC', fall: '40 %', start: '1 slots', over: '2 slots' };
    expect(run(readSpec(v), 7)).toEqual([100, 100, 80, 60, 80, 100, 100]);
    const slow = readSpec({ ...v, hold: '2 slots', back: '4 slots' });
    expect(run(slow, 11)).toEqual([100, 100, 80, 60, 60, 60, 70, 80, 90, 100, 100]);
  });

  it('squeeze gets faster up to its peak and gives back what it is told', () => {
    const squeeze = { kind: 'squeeze', from: '100 USDC', rise: '160 %', start: '1 slots', over: '4 slots' };
    expect(run(readSpec(squeeze), 8)).toEqual([100, 100, 110, 140, 190, 260, 100, 100]);
    const half = readSpec({ ...squeeze, give_back: '50 %', back_over: '2 slots' });
    expect(run(half, 9)).toEqual([100, 100, 110, 140, 190, 260, 220, 180, 180]);
  });

  it('noise stays within its width, repeats with its seed and moves nothing else', () => {
    const spec = readSpec({
      kind: 'crash_bounce',
      from: '100 USDC',
      fall: '0 %',
      over: '1 slots',
      noise: '1 %',
    });
    const prices = run(spec, 2_000);
    expect(prices).toEqual(run(spec, 2_000));
    expect(prices).not.toEqual(run(spec, 2_000, 'other'));
    expect(Math.min(...prices)).toBeGreaterThanOrEqual(99);
    expect(Math.max(...prices)).toBeLessThanOrEqual(101);
    // Even on ±1: standard deviation 1/√3 ≈ 0.577, of the mean of 2 000 draws 0.013.
    expect(prices.reduce((sum, price) => sum + price, 0) / 2_000).toBeCloseTo(100, 1);
  });

  it('a bounce above its fall is refused', () => {
    const spec = { kind: 'crash_bounce', from: '9 USDC', fall: '5 %', over: '1 slots', bounce: '6 %' };
    expect(complain(spec)).toBe('must be at most `fall`');
  });
});

describe('csv', () => {
  const table = (extra: object = {}) => ({
    kind: 'csv',
    file: 'p.csv',
    time: 'at',
    time_unit: 's',
    price: 'close',
    step: '1 s',
    resample: 'last',
    ...extra,
  });
  const text = 'at,volume,close\n100,1,10\n101,2,20\n102,3,40\n';

  it('keeps the last price of each slot', () => {
    // Slots begin at 0, 0.4, 0.8, 1.2, 1.6, 2.0, 2.4 s after the first row.
    expect(run(readSpec(table(), { 'p.csv': text }), 7)).toEqual([10, 10, 10, 20, 20, 40, 40]);
  });

  it('draws a line between rows where that is asked for', () => {
    const spec = readSpec(table({ resample: 'linear' }), { 'p.csv': text });
    expect(run(spec, 7)).toEqual([10, 14, 18, 24, 32, 40, 40]);
  });

  it('takes a table that is finer than slots, ends of slots or of lines included', () => {
    const rows = Array.from({ length: 12 }, (_, at) => `${at * 150},${at * at + 1}`).join('\n');
    const fine = { 'p.csv': `at,close\n${rows}\n` };
    const options = { time_unit: 'ms', step: '150 ms' };
    // Slots begin at 0, 400, 800, 1 200, 1 600, 2 000 ms; rows at 0, 150, …, 1 650 ms.
    expect(run(readSpec(table(options), fine), 6)).toEqual([1, 5, 26, 65, 101, 122]);
    const between = [1, 5 + (5 * 100) / 150, 26 + (11 * 50) / 150, 65, 101 + (21 * 100) / 150, 122];
    const linear = run(readSpec(table({ ...options, resample: 'linear' }), fine), 6);
    for (const [at, price] of linear.entries()) expect(price).toBeCloseTo(between[at]!, 5);
  });

  it('reads ISO times across a leap day and milliseconds', () => {
    const iso =
      'at,close\n2024-02-28T23:59:59.500Z,1\n2024-02-29 00:00:00.500+00:00,2\n2024-02-29T00:00:01.500Z,3\n';
    expect(run(readSpec(table({ time_unit: 'iso' }), { 'p.csv': iso }), 6)).toEqual([1, 1, 1, 2, 2, 3]);
    const ms = 'at,close\n1000,1\n2000,2\n';
    expect(run(readSpec(table({ time_unit: 'ms' }), { 'p.csv': ms }), 4)).toEqual([1, 1, 1, 2]);
  });

  it.each([
    [
      'at,close\n1,5\n2,5\n4,5\n',
      'p.csv:4: time 4 comes 2000 ms after the row before it: a gap, rows are 1000 ms apart',
    ],
    ['at,close\n1,5\n1,5\n', 'p.csv:3: time 1 has the same time as the row before it (duplicate)'],
    ['at,close\n2,5\n1,5\n', 'p.csv:3: time 1 is earlier than the row before it (out of order)'],
    [
      'at,close\n1,5\n1.5,5\n',
      'p.csv:3: time 1.5 comes 500 ms after the row before it; rows are 1000 ms apart',
    ],
    ['at,close\n1,5\n\n2,-5\n', 'p.csv:4: price -5 must be at least 0.000001 USDC'],
    ['at,close\n1,0.0000001\n', 'p.csv:2: price 0.0000001 is finer than one atom (0.000001 USDC)'],
    ['at,close\n1,\n', 'p.csv:2: price  needs a price in quote per base'],
    ['at,close\nnoon,5\n', 'p.csv:2: time noon is not in s'],
    ['time,close\n1,5\n', 'p.csv:1: has no column at; its columns are time, close'],
    ['at,close\n', 'p.csv: has no rows below its header'],
    ['', 'p.csv: is empty'],
    ['at,close\n1,5,6\n', 'p.csv: Invalid Record Length: expect 2, got 3 on line 2'],
    ['at,close\n"1,5\n', 'p.csv: Quote Not Closed'],
  ])('%j is refused: %s', (broken, message) => {
    expect(complain(table(), { 'p.csv': broken })).toContain(message);
  });

  it('lists several problems at once, and counts the rest', () => {
    const rows = Array.from({ length: 9 }, () => '1,5').join('\n');
    const message = complain(table(), { 'p.csv': `at,close\n${rows}\n` });
    expect(message).toContain('p.csv:3:');
    expect(message).toContain('p.csv:7:');
    expect(message).toMatch(/; and 3 more$/);
  });

  it('takes no day that does not exist', () => {
    for (const day of ['2025-02-28', '2024-02-29', '2000-02-29', '2025-12-31', '2025-04-30']) {
      expect(complain(table({ time_unit: 'iso' }), { 'p.csv': `at,close\n${day}T00:00:00Z,5\n` })).toBe('');
    }
    for (const day of ['2025-02-29', '1900-02-29', '2025-04-31', '2025-12-32', '2025-13-01', '2025-01-00']) {
      const rows = `at,close\n${day}T00:00:00Z,5\n`;
      expect(complain(table({ time_unit: 'iso' }), { 'p.csv': rows })).toContain(
        `time ${day}T00:00:00Z is not in iso`,
      );
    }
  });
});

describe('describePrice', () => {
  it('bounds every price of a run, noise included', () => {
    const share = fc.integer({ min: 0, max: 9_000 });
    fc.assert(
      fc.property(
        share,
        share,
        fc.integer({ min: 0, max: 1_000 }),
        fc.nat(50),
        (fall, bounce, noise, start) => {
          const spec: PriceSpec = {
            kind: 'crash_bounce',
            from: 123_456_789,
            fall,
            start,
            over: 10,
            bounce: Math.min(fall, bounce),
            bounce_over: 5,
            noise,
          };
          const { first, min, max } = describePrice(spec, 60, SLOT_MS);
          expect(first).toBe(123_456_789);
          for (const price of run(spec, 60)) {
            expect(price * 1e6).toBeGreaterThanOrEqual(min - 1e-6);
            expect(price * 1e6).toBeLessThanOrEqual(max + 1e-6);
          }
        },
      ),
    );
  });

  it.each([
    { kind: 'staircase', from: '100 USDC', step: '-7 %', steps: 5, every: '9 slots', noise: '1 %' },
    { kind: 'v_shape', from: '100 USDC', fall: '40 %', over: '20 slots', noise: '2 %' },
    { kind: 'squeeze', from: '100 USDC', rise: '90 %', over: '30 slots', back_over: '5 slots', noise: '3 %' },
    { kind: 'gbm', from: '100 USDC', volatility: '1_000 %', min: '99.99 USDC', max: '100.02 USDC' },
  ])('bounds $kind', (raw) => {
    const spec = readSpec(raw);
    const { first, min, max } = describePrice(spec, 60, SLOT_MS);
    expect(first).toBe(100e6);
    const prices = run(spec, 60).map((price) => price * 1e6);
    expect(Math.min(...prices)).toBeGreaterThanOrEqual(min - 1);
    expect(Math.max(...prices)).toBeLessThanOrEqual(max + 1);
    expect(max / min).toBeLessThan((1.05 * Math.max(...prices)) / Math.min(...prices));
  });

  it('sees only the slots of the run', () => {
    const spec = readSpec({ kind: 'spike', base: '50 USDC', by: '100 %', start: '10 slots', for: '1 slots' });
    expect(describePrice(spec, 10, SLOT_MS).max).toBe(50_000_000);
    expect(describePrice(spec, 11, SLOT_MS).max).toBe(100_000_000);
  });
});
