/**
 * Net flow of each slab in the slot that ends, quote atoms. Shards write between the barriers of a slot; the coordinator
 * reads after the first of the two that a scenario with impact has.
 */
export class FlowBoard {
  readonly memory: SharedArrayBuffer;
  private readonly words: Float64Array;

  constructor(slabs: number, memory = new SharedArrayBuffer(8 * slabs)) {
    this.memory = memory;
    this.words = new Float64Array(memory);
  }

  write(slab: number, flow: number): void {
    this.words[slab] = flow;
  }

  /** Sum over the given slabs, always in their order. */
  sum(slabs: readonly number[]): number {
    let sum = 0;
    for (const slab of slabs) sum += this.words[slab]!;
    return sum;
  }
}
