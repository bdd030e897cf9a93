import { getHeapSpaceStatistics } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { allowCollecting, collectYoung, limitWorker } from '../../../sim/shards/worker_room.ts';

const measureYoung = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')!.space_used_size;

describe('the room of a worker', () => {
  it('is collected when asked for: what nobody holds any more is gone', () => {
    allowCollecting();
    // This thread is older than the permission.
    globalThis.gc = runInNewContext('gc');
    collectYoung();
    const objects = Array.from({ length: 10_000 }, (_, at) => ({ at }));
    expect(objects.at(-1)).toEqual({ at: 9_999 });
    objects.length = 0;
    const before = measureYoung();
    collectYoung();
    expect(measureYoung()).toBeLessThan(before - 200_000);
  });

  it('is a share of the memory, but never less than what V8 would take', () => {
    const { maxYoungGenerationSizeMb: alone } = limitWorker(1);
    expect(alone).toBeGreaterThanOrEqual(48);
    expect(alone).toBeLessThanOrEqual(384);
    expect(limitWorker(1_000_000)).toEqual({ maxYoungGenerationSizeMb: 48 });
  });
});
