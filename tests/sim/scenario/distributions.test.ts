import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createStream } from '../../../sim/kernel/streams.ts';
import {
  calculateParetoMean,
  type Distribution,
  distribution,
  sampleDistribution,
  solveParetoAlpha,
} from '../../../sim/scenario/distributions.ts';
import { duration, leverage, money, withUnits } from '../../../sim/scenario/units.ts';

const USDC = 1_000_000;
const read = (spec: unknown) => distribution(money()).parse(spec);

/** Draws at the midpoints of `n` equal parts of [0, 1): quadrature instead of chance. */
function drawEvenly(spec: Distribution, n: number): number[] {
  return Array.from({ length: n }, (_, i) => sampleDistribution(spec, () => (i + 0.5) / n));
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function problems(spec: unknown, files: Record<string, string> = {}): string {
  const readData = (file: string) => files[file] ?? '';
  const result = withUnits({ readData }, () => distribution(money()).safeParse(spec));
  return result.success ? 'accepted' : JSON.stringify(result.error.issues);
}

describe('distributions', () => {
  it('draws a constant', () => {
    expect(sampleDistribution(read('12 USDC'), () => 0.3)).toBe(12 * USDC);
  });

  it('draws both ends of a uniform range of slots as often as the rest', () => {
    const draws = drawEvenly(distribution(duration()).parse({ uniform: ['1 slots', '4 slots'] }), 400);
    for (const value of [1, 2, 3, 4]) expect(draws.filter((draw) => draw === value)).toHaveLength(100);
  });

  it('does not round multiples', () => {
    const draws = drawEvenly(distribution(leverage()).parse({ uniform: ['1 x', '3 x'] }), 1_000);
    expect(mean(draws)).toBeCloseTo(2, 10);
    expect(draws[0]).toBeCloseTo(1.001, 10);
  });

  it('draws a lognormal with its median, mean and clamps', () => {
    const wide = drawEvenly(read({ lognormal: { median: '1_000 USDC', sigma: 0.5 } }), 20_001);
    expect(wide[10_000]).toBe(1_000 * USDC);
    // The mean of a lognormal is median · exp(sigma² / 2).
    expect(mean(wide) / (1_000 * USDC)).toBeCloseTo(1.1331484, 3);
    const clamped = read({ lognormal: { median: '10 USDC', sigma: 3, min: '5 USDC', max: '20 USDC' } });
    expect([0, 0.5, 0.999999].map((u) => sampleDistribution(clamped, () => u))).toEqual([5e6, 10e6, 20e6]);
  });

  it('keeps a lognormal without clamps inside what the unit allows', () => {
    const wild = read({ lognormal: { median: '1_000_000 USDC', sigma: 10 } });
    expect(sampleDistribution(wild, () => 1 - 2 ** -53)).toBe(Number.MAX_SAFE_INTEGER);
    expect(sampleDistribution(wild, () => 0)).toBe(0);
  });

  it('draws a truncated Pareto between its ends', () => {
    // alpha = 2 on [1, 10]: mean 2·(1 − 1/10) / (1 − 1/100), median (1 − 0.99/2)^(−1/2).
    const pareto = read({ pareto_truncated: { min: '1 USDC', max: '10 USDC', alpha: 2 } });
    expect(sampleDistribution(pareto, () => 0)).toBe(USDC);
    expect(sampleDistribution(pareto, () => 0.5)).toBe(1_407_195);
    expect(mean(drawEvenly(pareto, 100_000)) / USDC).toBeCloseTo(1.8 / 0.99, 4);
  });

  it('draws a choice and a mix by weight', () => {
    const choice = drawEvenly(read({ choice: ['1 USDC', '2 USDC', '3 USDC'] }), 300);
    expect(choice.filter((draw) => draw === 2 * USDC)).toHaveLength(100);
    const mix = read({
      mix: [
        { weight: 80, of: '1 USDC' },
        { weight: 20, of: { uniform: ['10 USDC', '20 USDC'] } },
      ],
    });
    const draws = drawEvenly(mix, 1_000);
    expect(draws.filter((draw) => draw === USDC)).toHaveLength(800);
    expect(mean(draws) / USDC).toBeCloseTo(0.8 + 0.2 * 15, 3);
  });

  it('takes one number of the stream for every draw', () => {
    for (const spec of [
      '1 USDC',
      { uniform: ['1 USDC', '2 USDC'] },
      { mix: [{ weight: 1, of: '1 USDC' }] },
    ]) {
      let taken = 0;
      sampleDistribution(read(spec), () => {
        taken += 1;
        return 0.5;
      });
      expect(taken).toBe(1);
    }
  });

  it('draws the same numbers from the same stream, inside the clamps', () => {
    const spec = read({ lognormal: { median: '2_000 USDC', sigma: 1.2, max: '5_000 USDC' } });
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const [one, two] = [createStream(seed, 'a'), createStream(seed, 'a')];
        for (let i = 0; i < 5; i++) {
          const value = sampleDistribution(spec, one);
          expect(value).toBe(sampleDistribution(spec, two));
          expect(Number.isSafeInteger(value) && value >= 0 && value <= 5_000 * USDC).toBe(true);
        }
      }),
    );
  });

  it('refuses what cannot be drawn', () => {
    expect(problems({ uniform: ['2 USDC', '1 USDC'] })).toContain('needs the smaller value first');
    expect(problems({ pareto_truncated: { min: '1 USDC', max: '2 USDC' } })).toContain(
      'either mean or alpha',
    );
    expect(problems({ pareto_truncated: { min: '2 USDC', max: '1 USDC', alpha: 1 } })).toContain(
      '0 < min < max',
    );
    expect(problems({ pareto_truncated: { min: '1 USDC', max: '2 USDC', mean: '3 USDC' } })).toContain(
      'needs a mean between',
    );
    expect(problems({ lognormal: { median: '2 USDC', sigma: 1, min: '3 USDC', max: '1 USDC' } })).toContain(
      'min at most max',
    );
    expect(problems({ choice: [] })).toContain('too_small');
  });

  it('is only made of unit types', () => {
    expect(distribution(money().describe('a described unit')).parse('1 USDC').max).toBe(
      Number.MAX_SAFE_INTEGER,
    );
    expect(() => distribution(z.number())).toThrow('not a unit type');
  });
});

