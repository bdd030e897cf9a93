import { describe, expect, it } from 'vitest';
import { countCells, countPoints, listCells, listValues } from '../../../sim/sweep/plan.ts';

const axis = (path: string, ...labels: string[]) => ({
  path,
  values: labels.map((label) => ({ label, override: `${path}=${label}` })),
});
const SPEC = { grid: [axis('a', '1', '2'), axis('b', 'x', 'y', 'z')], seeds: ['7', '8'] };

describe('the plan of a sweep', () => {
  it('combines all values, the last axis fastest, with all seeds', () => {
    expect([countPoints(SPEC), countCells(SPEC)]).toEqual([6, 12]);
    const points = [0, 1, 2, 3, 4, 5].map((point) =>
      listValues(SPEC, point)
        .map(({ label }) => label)
        .join(''),
    );
    expect(points).toEqual(['1x', '1y', '1z', '2x', '2y', '2z']);
    expect([...listCells(SPEC)].slice(0, 3)).toEqual([
      { index: 0, point: 0, seed: '7' },
      { index: 1, point: 0, seed: '8' },
      { index: 2, point: 1, seed: '7' },
    ]);
  });

  it('has one point without a grid', () => {
    expect(listValues({ grid: [], seeds: ['1'] }, 0)).toEqual([]);
    expect(countCells({ grid: [], seeds: ['1', '2'] })).toBe(2);
  });

  it('deals every cell to exactly one part', () => {
    const parts = [0, 1, 2, 3, 4].flatMap((index) => [...listCells(SPEC, { index, count: 5 })]);
    expect(parts.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, at) => at),
    );
    expect(
      parts.every(
        ({ index, point, seed }) => point === Math.floor(index / 2) && seed === SPEC.seeds[index % 2],
      ),
    ).toBe(true);
  });
});
