import type { Control } from './control.ts';
import type { Coordinator } from './coordinator.ts';
import type { PlacedResult } from './plan.ts';
import type { Shard } from './shard.ts';

/** What all shards of a run agree on. */
export interface Course {
  slots: number;
  /** Prices depend on the flow of all slabs. */
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
  coordinator?.prepare(0);
  yield;
  shard.build();
  let slot = 0;
  while (slot < control.endSlot) {
    shard.runSlot(slot);
    slot += 1;
    // The coordinator needs the flows of all shards.
    if (isFlowShared) yield;
    if (slot < slots) coordinator?.prepare(slot);
    yield;
  }
  return shard.finish(slot);
}
