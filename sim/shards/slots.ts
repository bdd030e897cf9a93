import type { Control } from './control.ts';
import type { Coordinator } from './coordinator.ts';
import type { PlacedResult } from './plan.ts';
import type { Shard } from './shard.ts';

/**
 * Slots that a shard runs of one slab before it turns to the next, where nothing connects slabs but prices that are known
 * beforehand: the slab's accounts stay in the cache, and shards wait for each other less often.
 */
export const BLOCK_SLOTS = 16;

/** What all shards of a run agree on. */
export interface Course {
  slots: number;
  /** Prices depend on the flow of all slabs, so that each slot waits for the one before on all shards. */
  isFlowShared: boolean;
}

/**
 * The course of one shard from the first slot to the end, the same in a worker and in process. It yields wherever all
 * shards must have arrived before any goes on; only the first shard has the coordinator.
 */
export function* runSlots(
  shard: Shard,
  coordinator: Coordinator | null,
  control: Control,
  { slots, isFlowShared }: Course,
): Generator<void, PlacedResult[]> {
  const blockSlots = isFlowShared ? 1 : BLOCK_SLOTS;
  // The first block is one slot, so that a run that is stopped at once is left with something.
  let end = 1;
  coordinator?.prepare(0, end);
  yield;
  shard.build();
  let slot = 0;
  while (slot < control.endSlot) {
    shard.runSlots(slot, end);
    slot = end;
    end = Math.min(slot + blockSlots, slots);
    // The coordinator needs the flows of all shards.
    if (isFlowShared) yield;
    if (slot < slots) coordinator?.prepare(slot, end);
    yield;
  }
  return shard.finish(slot);
}
