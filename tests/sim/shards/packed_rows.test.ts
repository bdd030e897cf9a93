import { describe, expect, it } from 'vitest';
import { listBuffers, packRows, unpackRows } from '../../../sim/shards/packed_rows.ts';

describe('packed rows', () => {
  it('come back as they were after they were handed over', () => {
    const rows = [
      { slab: 'a', slot: 0, size: -0, buyer: 'x' },
      { slab: 'a', slot: 1, size: 2 ** 53 - 1, buyer: 'y' },
      { slab: 'b', slot: 2, size: 0.1, buyer: 'x' },
    ];
    const packed = packRows(rows);
    const moved = structuredClone(packed, { transfer: listBuffers(packed) });
    expect(listBuffers(packed).every((buffer) => buffer.byteLength === 0)).toBe(true);
    expect(unpackRows(moved)).toEqual(rows);
    expect(JSON.stringify(unpackRows(moved))).toBe(JSON.stringify(rows));
  });

  it('may be none', () => {
    expect(unpackRows(packRows([]))).toEqual([]);
  });
});
