import type { Control } from './control.ts';
import type { Coordinator } from './coordinator.ts';
import { hasImpact } from './coordinator.ts';
import type { PlacedResult, RunPlan, RunState } from './plan.ts';
import type { Shard } from './shard.ts';

/**
 * Slots that a shard runs of one slab before it turns to the next, where nothing connects slabs but prices that are known
 * beforehand: the slab's accounts stay in the cache, and shards wait for each other less often.
 */
export const BLOCK_SLOTS = 16;

/** What all shards of a run agree on. */
export type Course = Pick<RunPlan, 'scenario' | 'checkpointEvery' | 'resume'>;

/**
 * The course of one shard to the end, the same in a worker and in process. It yields wherever all shards must have
 * arrived before any goes on, and its part of a checkpoint wherever one is due; only the first shard has the coordinator.
 */
export function* runSlots(
  shard: Shard,
  coordinator: Coordinator | null,
  control: Control,
  { scenario, checkpointEvery = Number.POSITIVE_INFINITY, resume }: Course,
): Generator<RunState | undefined, PlacedResult[]> {
  const { slots } = scenario;
  // Then each slot waits for the one before on all shards.
  const isFlowShared = hasImpact(scenario);
  const blockSlots = isFlowShared ? 1 : BLOCK_SLOTS;
  let slot = 0;
  // The first block is one slot, so that a run that is stopped at once is left with something.
  let end = 1;
  coordinator?.prepare(0, end);
  yield;
  shard.build();
  if (resume !== undefined) {
    shard.restore(resume.slabs);
    if (resume.coordinator !== null) coordinator?.restore(resume.coordinator);
    ({ slot, end } = resume);
    yield;
  }
  let dueSlot = findDueSlot(slot, checkpointEvery);
  while (slot < control.endSlot) {
    shard.runSlots(slot, end);
    slot = end;
    const isDue = slot >= dueSlot;
    if (isDue) dueSlot = findDueSlot(slot, checkpointEvery);
    end = Math.min(slot + blockSlots, slots, dueSlot);
    // The coordinator needs the flows of all shards.
    if (isFlowShared) yield;
    if (slot < slots) coordinator?.prepare(slot, end);
    yield;
    const isStopped = slot >= control.endSlot && checkpointEvery < Number.POSITIVE_INFINITY;
    if (slot < slots && (isDue || isStopped)) {
      yield { slot, end, coordinator: coordinator?.save(slot, end) ?? null, slabs: shard.save() };
    }
  }
  return shard.finish(slot);
}

/** The first multiple after `slot`. */
const findDueSlot = (slot: number, every: number) => (Math.floor(slot / every) + 1) * every;
