import { expect, it } from 'vitest';
import { findPart } from '../../cli/sweep.ts';

const find = (index: number | undefined, count: number | undefined, environment: NodeJS.ProcessEnv = {}) =>
  findPart({ 'cell-index': index, 'cell-count': count }, environment);

it('a part comes from the options', () => {
  expect(find(undefined, undefined)).toBeNull();
  expect(find(2, 3)).toEqual({ index: 2, count: 3 });
  expect(() => find(3, 3)).toThrow('there is no part 3 of 3');
  expect(() => find(0.5, 3)).toThrow('there is no part');
  expect(() => find(1, undefined)).toThrow('--cell-count');
  expect(() => find(undefined, 3)).toThrow('--cell-index');
});

it('a part comes from a Slurm array, whatever it counts from and in which steps', () => {
  const array = { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '4' };
  expect(find(undefined, undefined, { ...array, SLURM_ARRAY_TASK_STEP: '2' })).toEqual({
    index: 3,
    count: 4,
  });
  expect(find(1, 2, array)).toEqual({ index: 1, count: 2 });
});

it('a part of an indexed job needs its count', () => {
  expect(find(undefined, 5, { JOB_COMPLETION_INDEX: '4' })).toEqual({ index: 4, count: 5 });
  expect(() => find(undefined, undefined, { JOB_COMPLETION_INDEX: '4' })).toThrow('--cell-count');
});
