import { BARRIER_WORDS } from './barrier.ts';

const STOP_REQUEST = BARRIER_WORDS;
const END_SLOT = BARRIER_WORDS + 1;
const SHARDS = BARRIER_WORDS + 2;
/** Words per shard: slots done, and where it is. */
const SLOTS_DONE = 0;
const SLAB = 1;
const AGENT = 2;
const SHARD_WORDS = 3;

/** Where a shard is: indices into the scenario's slabs and into the slab's agents, −1 for none. */
export interface Position {
  slotsDone: number;
  slab: number;
  agent: number;
}

/**
 * The 32-bit words that main thread and shards share: the barrier's, the request to stop, the agreed end, and the
 * position of each shard (for progress, and to tell where a worker died).
 */
export class Control {
  readonly words: Int32Array;

  /** `memory` of `Control.calculateBytes(shards)` zero bytes. */
  constructor(memory: SharedArrayBuffer) {
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

  setSlotsDone(shard: number, slots: number): void {
    Atomics.store(this.words, SHARDS + SHARD_WORDS * shard + SLOTS_DONE, slots);
  }

  /** Plain writes: read after the worker has ended, or for display. */
  setPlace(shard: number, slab: number, agent: number): void {
    this.words[SHARDS + SHARD_WORDS * shard + SLAB] = slab;
    this.words[SHARDS + SHARD_WORDS * shard + AGENT] = agent;
  }

  position(shard: number): Position {
    const at = SHARDS + SHARD_WORDS * shard;
    return {
      slotsDone: Atomics.load(this.words, at + SLOTS_DONE),
      slab: this.words[at + SLAB]!,
      agent: this.words[at + AGENT]!,
    };
  }
}
