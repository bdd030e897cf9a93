import { describe, expect, it } from 'vitest';
import { FillTable, JoinedRows, reviveFills } from '../../../sim/record/fill_table.ts';

const GROUPS = ['lp', 'users', 'attack'];
const row = (slab: string, slot: number) => ({
  slab,
  slot,
  buyer: 2,
  seller: 0,
  sizeQ: 9_007_199_254_740_991,
  executionPrice: 101,
  indexPrice: 100.5,
  buyerGroup: 'attack',
  sellerGroup: 'lp',
});

function fill(slab: string, count: number): FillTable {
  const table = new FillTable(slab, GROUPS);
  for (let slot = 0; slot < count; slot += 1) table.push(slot, 2, 0, 9_007_199_254_740_991, 101, 100.5);
  return table;
}

describe('a table of fills', () => {
  it('gives the rows back, of every block', () => {
    const table = fill('btc', 1_000);
    expect(table.length).toBe(1_000);
    expect([...table]).toEqual(Array.from({ length: 1_000 }, (_, slot) => row('btc', slot)));
    expect(table.at(1_000)).toBeUndefined();
    expect(table.at(-1)).toBeUndefined();
  });

  it('knows the maker of a fill on a book, and has no such key without one', () => {
    const table = fill('btc', 1);
    table.setMaker('seller');
    table.push(1, 2, 0, 5, 101, 100);
    table.setMaker('buyer');
    table.push(2, 2, 0, 5, 101, 100);
    expect([...table].map(({ maker }) => maker)).toEqual(['seller', 'buyer', undefined]);
    expect(table.at(2)).not.toHaveProperty('maker');
  });

  it.each([70, 512, 513])('is the same in another thread, which takes its blocks (%i rows)', (count) => {
    const table = fill('btc', count);
    const rows = [...table];
    const { buffers } = table;
    const moved = reviveFills(structuredClone(table, { transfer: buffers }));
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual(buffers.map(() => 0));
    expect([...moved]).toEqual(rows);
    moved.push(count, 1, 0, 5, 101, 100);
    moved.setMaker('seller');
    expect(moved.at(count)).toMatchObject({ slot: count, buyerGroup: 'users', maker: 'seller' });
    expect(moved.at(count - 1)).toEqual(rows.at(-1));
  });

  it('an empty one has nothing', () => {
    const table = new FillTable('btc', GROUPS);
    expect([...table]).toEqual([]);
    expect(table.at(0)).toBeUndefined();
    expect(table.buffers).toEqual([]);
  });

  it('joins others in their order', () => {
    const joined = new JoinedRows([fill('a', 2), fill('b', 0), fill('c', 1)]);
    expect(joined.length).toBe(3);
    expect([...joined]).toEqual([row('a', 0), row('a', 1), row('c', 0)]);
    expect([joined.at(1), joined.at(2), joined.at(3)]).toEqual([row('a', 1), row('c', 0), undefined]);
  });
});
