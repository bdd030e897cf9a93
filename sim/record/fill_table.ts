import type { FillRow, Rows } from './types.ts';

/** Of a row: slot, buyer, seller, sizeQ, executionPrice, indexPrice, maker (an index into `MAKERS`). */
const WIDTH = 7;
const MAKERS = [undefined, 'buyer', 'seller'] as const;
const FIRST_ROWS = 64;

/**
 * The fills of one slab, the table that grows with activity: numbers in one block, made into rows when they are read. As
 * objects they would be most of a run's memory, and be copied by the collector and between threads.
 */
export class FillTable implements Rows<FillRow> {
  length = 0;
  private readonly slab: string;
  /** By account. */
  private readonly groups: readonly string[];
  private numbers = new Float64Array(WIDTH * FIRST_ROWS);

  constructor(slab: string, groups: readonly string[]) {
    this.slab = slab;
    this.groups = groups;
  }

  /** What to hand to another thread instead of copying it. */
  get buffer(): ArrayBuffer {
    return this.numbers.buffer;
  }

  push(
    slot: number,
    buyer: number,
    seller: number,
    sizeQ: number,
    executionPrice: number,
    indexPrice: number,
  ): void {
    const at = this.length * WIDTH;
    if (at === this.numbers.length) this.resize(Math.max(2 * at, WIDTH * FIRST_ROWS));
    const { numbers } = this;
    numbers[at] = slot;
    numbers[at + 1] = buyer;
    numbers[at + 2] = seller;
    numbers[at + 3] = sizeQ;
    numbers[at + 4] = executionPrice;
    numbers[at + 5] = indexPrice;
    this.length += 1;
  }

  /** Says of the latest fill whose order was there first. */
  setMaker(maker: 'buyer' | 'seller'): void {
    this.numbers[this.length * WIDTH - 1] = MAKERS.indexOf(maker);
  }

  /** Gives back what is left of the block; call when no more fills come. */
  trim(): this {
    this.resize(this.length * WIDTH);
    return this;
  }

  private resize(size: number): void {
    const numbers = new Float64Array(size);
    numbers.set(this.numbers.subarray(0, Math.min(size, this.numbers.length)));
    this.numbers = numbers;
  }

  at(index: number): FillRow | undefined {
    if (index < 0 || index >= this.length) return undefined;
    const { groups, numbers, slab } = this;
    const at = index * WIDTH;
    const [buyer, seller] = [numbers[at + 1]!, numbers[at + 2]!];
    const maker = MAKERS[numbers[at + 6]!];
    const row: FillRow = {
      slab,
      slot: numbers[at]!,
      buyer,
      seller,
      sizeQ: numbers[at + 3]!,
      executionPrice: numbers[at + 4]!,
      indexPrice: numbers[at + 5]!,
      buyerGroup: groups[buyer]!,
      sellerGroup: groups[seller]!,
    };
    if (maker !== undefined) row.maker = maker;
    return row;
  }

  *[Symbol.iterator](): Iterator<FillRow> {
    for (let index = 0; index < this.length; index += 1) yield this.at(index)!;
  }
}

/** A table that came from another thread, which loses its class on the way. */
export const reviveFills = (table: FillTable): FillTable => Object.setPrototypeOf(table, FillTable.prototype);

/** Tables one after the other. */
export class JoinedRows<Row> implements Rows<Row> {
  readonly length: number;
  private readonly parts: readonly Rows<Row>[];

  constructor(parts: readonly Rows<Row>[]) {
    this.parts = parts;
    this.length = parts.reduce((sum, { length }) => sum + length, 0);
  }

  at(index: number): Row | undefined {
    let rest = index;
    for (const part of this.parts) {
      if (rest < part.length) return part.at(rest);
      rest -= part.length;
    }
    return undefined;
  }

  *[Symbol.iterator](): Iterator<Row> {
    for (const part of this.parts) yield* part;
  }
}