describe('the exponent of a truncated Pareto', () => {
  it('is found for the top bin of the deleveraged winners, and gives back its mean', () => {
    const alpha = solveParetoAlpha(2_340_440.23, 330_448_624.36, 16_894_015.2)!;
    // Mean by quadrature of the quantile function, independent of the closed form.
    const spec = read({
      pareto_truncated: { min: '2_340_440.23 USDC', max: '330_448_624.36 USDC', mean: '16_894_015.2 USDC' },
    });
    expect(spec.parts[0]?.shape).toMatchObject({ kind: 'pareto' });
    expect(mean(drawEvenly(spec, 400_000)) / 16_894_015.2e6).toBeCloseTo(1, 4);
    expect(calculateParetoMean(2_340_440.23, 330_448_624.36, alpha)).toBeCloseTo(16_894_015.2, 3);
    expect(alpha).toBeGreaterThan(0.7);
    expect(alpha).toBeLessThan(1);
  });

  it.each([
    // alpha −1 is the uniform law, 0 the log-uniform one, 1 has mean min·max·ln(max/min)/(max − min).
    [-1, 5.5],
    [0, 9 / Math.LN10],
    [1, (10 * Math.LN10) / 9],
  ])('has the known mean for alpha %d', (alpha, expected) => {
    expect(calculateParetoMean(1, 10, alpha)).toBeCloseTo(expected, 10);
    expect(solveParetoAlpha(1, 10, expected)).toBeCloseTo(alpha, 8);
  });

  it('does not exist outside the range', () => {
    expect(solveParetoAlpha(1, 10, 10)).toBeUndefined();
    expect(solveParetoAlpha(1, 10, 1)).toBeUndefined();
    expect(solveParetoAlpha(0, 10, 5)).toBeUndefined();
  });
});

describe('histograms', () => {
  const file = 'bins.csv';
  const histogram = { file, mean: 'avg', max: 'top', unit: 'USDC' };
  const table = 'bin,avg,top,n\n0,0.5,1,10\n1,2,4,30\n2,10,100,60\n';

  it('matches the mean of every bin', () => {
    const spec = withUnits({ readData: () => table }, () =>
      distribution(money()).parse({ histogram: { ...histogram, count: 'n' } }),
    );
    const draws = drawEvenly(spec, 100_000);
    const between = (low: number, high: number) =>
      draws.filter((draw) => draw >= low * USDC && draw < high * USDC);
    expect(between(0, 1)).toHaveLength(10_000);
    expect(between(1, 4)).toHaveLength(30_000);
    expect(between(4, 101)).toHaveLength(60_000);
    expect(mean(between(0, 1)) / USDC).toBeCloseTo(0.5, 3);
    expect(mean(between(1, 4)) / USDC).toBeCloseTo(2, 3);
    expect(mean(between(4, 101)) / USDC).toBeCloseTo(10, 2);
  });

  it('names file and line of what is wrong with the table', () => {
    const say = (text: string, spec: object = histogram) => problems({ histogram: spec }, { [file]: text });
    expect(say('bin,avg\n0,1\n')).toContain('bins.csv:1: has no column top; its columns are bin, avg');
    expect(say('avg,top\n')).toContain('bins.csv: has no rows below its header');
    expect(say('avg,top\n1,2\n1,3\n')).toContain(
      "bins.csv:3: mean 1 is not between the previous and this bin's",
    );
    expect(say('avg,top\n1,2\nx,3\n')).toContain('bins.csv:3: x, 3 USDC cannot be read');
    expect(say('avg,top,n\n1,2,0\n', { ...histogram, count: 'n' })).toContain(
      'bins.csv:2: weight 0 is not above 0',
    );
    expect(say('avg,top\n1,2\n3,3\n')).toContain('no truncated Pareto');
    expect(say('avg,top\n1,2,3\n')).toContain('bins.csv: Invalid Record Length');
  });
});
