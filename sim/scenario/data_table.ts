import { parse } from 'csv-parse/sync';

export interface DataRow {
  /** Line of the file, from 1, header included. */
  line: number;
  /** Cells in the order of the columns asked for. */
  cells: string[];
}

interface ParsedRecord {
  record: string[];
  info: { lines: number };
}

/**
 * The named columns of a comma-separated table with a header line. Throws an Error with a sentence that names
 * file and line when the text is no table or a column is missing.
 */
export function readDataTable(file: string, text: string, columns: readonly string[]): DataRow[] {
  let records: ParsedRecord[];
  try {
    // The library's types leave out what `info` does to its result.
    records = parse(text, {
      info: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
    }) as unknown as ParsedRecord[];
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
  if (records.length === 0) throw new Error(`${file}: is empty`);
  const header = records[0]?.record ?? [];
  const places = columns.map((column) => {
    const place = header.indexOf(column);
    if (place < 0)
      throw new Error(`${file}:1: has no column ${column}; its columns are ${header.join(', ')}`);
    return place;
  });
  if (records.length < 2) throw new Error(`${file}: has no rows below its header`);
  return records.slice(1).map(({ record, info }) => ({
    line: info.lines,
    cells: places.map((place) => record[place] ?? ''),
  }));
}

const SHOWN = 5;

/** Throws one Error with the first few problems found in a data file, if there are any. */
export function throwProblems(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length - SHOWN;
  throw new Error(problems.slice(0, SHOWN).join('; ') + (more > 0 ? `; and ${more} more` : ''));
}
