import { BLOCK_SLOTS } from './slots.ts';

/** Prices of one underlying in one slot, quote atoms per base. */
export interface Quote {
  /** What the price process says. */
  fundamental: number;
  /** What the engine is given: the fundamental moved by the attacks that run. */
  index: number;
}

/** Slots on the board: a block that runs and one that is being prepared. */
const DEPTH = 2 * BLOCK_SLOTS;

/**
 * Fundamental and index of every underlying. The coordinator writes the next block of slots while all shards read the one
 * that runs, so one barrier a block is enough.
 */
export class PriceBoard {
  readonly memory: SharedArrayBuffer;
  private readonly words: Float64Array;
  private readonly underlyings: number;

  constructor(underlyings: number, memory = new SharedArrayBuffer(8 * 2 * DEPTH * underlyings)) {
    this.memory = memory;
    this.words = new Float64Array(memory);
    this.underlyings = underlyings;
  }

  private offset(slot: number, underlying: number): number {
    return 2 * ((slot % DEPTH) * this.underlyings + underlying);
  }

  write(slot: number, underlying: number, { fundamental, index }: Quote): void {
    const at = this.offset(slot, underlying);
    this.words[at] = fundamental;
    this.words[at + 1] = index;
  }

  read(slot: number, underlying: number): Quote {
    const at = this.offset(slot, underlying);
    return { fundamental: this.words[at]!, index: this.words[at + 1]! };
  }
}
