import { MAX_SAFE, Wide } from '../math/index.ts';
import type { RecordLayout } from './layout.ts';

const WORD = 4_294_967_296;

/** Writes a safe integer as an i64 in two halves; `setBigInt64` costs fifteen times as much (design 05 §4). */
export function writeWord(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setInt32(at + 4, Math.floor(value / WORD), true);
}

/** Reads an i64; beyond the envelope the nearest double, which lies beyond it too. */
export function readWord(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * WORD + view.getUint32(at, true);
}

function writeWide(view: DataView, at: number, value: bigint): void {
  view.setBigUint64(at, value & 0xffff_ffff_ffff_ffffn, true);
  view.setBigInt64(at + 8, value >> 64n, true);
}

/** Reads an i128 as it stands in the layout. */
export function readWide(view: DataView, at: number): bigint {
  return (view.getBigInt64(at + 8, true) << 64n) + view.getBigUint64(at, true);
}

/** What the layout's word and wide fields may be on an engine object. */
type Value = number | boolean | Wide;

/** Writes the word and wide fields of `record` at `at`. Raw bytes are left alone. */
export function writeRecord(view: DataView, at: number, layout: RecordLayout, record: object): void {
  const values = record as Record<string, Value>;
  for (const { name, kind, offset } of layout.fields) {
    const value = values[name];
    if (kind === 'word') writeWord(view, at + offset, Number(value));
    else if (value instanceof Wide) writeWide(view, at + offset, value.toBigInt());
  }
}

/** Reads the word and wide fields at `at` into `record`; false if a word lies outside its range. */
export function readRecord(view: DataView, at: number, layout: RecordLayout, record: object): boolean {
  const values = record as Record<string, Value>;
  for (const { name, kind, offset, min, max } of layout.fields) {
    if (kind === 'wide') {
      (values[name] as Wide).setBigInt(readWide(view, at + offset));
    } else if (kind === 'word') {
      const word = readWord(view, at + offset);
      if (!(word >= min && word <= max && word <= MAX_SAFE)) return false;
      values[name] = typeof values[name] === 'boolean' ? word === 1 : word;
    }
  }
  return true;
}
