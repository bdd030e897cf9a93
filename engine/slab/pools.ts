import type { WordRecord } from '../wire/slab_layout.ts';
import { Book } from './constants.ts';
import type { SlabErrorName } from './errors.ts';
import { refuse } from './errors.ts';
import type { Slab } from './state.ts';

type PoolName = 'orders' | 'levels' | 'nodes' | 'holds' | 'slices';

/** Where a pool's records and its three counters stand. Entries are named by their links. */
export class Pool {
  readonly base: number;
  readonly length: number;
  readonly capacity: number;
  /** Place of `next` in a record. */
  readonly next: number;
  readonly free: number;
  readonly fresh: number;
  readonly used: number;

  constructor(name: PoolName, base: number, record: WordRecord<'next'>, capacity: number) {
    this.base = base;
    this.length = record.length;
    this.capacity = capacity;
    this.next = record.at.next;
    this.free = Book[`${name}Free`];
    this.fresh = Book[`${name}Fresh`];
    this.used = Book[`${name}Used`];
  }

  /** Address of the record with this link; `CorruptState` if there is none. */
  at(link: number): number {
    const place = link | 0;
    if (!(place > 0 && place <= this.capacity)) refuse('CorruptState');
    return this.base + place * this.length;
  }
}

/** `CorruptState` after more steps than a list of the pool has: it runs in circles. */
export function requireEnd(pool: Pool, steps: number): void {
  if (steps > pool.capacity) refuse('CorruptState');
}

/** Takes the entry freed last, else the first one never used, for `editNew`. Refuses with `full` if there is none. */
export function take(slab: Slab, pool: Pool, full: SlabErrorName): number {
  const { words } = slab;
  const free = words[pool.free]! | 0;
  if (words[pool.used]! >= pool.capacity) refuse(full);
  slab.add(pool.used, 1);
  if (free !== 0) {
    slab.set(pool.free, words[pool.at(free) + pool.next]!);
    return free;
  }
  const link = (words[pool.fresh]! | 0) + 1;
  if (link > pool.capacity) refuse(full);
  slab.set(pool.fresh, link);
  return link;
}

/** Zeroes an entry that was saved and puts it in front of the free list. */
export function giveBack(slab: Slab, pool: Pool, link: number): void {
  const { words } = slab;
  const at = pool.at(link);
  for (let word = at; word < at + pool.length; word += 1) words[word] = 0;
  words[at + pool.next] = words[pool.free]!;
  slab.set(pool.free, link);
  slab.add(pool.used, -1);
}
