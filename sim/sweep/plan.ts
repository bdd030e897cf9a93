import type { SweepSpec } from '../scenario/sweep.ts';

/** One run of a sweep. */
export interface PlannedCell {
  /** Its number: point × seeds + place of the seed. */
  index: number;
  /** Its combination of the grid's values. */
  point: number;
  seed: string;
}

/** Combinations of the grid's values; 1 if there is no grid. */
export const countPoints = ({ grid }: SweepSpec): number =>
  grid.reduce((product, { values }) => product * values.length, 1);

export const countCells = (spec: SweepSpec): number => countPoints(spec) * spec.seeds.length;

/** The value each axis has at a point; the last axis moves fastest. */
export function listValues({ grid }: SweepSpec, point: number) {
  let rest = point;
  return grid
    .toReversed()
    .map(({ path, values }) => {
      const value = values[rest % values.length]!;
      rest = Math.floor(rest / values.length);
      return { path, ...value };
    })
    .toReversed();
}

/** A share of a sweep: the cells whose number leaves the rest `index` when divided by `count`. */
export interface SweepPart {
  index: number;
  count: number;
}

/** The cells of a part in order, all of them by default. */
export function* listCells(
  spec: SweepSpec,
  part: SweepPart = { index: 0, count: 1 },
): Generator<PlannedCell> {
  const cells = countCells(spec);
  const { length } = spec.seeds;
  for (let index = part.index; index < cells; index += part.count) {
    yield { index, point: Math.floor(index / length), seed: spec.seeds[index % length]! };
  }
}
