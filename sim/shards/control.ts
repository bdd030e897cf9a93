import { BARRIER_WORDS, type Barrier } from './barrier.ts';

const STOP_REQUEST = BARRIER_WORDS;
const END_SLOT = BARRIER_WORDS + 1;
const SAVED_SLOT = BARRIER_WORDS + 2;
const SHARDS = BARRIER_WORDS + 3;
/** Words per shard: slots done, and where it is. */
const SLOTS_DONE = 0;
const SLAB = 1;
const SHARD_WORDS = 2;

/**
 * The 32-bit words that main thread and shards share: the barrier's, the request to stop, the agreed end, the latest
 * checkpoint, and the position of each shard (for progress, and to tell where a worker died).
 */
export class Control {
  readonly memory: SharedArrayBuffer;
  readonly words: Int32Array;

  /** Shares the words of a control made by `create`, perhaps in another thread. */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.words = new Int32Array(memory);
  }

  static create(shards: number, slots: number): Control {
    const control = new Control(new SharedArrayBuffer(4 * (SHARDS + SHARD_WORDS * shards)));
    Atomics.store(control.words, END_SLOT, slots);
    return control;
  }

  /** Asks the coordinator to end the run at the next barrier. */
  requestStop(): void {
    Atomics.store(this.words, STOP_REQUEST, 1);
  }

  isStopRequested(): boolean {
    return Atomics.load(this.words, STOP_REQUEST) === 1;
  }

  /** First slot that is not run any more. Only the coordinator lowers it, before the barrier that all pass. */
  get endSlot(): number {
    return Atomics.load(this.words, END_SLOT);
  }

  set endSlot(slot: number) {
    Atomics.store(this.words, END_SLOT, slot);
  }

  /** The checkpoint before this slot is taken care of. */
  setSaved(slot: number): void {
    Atomics.store(this.words, SAVED_SLOT, slot);
    Atomics.notify(this.words, SAVED_SLOT);
  }

  /** Blocks until the checkpoint before this slot is taken care of; throws `PoisonedBarrier`. */
  waitUntilSaved(slot: number, barrier: Barrier): void {
    barrier.waitForWord(SAVED_SLOT, slot);
  }

  slotsDone(shard: number): number {
    return Atomics.load(this.words, SHARDS + SHARD_WORDS * shard + SLOTS_DONE);
  }

  setSlotsDone(shard: number, slots: number): void {
    Atomics.store(this.words, SHARDS + SHARD_WORDS * shard + SLOTS_DONE, slots);
  }

  /** Index of the slab the shard was last in. */
  slab(shard: number): number {
    return Atomics.load(this.words, SHARDS + SHARD_WORDS * shard + SLAB);
  }

  setSlab(shard: number, slab: number): void {
    Atomics.store(this.words, SHARDS + SHARD_WORDS * shard + SLAB, slab);
  }
}
