import { constants, PerformanceObserver } from 'node:perf_hooks';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { allowCollecting, collectYoung, limitWorker } from '../../../sim/shards/worker_room.ts';

interface CollectionEntry {
  detail: { flags: number; kind: number };
}

describe('the room of a worker', () => {
  it('is collected when asked for, its young objects only; not without permission', async () => {
    /** The collections that were asked for, not those that came by themselves. */
    const kinds: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const { detail } of list.getEntries() as unknown as CollectionEntry[]) {
        if (detail.flags === constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) kinds.push(detail.kind);
      }
    });
    observer.observe({ entryTypes: ['gc'] });
    collectYoung();
    allowCollecting();
    // This thread is older than the permission.
    globalThis.gc = runInNewContext('gc');
    collectYoung();
    await expect.poll(() => kinds, { timeout: 10_000 }).toEqual([constants.NODE_PERFORMANCE_GC_MINOR]);
    observer.disconnect();
  });

  it('is a share of the memory, but never less than what V8 would take', () => {
    const { maxYoungGenerationSizeMb: alone } = limitWorker(1);
    expect(alone).toBeGreaterThanOrEqual(48);
    expect(alone).toBeLessThanOrEqual(384);
    expect(limitWorker(1_000_000)).toEqual({ maxYoungGenerationSizeMb: 48 });
  });
});
