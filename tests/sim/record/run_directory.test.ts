import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BOOK_FILES } from '../../../sim/record/book_columns.ts';
import { COLUMNS, formatCsv, formatTables, type TableName } from '../../../sim/record/csv.ts';
import { createRunRecord } from '../../../sim/record/merge.ts';
import {
  OutputDirectoryError,
  type RunOutputs,
  writeRunDirectory,
} from '../../../sim/record/run_directory.ts';
import type { RunRecord } from '../../../sim/record/types.ts';
import type { Scenario } from '../../../sim/scenario/schema.ts';

const SCENARIO = { name: 'tiny', title: 'T', question: 'Q?', slots: 10, slotMs: 400, labels: [], fit: [] };

function createRecord(complete = true): RunRecord {
  const scenario = SCENARIO as unknown as Scenario;
  const facts = {
    scenario,
    seed: '1',
    slotsDone: complete ? 10 : 4,
    complete,
    checked: false,
    reproduce: 'run tiny',
  };
  return createRunRecord([], null, facts);
}

function createOutputs(record = createRecord(), timing: unknown = { runSeconds: 1 }): RunOutputs {
  const summary = { schema: 'percolator-lab/summary/1', complete: record.complete };
  const dataFiles = [{ file: 'data/a.csv', sha256: 'ab' }];
  return { record, summary, report: '<!doctype html>', timing, version: '0.1.0', codeHash: 'cd', dataFiles };
}

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'run-directory-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

const readJson = (file: string) => JSON.parse(readFileSync(join(parent, file), 'utf8'));

/** Tables of every run, with or without order books. */
const ALWAYS = (Object.keys(COLUMNS) as TableName[]).filter((table) => !(table in BOOK_FILES));

describe('run directory', () => {
  test('holds every file and nothing is left beside it', () => {
    writeRunDirectory(join(parent, 'deep', 'run'), createOutputs(), false);
    const tables = ALWAYS.map((table) => `${table}.csv`);
    const files = [...tables, 'manifest.json', 'report.html', 'summary.json', 'timing.json'];
    expect(readdirSync(join(parent, 'deep', 'run')).sort()).toEqual(files.sort());
    expect(readdirSync(join(parent, 'deep'))).toEqual(['run']);
    expect(readJson('deep/run/manifest.json')).toMatchObject({
      complete: true,
      scenario: 'tiny',
      seed: '1',
      version: '0.1.0',
      codeHash: 'cd',
      dataFiles: [{ file: 'data/a.csv', sha256: 'ab' }],
      reproduce: 'run tiny',
    });
  });

  test('an existing directory is refused, and stays as it was', () => {
    const run = join(parent, 'run');
    writeRunDirectory(run, createOutputs(), false);
    const before = readJson('run/manifest.json');
    expect(() => writeRunDirectory(run, createOutputs(createRecord(false)), false)).toThrow(
      OutputDirectoryError,
    );
    expect(readJson('run/manifest.json')).toEqual(before);
  });

  test('--force replaces a run, but nothing that is no run', () => {
    const run = join(parent, 'run');
    writeRunDirectory(run, createOutputs(), false);
    writeRunDirectory(run, createOutputs(createRecord(false)), true);
    expect(readJson('run/manifest.json')).toMatchObject({ complete: false, slotsDone: 4 });
    writeFileSync(join(parent, 'diary.txt'), 'mine');
    expect(() => writeRunDirectory(parent, createOutputs(), true)).toThrow(/no run directory/);
    expect(readFileSync(join(parent, 'diary.txt'), 'utf8')).toBe('mine');
  });

  test('--force loses nothing when the new run cannot be written', () => {
    const run = join(parent, 'run');
    writeRunDirectory(run, createOutputs(), false);
    const outputs = createOutputs();
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    expect(() => writeRunDirectory(run, { ...outputs, timing: circular }, true)).toThrow(TypeError);
    expect(readJson('run/manifest.json').complete).toBe(true);
    expect(readdirSync(parent)).toEqual(['run']);
  });

  test('the result hash covers summary and tables, not times and report', () => {
    const hash = writeRunDirectory(join(parent, 'a'), createOutputs(), false);
    const other = { ...createOutputs(createRecord(), { runSeconds: 9 }), report: null };
    expect(writeRunDirectory(join(parent, 'b'), other, false)).toBe(hash);
    expect(readJson('a/manifest.json').resultHash).toBe(hash);
    const changed = { ...createOutputs(), summary: { schema: 'percolator-lab/summary/1', complete: 'no' } };
    expect(writeRunDirectory(join(parent, 'c'), changed, false)).not.toBe(hash);
    expect(readdirSync(join(parent, 'b'))).not.toContain('report.html');
  });
});

test('a parent that is a file is refused in a sentence', () => {
  writeFileSync(join(parent, 'file'), '');
  expect(() => writeRunDirectory(join(parent, 'file', 'run'), createOutputs(), false)).toThrow(
    /^cannot write to /,
  );
});

describe('csv', () => {
  test('an empty table keeps its header', () => {
    expect(formatCsv('rejections', [])).toBe('slab,group,op,error,count\n');
    expect(formatTables(createRecord()).map(([name]) => name)).toEqual(ALWAYS.map((name) => `${name}.csv`));
  });

  test('booleans, nulls, negative numbers, quotes and formulas', () => {
    const row = { slab: '=cmd()', side: 'a,"b"', account: -5, full: true, slot: null, feePaidAtoms: 0.5 };
    const [read] = parse(formatCsv('liquidations', [row]), { columns: true }) as Record<string, string>[];
    expect(read).toMatchObject({
      slab: "'=cmd()",
      side: 'a,"b"',
      account: '-5',
      full: 'true',
      slot: '',
      feePaidAtoms: '0.5',
    });
    expect(formatCsv('liquidations', [{ full: false }])).toContain(',false,');
  });
});
