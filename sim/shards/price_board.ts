/** Prices of one underlying in one slot, quote atoms per base. */
export interface Quote {
  /** What the price process says. */
  fundamental: number;
  /** What the engine is given: the fundamental moved by the attacks that run. */
  index: number;
}

/**
 * Fundamental and index of every underlying, for the slot that runs and the one that is being prepared. The coordinator
 * writes slot n + 1 while all shards read slot n, so one barrier a slot is enough.
 */
export class PriceBoard {
  readonly memory: SharedArrayBuffer;
  private readonly words: Float64Array;
  private readonly underlyings: number;

  constructor(underlyings: number, memory = new SharedArrayBuffer(8 * 4 * underlyings)) {
    this.memory = memory;
    this.words = new Float64Array(memory);
    this.underlyings = underlyings;
  }

  private offset(slot: number, underlying: number): number {
    return 2 * ((slot % 2) * this.underlyings + underlying);
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
