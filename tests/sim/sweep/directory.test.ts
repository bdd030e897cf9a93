import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SweepDirectory } from '../../../sim/sweep/directory.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sweep-directory-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const open = (manifest: object) => SweepDirectory.open<object, object>(join(home, 's'), manifest);

describe('a sweep directory', () => {
  it('is opened again by the same sweep alone', () => {
    open({ seeds: ['1'] }).writeCell(0, { a: 1 });
    expect(open({ seeds: ['1'] }).readCell(0)).toEqual({ a: 1 });
    expect(() => open({ seeds: ['2'] })).toThrow('holds another sweep: seeds differs');
    expect(() => open({ seeds: ['1'], grid: [] })).toThrow('grid differs');
  });

  it('takes no folder of something else, and leaves it as it was', () => {
    mkdirSync(join(home, 's'));
    writeFileSync(join(home, 's', 'thesis.txt'), 'years of work');
    expect(() => open({})).toThrow('is no sweep directory');
    expect(readdirSync(join(home, 's'))).toEqual(['thesis.txt']);
    expect(() => SweepDirectory.read(join(home, 's'))).toThrow('is no sweep directory');
  });

  it('takes a cell that was cut off for a missing one', () => {
    const directory = open({});
    directory.writeCell(3, { a: 1 });
    writeFileSync(join(home, 's', 'cells', '3.json'), '{"a":');
    expect(directory.readCell(3)).toBeNull();
    expect(directory.readCell(4)).toBeNull();
  });

  it('shows a file only when it is whole, and removes what was left half written', () => {
    const directory = open({});
    const file = directory.createFile('cells.csv');
    file.write('half');
    expect(readdirSync(join(home, 's'))).not.toContain('cells.csv');
    directory.removeDrafts();
    expect(readdirSync(join(home, 's')).toSorted()).toEqual(['cells', 'manifest.json']);
  });
});
