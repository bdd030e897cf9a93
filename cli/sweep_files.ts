import type { Cell, CellFailure, CellResult } from '../reports/check/cell.ts';
import type { Expectation, ExpectationOutcome } from '../reports/check/expectation.ts';
import { formatSweepHeaders, formatSweepPoint } from '../reports/statistics/sweep_point.ts';
import type { DataFile } from '../sim/scenario/schema.ts';
import type { SweepSpec } from '../sim/scenario/sweep.ts';
import type { SweepDirectory } from '../sim/sweep/directory.ts';
import { countCells, countPoints, listCells, listValues, type SweepPart } from '../sim/sweep/plan.ts';
import { formatCommand } from './reproduce.ts';

/** What a sweep is: the same for all its parts, and enough to write its results from its cells. */
export interface SweepManifest {
  schema: 'percolator-lab/sweep/1';
  /** As it was named on the command line. */
  scenario: string;
  title: string;
  question: string;
  set: readonly string[];
  check: boolean;
  grid: SweepSpec['grid'];
  seeds: SweepSpec['seeds'];
  /** Some slab has an order book. */
  hasBook?: true;
  expect: readonly Expectation[];
  version: string;
  codeHash: string;
  /** SHA-256 over the resolved scenarios of all points, hex. */
  scenarioHash: string;
  dataFiles: readonly DataFile[];
}

/** What the file of a cell holds. */
export type StoredCell = { result: CellResult } | { failure: CellFailure };
export type SweepFolder = SweepDirectory<SweepManifest, StoredCell>;

/** The command that makes one cell again, alone. */
export const formatCellCommand = (manifest: SweepManifest, point: number, seed: string): string =>
  formatCommand({
    ...manifest,
    seed,
    set: [...manifest.set, ...listValues(manifest, point).map(({ override }) => override)],
  });

function readCells(folder: SweepFolder, manifest: SweepManifest, point: number): Cell[] {
  const { seeds } = manifest;
  return seeds.map((seed, at) => {
    const stored = folder.readCell(point * seeds.length + at);
    if (stored === null) throw new Error(`cell ${point * seeds.length + at} of ${folder.path} is missing`);
    const reproduce = formatCellCommand(manifest, point, seed);
    return { seed, reproduce, result: null, failure: null, ...stored };
  });
}

export interface SweepOutcome {
  cells: number;
  /** Runs without a result, and runs that broke a promise, in order. */
  failed: Cell[];
  broken: Cell[];
  /** Expectations that the runs of a point do not meet; `point` is its values as text, empty without a grid. */
  missed: { point: string; expectation: ExpectationOutcome }[];
}

/** Cells of a part that have no result or broke a promise, in order; those that were not run yet are left out. */
export function findBadCells(folder: SweepFolder, manifest: SweepManifest, part: SweepPart): Cell[] {
  return [...listCells(manifest, part)].flatMap(({ index, point, seed }): Cell[] => {
    const stored = folder.readCell(index);
    if (stored === null || ('result' in stored && stored.result.broken.length === 0)) return [];
    const reproduce = formatCellCommand(manifest, point, seed);
    return [{ seed, reproduce, result: null, failure: null, ...stored }];
  });
}

/**
 * Writes the results of a sweep whose cells are all there: cells.csv, statistics.csv, proportions.csv and, last,
 * summary.json, so that a directory with a summary is complete. Holds the cells of one point at a time.
 */
export function writeSweepResults(folder: SweepFolder, manifest: SweepManifest): SweepOutcome {
  const { grid, expect, hasBook = false, question, scenario, seeds, title } = manifest;
  const files = {
    cellsCsv: folder.createFile('cells.csv'),
    statisticsCsv: folder.createFile('statistics.csv'),
    proportionsCsv: folder.createFile('proportions.csv'),
  };
  const summary = folder.createFile('summary.json');
  const tables = Object.keys(files) as (keyof typeof files)[];
  const headers = formatSweepHeaders(
    grid.map(({ path }) => path),
    hasBook,
  );
  for (const table of tables) files[table].write(headers[table]);
  const head = { schema: 'percolator-lab/sweep-summary/1', scenario, title, question, confidence: 0.95 };
  summary.write(`${JSON.stringify(head, null, 2).slice(0, -2)},\n  "points": [`);
  const outcome: SweepOutcome = { cells: countCells(manifest), failed: [], broken: [], missed: [] };
  for (let point = 0; point < countPoints(manifest); point++) {
    const cells = readCells(folder, manifest, point);
    const values = listValues(manifest, point).map(({ label, path }) => ({ path, label }));
    const output = formatSweepPoint(
      { point, values, firstCell: point * seeds.length, cells, hasBook },
      expect,
    );
    for (const table of tables) files[table].write(output[table]);
    summary.write(`${point === 0 ? '' : ','}\n${JSON.stringify(output.summary, null, 2)}`);
    const name = values.map(({ label, path }) => `${path}=${label}`).join(', ');
    outcome.missed.push(...output.missed.map((expectation) => ({ point: name, expectation })));
    for (const cell of cells) {
      if (cell.failure !== null) outcome.failed.push(cell);
      else if (cell.result?.broken.length !== 0) outcome.broken.push(cell);
    }
  }
  const { broken, cells, failed, missed } = outcome;
  const counts = { cells, failed: failed.length, broken: broken.length, missed: missed.length };
  summary.write(`\n  ],\n${JSON.stringify(counts, null, 2).slice(2)}\n`);
  for (const table of tables) files[table].commit();
  summary.commit();
  folder.removeDrafts();
  return outcome;
}
