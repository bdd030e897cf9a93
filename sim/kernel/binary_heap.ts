const FIRST_ROOM = 16;

/**
 * A binary min-heap of 32-bit integer items by (key, item): equal keys come out in ascending item order, so that what is
 * popped never depends on the history of pushes.
 */
export class BinaryHeap {
  private keys = new Float64Array(FIRST_ROOM);
  private items = new Int32Array(FIRST_ROOM);
  size = 0;

  /** The smallest key; Infinity when empty. */
  get minKey(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.keys[0]!;
  }

  push(key: number, item: number): void {
    let at = this.size;
    if (at === this.keys.length) this.grow();
    this.size = at + 1;
    const { keys, items } = this;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(key, item, parent)) break;
      this.move(parent, at);
      at = parent;
    }
    keys[at] = key;
    items[at] = item;
  }

  /** Removes the smallest entry and returns its item; −1 when empty. */
  pop(): number {
    if (this.size === 0) return -1;
    const { keys, items } = this;
    const first = items[0]!;
    const size = this.size - 1;
    this.size = size;
    const key = keys[size]!;
    const item = items[size]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.isBefore(keys[child + 1]!, items[child + 1]!, child)) child += 1;
      if (this.isBefore(key, item, child)) break;
      this.move(child, at);
      at = child;
    }
    keys[at] = key;
    items[at] = item;
    return first;
  }

  private grow(): void {
    const { keys, items } = this;
    this.keys = new Float64Array(2 * keys.length);
    this.keys.set(keys);
    this.items = new Int32Array(2 * items.length);
    this.items.set(items);
  }

  private isBefore(key: number, item: number, at: number): boolean {
    const other = this.keys[at]!;
    return key < other || (key === other && item < this.items[at]!);
  }

  private move(from: number, to: number): void {
    this.keys[to] = this.keys[from]!;
    this.items[to] = this.items[from]!;
  }
}
