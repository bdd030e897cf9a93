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

  /** Address of the record with this link. */
  at(link: number): number {
    return this.base + (link | 0) * this.length;
  }
}

/** Takes an entry, all zeros: the one freed last, else the first one never used. Refuses with `full` if there is none. */
export function take(slab: Slab, pool: Pool, full: SlabErrorName): number {
  const { words } = slab;
  const free = words[pool.free]! | 0;
  slab.add(pool.used, 1);
  if (free !== 0) {
    const next = pool.at(free) + pool.next;
    slab.set(pool.free, words[next]!);
    slab.set(next, 0);
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
