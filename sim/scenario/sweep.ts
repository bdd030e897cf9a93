import { z } from 'zod';
import { count } from './units.ts';

/** One value of a swept path. */
export interface SweepValue {
  /** For tables and names: the text of the file. */
  label: string;
  /** As the loader's `overrides` and `--set` take it: `slabs.btc.risk.warmup="10 min"`. */
  override: string;
}

/** A path whose values are tried. */
export interface SweepAxis {
  path: string;
  values: SweepValue[];
}

/** Runs of a sweep: every combination of the axes' values (the last axis moves fastest) with every seed. */
export interface SweepSpec {
  grid: SweepAxis[];
  /** Without doubles; `seeds: 3` are `1`, `2` and `3`. */
  seeds: string[];
}

/** The most seeds, and the most combinations of a grid. */
export const MAX_SEEDS = 100_000;
export const MAX_COMBINATIONS = 10_000;

const seed = z
  .union([z.int(), z.string().min(1)], { error: 'needs a whole number or a text' })
  .transform((value) => String(value));

/** The `sweep` section. */
export const sweepType = z.strictObject({
  grid: z
    .record(z.string(), z.array(z.unknown()).min(1))
    .default({})
    .describe('Path → values; every combination is a cell.'),
  seeds: z
    .union([count(1, MAX_SEEDS), z.array(seed).min(1).max(MAX_SEEDS)], {
      error: `needs a number of seeds from 1 to ${MAX_SEEDS}, or a list of seeds`,
    })
    .default(1)
    .describe('Number of seeds (1, 2, …), or a list of them. Every cell runs with each.'),
});
