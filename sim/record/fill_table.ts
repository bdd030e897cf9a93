import type { FillRow, Rows } from './types.ts';

/** Of a row: slot, buyer, seller, sizeQ, executionPrice, indexPrice, maker (an index into `MAKERS`). */
const WIDTH = 7;
const MAKERS = [undefined, 'buyer', 'seller'] as const;
const BLOCK_ROWS = 512;

/**
 * The fills of one slab, the table that grows with activity: numbers in blocks, made into rows when they are read. As
 * objects they would be most of a run's memory, and be copied by the collector and between threads. A block is never
 * copied into a larger one: what that leaves behind calls the collector, in the middle of a run.
 */
export class FillTable implements Rows<FillRow> {
  length = 0;
  private readonly slab: string;
  /** By account. */
  private readonly groups: readonly string[];
  private readonly blocks: Float64Array[] = [];

  constructor(slab: string, groups: readonly string[]) {
    this.slab = slab;
    this.groups = groups;
  }

  /** What to hand to another thread instead of copying it. */
  get buffers(): ArrayBuffer[] {
    return this.blocks.map(({ buffer }) => buffer as ArrayBuffer);
  }

  push(
    slot: number,
    buyer: number,
    seller: number,
    sizeQ: number,
    executionPrice: number,
    indexPrice: number,
  ): void {
    const row = this.length % BLOCK_ROWS;
    if (row === 0) this.blocks.push(new Float64Array(WIDTH * BLOCK_ROWS));
    const numbers = this.blocks.at(-1)!;
    const at = row * WIDTH;
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
    const row = (this.length - 1) % BLOCK_ROWS;
    this.blocks.at(-1)![row * WIDTH + 6] = MAKERS.indexOf(maker);
  }

  at(index: number): FillRow | undefined {
    if (index < 0 || index >= this.length) return undefined;
    const { groups, slab } = this;
    const numbers = this.blocks[Math.floor(index / BLOCK_ROWS)]!;
    const at = (index % BLOCK_ROWS) * WIDTH;
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
