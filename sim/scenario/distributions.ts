import exp from '@stdlib/math-base-special-exp';
import ln from '@stdlib/math-base-special-ln';
import { z } from 'zod';
import type { Rng } from '../kernel/streams.ts';
import { readDataTable, throwProblems } from './data_table.ts';
import { normalQuantile } from './normal.ts';
import { ratio, unitContext, unitInfo } from './units.ts';

export interface HistogramBin {
  /** Share of the draws in this bin and all before it. */
  upTo: number;
  low: number;
  mean: number;
  high: number;
}

/** One shape; values are in the unit's own output (atoms, slots, bps, …). */
export type Shape =
  | { kind: 'constant'; value: number }
  | { kind: 'uniform'; low: number; high: number }
  | { kind: 'lognormal'; median: number; sigma: number; min: number; max: number }
  | { kind: 'pareto'; min: number; max: number; alpha: number }
  | { kind: 'choice'; values: number[] }
  | { kind: 'histogram'; bins: HistogramBin[]; tailAlpha: number };

/** A parameter that each member of a group draws for itself. */
export interface Distribution {
  /** Draws are rounded to whole numbers, and kept within the unit's bounds. */
  integer: boolean;
  min: number;
  max: number;
  /** Shapes of a mix with their cumulated weights; a plain distribution is a mix of one. */
  parts: { upTo: number; shape: Shape }[];
}

/** Mean of the power law with density ∝ x^(−alpha−1) on [min, max]: the ratio of its two power integrals. */
export function calculateParetoMean(min: number, max: number, alpha: number): number {
  const logRange = ln(max / min);
  // ∫ of y^(p−1) from 1 to max/min; a series where the quotient would cancel.
  const integral = (p: number) => {
    const z = p * logRange;
    return Math.abs(z) < 1e-5 ? logRange * (1 + z / 2 + (z * z) / 6) : (exp(z) - 1) / p;
  };
  return (min * integral(1 - alpha)) / integral(-alpha);
}

