import { z } from 'zod';
import { type Node, toPlain } from './document.ts';
import { labelOf } from './expand_slabs.ts';
import type { SectionReader } from './reader.ts';
import { childOf, splitPath } from './tree.ts';
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

/** Sections that a grid cannot change: what a cell is, and what has been read before it. */
const FIXED = ['schema', 'extends', 'sweep'];

function readAxis(reader: SectionReader, path: string, node: Node): SweepAxis {
  const refuse = (message: string) => reader.refuse(reader.root, ['sweep', 'grid', path], '', message);
  if (FIXED.includes(splitPath(reader.root, path)[0] ?? '')) refuse('cannot be swept');
  const items = node.type === 'list' ? node.items : [];
  const values = items.map((item, index): SweepValue => {
    const text = JSON.stringify(toPlain(item, reader.baseDirectory));
    return { label: labelOf(item, index), override: `${path}=${text}` };
  });
  const repeated = values.findIndex(({ override }, at) =>
    values.slice(0, at).some((other) => other.override === override),
  );
  if (repeated >= 0)
    reader.refuse(reader.root, ['sweep', 'grid', path, repeated], '', 'is in the list twice');
  return { path, values };
}

/** Reads the `sweep` section. Whether each value is valid where it goes is for the loader to try. */
export function readSweep(reader: SectionReader): SweepSpec | null {
  const read = reader.parse(z.object({ sweep: sweepType.optional() }), reader.only('sweep'), '')?.sweep;
  if (read === undefined) return null;
  const grid = childOf(childOf(reader.root, 'sweep'), 'grid');
  const axes = grid?.type === 'map' ? [...grid.entries] : [];
  const spec: SweepSpec = {
    grid: axes.map(([path, { node }]) => readAxis(reader, path, node)),
    seeds: Array.isArray(read.seeds)
      ? read.seeds
      : Array.from({ length: read.seeds }, (_, index) => String(index + 1)),
  };
  const combinations = spec.grid.reduce((product, { values }) => product * values.length, 1);
  if (combinations > MAX_COMBINATIONS) {
    const message = `has ${combinations} combinations; at most ${MAX_COMBINATIONS}`;
    reader.refuse(reader.root, ['sweep', 'grid'], '', message);
  }
  const repeated = spec.seeds.findIndex((seed, at) => spec.seeds.indexOf(seed) < at);
  if (repeated >= 0) reader.refuse(reader.root, ['sweep', 'seeds', repeated], '', 'is in the list twice');
  return spec;
}
