/** Words of which every change is undone by going back through a log of what they were. Savepoints nest. */
export class WordLog {
  private readonly words: Float64Array;
  private addresses = new Int32Array(256);
  private values = new Float64Array(256);
  private used = 0;
  /** Length of the log at each open savepoint. */
  private readonly starts: number[] = [];
  private depth = 0;

  constructor(words: Float64Array) {
    this.words = words;
  }

  set(address: number, value: number): void {
    const { words } = this;
    const before = words[address]!;
    if (before === value) return;
    if (this.depth > 0) {
      if (this.used === this.values.length) this.grow();
      this.addresses[this.used] = address;
      this.values[this.used] = before;
      this.used += 1;
    }
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

  mark(): void {
    if (this.depth === 0) this.used = 0;
    this.starts[this.depth] = this.used;
    this.depth += 1;
  }

  /** Closes the innermost savepoint and keeps what happened since. */
  release(): void {
    this.depth -= 1;
  }

  /** Closes the innermost savepoint and undoes what happened since. */
  rollback(): void {
    this.depth -= 1;
    const start = this.starts[this.depth]!;
    for (let at = this.used - 1; at >= start; at -= 1) {
      this.words[this.addresses[at]!] = this.values[at]!;
    }
    this.used = start;
  }

  /** Calls `visit` for each word that changed since the outermost savepoint was last opened; some may come twice. */
  eachChange(visit: (address: number) => void): void {
    for (let at = 0; at < this.used; at += 1) visit(this.addresses[at]!);
  }
}