/** Exponent of the truncated Pareto on [min, max] with this mean, by bisection; undefined if out of reach. */
export function solveParetoAlpha(min: number, max: number, mean: number): number | undefined {
  if (!(min > 0 && min < max)) return undefined;
  // Beyond these exponents exp would leave the range of a double.
  const limit = 600 / ln(max / min);
  let low = 1 - limit;
  let high = limit;
  const reachable = mean < calculateParetoMean(min, max, low) && mean > calculateParetoMean(min, max, high);
  if (!reachable) return undefined;
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (calculateParetoMean(min, max, middle) > mean) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function drawPareto(min: number, max: number, alpha: number, u: number): number {
  const logRange = ln(max / min);
  if (Math.abs(alpha * logRange) < 1e-9) return min * exp(u * logRange);
  return min * exp(-ln(1 - u * (1 - exp(-alpha * logRange))) / alpha);
}

/** Two uniform pieces that meet at the bin's mean, weighted so that the mean of the bin is exactly that. */
function drawInBin({ low, mean, high }: HistogramBin, u: number): number {
  if (high === low) return low;
  const below = (high - mean) / (high - low);
  return u < below ? low + (mean - low) * (u / below) : mean + (high - mean) * ((u - below) / (1 - below));
}

function drawHistogram(bins: readonly HistogramBin[], tailAlpha: number, u: number): number {
  const at = bins.findIndex((bin) => u < bin.upTo);
  const place = at < 0 ? bins.length - 1 : at;
  const bin = bins[place]!;
  const from = bins[place - 1]?.upTo ?? 0;
  const inside = (u - from) / (bin.upTo - from);
  return place === bins.length - 1
    ? drawPareto(bin.low, bin.high, tailAlpha, inside)
    : drawInBin(bin, inside);
}

function drawShape(shape: Shape, integer: boolean, u: number): number {
  switch (shape.kind) {
    case 'constant':
      return shape.value;
    case 'uniform':
      return integer
        ? Math.floor(shape.low + u * (shape.high - shape.low + 1))
        : shape.low + u * (shape.high - shape.low);
    case 'lognormal':
      return Math.min(shape.max, Math.max(shape.min, shape.median * exp(shape.sigma * normalQuantile(u))));
    case 'pareto':
      return drawPareto(shape.min, shape.max, shape.alpha, u);
    case 'choice':
      return shape.values[Math.floor(u * shape.values.length)]!;
    case 'histogram':
      return drawHistogram(shape.bins, shape.tailAlpha, u);
  }
}

/**
 * One draw, in the unit's own output. Takes exactly one number from `rng` whatever the shape, so that changing
 * a distribution moves no other draw of the same stream.
 */
export function sampleDistribution(distribution: Distribution, rng: Rng): number {
  const { parts, integer, min, max } = distribution;
  const u = rng();
  const at = parts.findIndex((part) => u < part.upTo);
  const place = at < 0 ? parts.length - 1 : at;
  const from = parts[place - 1]?.upTo ?? 0;
  const part = parts[place]!;
  const value = drawShape(part.shape, integer, (u - from) / (part.upTo - from));
  return Math.min(max, Math.max(min, integer ? Math.round(value) : value));
}

type NumberType = z.ZodType<number, string> | z.ZodType<number, number>;

const uniformType = (unit: NumberType) =>
  z.strictObject({ uniform: z.tuple([unit, unit]).describe('Every value from … to … equally likely.') });

const lognormalType = (unit: NumberType) =>
  z.strictObject({
    lognormal: z
      .strictObject({
        median: unit,
        sigma: ratio(0, 10).describe('Standard deviation of the logarithm.'),
        min: unit.optional().describe('Draws below it become it.'),
        max: unit.optional().describe('Draws above it become it.'),
      })
      .describe('Lognormal, clamped to min and max.'),
  });

const paretoType = (unit: NumberType) =>
  z.strictObject({
    pareto_truncated: z
      .strictObject({
        min: unit,
        max: unit,
        mean: unit.optional().describe('Mean to match; or give alpha.'),
        alpha: ratio(-1_000, 1_000).optional().describe('Exponent: density ∝ x^(−alpha−1).'),
      })
      .describe('Power law between min and max.'),
  });

const choiceType = (unit: NumberType) =>
  z.strictObject({ choice: z.array(unit).min(1).describe('One of these, equally likely.') });

const histogramType = z.strictObject({
  histogram: z
    .strictObject({
      file: z
        .string()
        .describe('Comma-separated table, relative to the scenario file; bins in ascending order.'),
      count: z
        .string()
        .optional()
        .describe('Column with the weight of each bin; without it all weigh the same.'),
      mean: z.string().describe('Column with the mean of each bin.'),
      max: z.string().describe('Column with the largest value of each bin.'),
      unit: z.string().describe('Unit of both columns, such as USDC.'),
    })
    .describe('Bins of a table: inside a bin uniform pieces that match its mean, above a truncated Pareto.'),
});

type Refuse = (message: string) => undefined;

function readPareto(spec: z.output<ReturnType<typeof paretoType>>, refuse: Refuse): Shape | undefined {
  const { min, max, mean, alpha } = spec.pareto_truncated;
  if (min <= 0 || min >= max) return refuse('needs 0 < min < max');
  if ((mean === undefined) === (alpha === undefined)) return refuse('needs either mean or alpha');
  const solved = alpha ?? solveParetoAlpha(min, max, mean!);
  if (solved === undefined) return refuse('needs a mean between min and max, not too near either');
  return Math.abs(solved * ln(max / min)) <= 600
    ? { kind: 'pareto', min, max, alpha: solved }
    : refuse('needs an alpha nearer to 0 for this range');
}

/** Reads bins and their tail. Throws an Error with a sentence when the table does not fit. */
function readHistogram(spec: z.output<typeof histogramType>, unit: NumberType): Shape {
  const { file, count: countColumn, mean, max, unit: suffix } = spec.histogram;
  const columns = countColumn === undefined ? [mean, max] : [mean, max, countColumn];
  const rows = readDataTable(file, unitContext().readData(file), columns);
  const problems: string[] = [];
  const bins: HistogramBin[] = [];
  let low = 0;
  let total = 0;
  for (const { line, cells } of rows) {
    const [meanValue, high] = cells.slice(0, 2).map((cell) => unit.safeParse(`${cell} ${suffix}`));
    const weight = countColumn === undefined ? 1 : Number(cells[2]);
    if (!meanValue?.success || !high?.success)
      problems.push(`${file}:${line}: ${cells.join(', ')} ${suffix} cannot be read`);
    else if (!(weight > 0 && weight < Infinity))
      problems.push(`${file}:${line}: weight ${cells[2]} is not above 0`);
    else if (!(low <= meanValue.data && meanValue.data <= high.data)) {
      problems.push(
        `${file}:${line}: mean ${cells[0]} is not between the previous and this bin's largest value`,
      );
    } else {
      total += weight;
      bins.push({ upTo: total, low, mean: meanValue.data, high: high.data });
      low = high.data;
    }
  }
  throwProblems(problems);
  const top = bins.at(-1)!;
  const tailAlpha = solveParetoAlpha(top.low, top.high, top.mean);
  if (tailAlpha === undefined)
    throw new Error(`${file}: no truncated Pareto has the top bin's range and mean`);
  return { kind: 'histogram', bins: bins.map((bin) => ({ ...bin, upTo: bin.upTo / total })), tailAlpha };
}

function shapeType(unit: NumberType) {
  const { min: unitMin, max: unitMax } = unitInfo(unit);
  return z
    .union([unit, uniformType(unit), lognormalType(unit), paretoType(unit), choiceType(unit), histogramType])
    .transform((spec, context): Shape => {
      const refuse: Refuse = (message) => {
        context.addIssue({ code: 'custom', message, input: spec });
        return undefined;
      };
      if (typeof spec === 'number') return { kind: 'constant', value: spec };
      if ('choice' in spec) return { kind: 'choice', values: spec.choice };
      if ('pareto_truncated' in spec) return readPareto(spec, refuse) ?? z.NEVER;
      if ('uniform' in spec) {
        const [low, high] = spec.uniform;
        return low <= high
          ? { kind: 'uniform', low, high }
          : (refuse('needs the smaller value first') ?? z.NEVER);
      }
      if ('lognormal' in spec) {
        const { median, sigma, min = unitMin, max = unitMax } = spec.lognormal;
        return min <= max
          ? { kind: 'lognormal', median, sigma, min, max }
          : (refuse('needs min at most max') ?? z.NEVER);
      }
      try {
        return readHistogram(spec, unit);
      } catch (error) {
        return refuse((error as Error).message) ?? z.NEVER;
      }
    });
}

/**
 * A parameter drawn by each member of a group: `distribution(money())` reads `1_000 USDC`,
 * `{uniform: [500 USDC, 2_000 USDC]}`, `{lognormal: {median: 2_000 USDC, sigma: 1.2, max: 1_000_000 USDC}}`,
 * `{pareto_truncated: {min: …, max: …, mean: …}}`, `{choice: [5 x, 10 x]}`, `{histogram: {file: …, …}}` and
 * `{mix: [{weight: 80, of: …}, {weight: 20, of: …}]}`. Draw with `sampleDistribution`.
 */
export function distribution(unit: NumberType): z.ZodType<Distribution> {
  const info = unitInfo(unit);
  const shape = shapeType(unit);
  const mix = z.strictObject({
    mix: z
      .array(z.strictObject({ weight: ratio(0.000001), of: shape }))
      .min(1)
      .describe('One of several distributions, by weight.'),
  });
  return z.union([shape, mix]).transform((spec): Distribution => {
    const parts = 'mix' in spec ? spec.mix : [{ weight: 1, of: spec }];
    const total = parts.reduce((sum, part) => sum + part.weight, 0);
    let reached = 0;
    return {
      ...info,
      parts: parts.map((part) => {
        reached += part.weight;
        return { upTo: reached / total, shape: part.of };
      }),
    };
  });
}
