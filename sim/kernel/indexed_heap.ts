/**
 * A binary min-heap of the items 0 … capacity − 1, each in it at most once, whose keys can be changed and removed in
 * O(log n). Unlike `BinaryHeap` it can list all items up to a key without popping them.
 */
export class IndexedHeap {
  private readonly items: Int32Array;
  private readonly keys: Float64Array;
  /** Where an item is; −1 when it is not in the heap. */
  private readonly places: Int32Array;
  private size = 0;

  constructor(capacity: number) {
    this.items = new Int32Array(capacity);
    this.keys = new Float64Array(capacity);
    this.places = new Int32Array(capacity).fill(-1);
  }

  /** Adds the item, or changes its key. */
  set(item: number, key: number): void {
    let at = this.places[item]!;
    if (at < 0) {
      at = this.size;
      this.size += 1;
    }
    this.sift(at, item, key);
  }

  /** Takes the item out, if it is in. */
  remove(item: number): void {
    const at = this.places[item]!;
    if (at < 0) return;
    this.places[item] = -1;
    this.size -= 1;
    if (at < this.size) this.sift(at, this.items[this.size]!, this.keys[this.size]!);
  }

  /** Appends all items with keys ≤ `bound` to `found`, in no particular order. Costs what it finds. */
  collect(bound: number, found: number[], at = 0): void {
    if (at >= this.size || this.keys[at]! > bound) return;
    found.push(this.items[at]!);
    this.collect(bound, found, 2 * at + 1);
    this.collect(bound, found, 2 * at + 2);
  }

  /** Puts an item into the gap at `at`, or where the order of the heap wants it from there. */
  private sift(gap: number, item: number, key: number): void {
    const { items, keys, size } = this;
    let at = gap;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent]! <= key) break;
      this.put(at, items[parent]!, keys[parent]!);
      at = parent;
    }
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child += 1;
      if (keys[child]! >= key) break;
      this.put(at, items[child]!, keys[child]!);
      at = child;
    }
    this.put(at, item, key);
  }

  private put(at: number, item: number, key: number): void {
    this.items[at] = item;
    this.keys[at] = key;
    this.places[item] = at;
  }
}
