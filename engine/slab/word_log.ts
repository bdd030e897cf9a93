import type { JournalCompanion } from '../risk/journal.ts';

/**
 * Words whose changes are undone by going back through a log of what they were. They are written only while a savepoint of
 * the risk engine's journal is open, and share its savepoints.
 */
export class WordLog implements JournalCompanion {
  private readonly words: Float64Array;
  private addresses = new Int32Array(256);
  private values = new Float64Array(256);
  private used = 0;

  constructor(words: Float64Array) {
    this.words = words;
  }

  set(address: number, value: number): void {
    const { words } = this;
    const before = words[address]!;
    if (before === value) return;
    if (this.used === this.values.length) this.grow();
    this.addresses[this.used] = address;
    this.values[this.used] = before;
    this.used += 1;
    words[address] = value;
  }

  private grow(): void {
    const addresses = new Int32Array(this.used * 2);
    const values = new Float64Array(this.used * 2);
    addresses.set(this.addresses);
    values.set(this.values);
    this.addresses = addresses;
    this.values = values;
  }

  mark(depth: number): number {
    // The log of what was kept serves `eachChange` until the next instruction begins.
    if (depth === 0) this.used = 0;
    return this.used;
  }

  rollback(mark: number): void {
    for (let at = this.used - 1; at >= mark; at -= 1) {
      this.words[this.addresses[at]!] = this.values[at]!;
    }
    this.used = mark;
  }

  /** Calls `visit` for each word that changed since the outermost savepoint was last opened; some may come twice. */
  eachChange(visit: (address: number) => void): void {
    for (let at = 0; at < this.used; at += 1) visit(this.addresses[at]!);
  }
}
