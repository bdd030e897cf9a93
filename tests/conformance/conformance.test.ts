import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTrace, replayTrace } from '../../sim/verify/trace.ts';

const folder = new URL('./traces/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.gz'))
  .sort();

describe('conformance traces of the recorded engine', () => {
  it('has all 12 of them', () => {
    expect(files).toHaveLength(12);
  });

  it.each(files)('%s replays without a difference', (file) => {
    const result = replayTrace(readTrace(new URL(file, folder).pathname));
    expect(result.difference).toBeNull();
    expect(result.operations).toBe(1500);
  });
});

describe('a trace that lies', () => {
  const original = readTrace(new URL(files[0]!, folder).pathname);
  /** The trace with one operation line changed. */
  const tamper = (operation: number, change: (line: Record<string, unknown>) => object) =>
    original.map((line) => {
      const record = line as Record<string, unknown>;
      return record.i === operation ? { ...record, ...change(record) } : record;
    });

  it('is caught by its state hash, and the next dump names the field', () => {
    const lines = tamper(1, (line) => ({ args: { ...(line.args as object), amount: '90801' } }));
    expect(replayTrace(lines).difference).toMatchObject({
      operation: 1,
      op: 'deposit',
      field: 'state_nf',
      expected: '5c38e7c04c3ab903',
      detail: expect.stringContaining('expected'),
    });
  });

  it('is caught by the error name', () => {
    const lines = tamper(0, () => ({ err: 'Overflow' }));
    expect(replayTrace(lines).difference).toEqual({
      operation: 0,
      op: 'deposit',
      field: 'err',
      expected: 'Overflow',
      got: 'InsufficientBalance',
    });
  });

  it('is caught by the outcome', () => {
    const lines = tamper(0, () => ({ ok: true, err: null }));
    expect(replayTrace(lines).difference).toMatchObject({ operation: 0, field: 'ok', expected: 'success' });
  });

  it('is refused when it is cut short or malformed', () => {
    expect(() => replayTrace(original.slice(0, 100))).toThrow(/announces 1500 operations/);
    expect(() => replayTrace([{ format: 'other' }])).toThrow(/line 1: format/);
  });
});
