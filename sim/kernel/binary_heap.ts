/**
 * A binary min-heap of integer items by (key, item): equal keys come out in ascending item order, so that what is
 * popped never depends on the history of pushes.
 */
export class BinaryHeap {
  private readonly keys: number[] = [];
  private readonly items: number[] = [];

  get size(): number {
    return this.keys.length;
  }

  /** The smallest key; Infinity when empty. */
  get minKey(): number {
    return this.keys[0] ?? Number.POSITIVE_INFINITY;
  }

  push(key: number, item: number): void {
    const { keys, items } = this;
    let at = keys.length;
    keys.push(key);
    items.push(item);
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
    const { keys, items } = this;
    const first = items[0];
    if (first === undefined) return -1;
    const key = keys.pop()!;
    const item = items.pop()!;
    const size = keys.length;
    if (size === 0) return first;
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

  private isBefore(key: number, item: number, at: number): boolean {
    const other = this.keys[at]!;
    return key < other || (key === other && item < this.items[at]!);
  }

  private move(from: number, to: number): void {
    this.keys[to] = this.keys[from]!;
    this.items[to] = this.items[from]!;
  }
}
