/** One column of a packed table: numbers as they are, texts as indices into their list. */
type PackedColumn =
  | { key: string; numbers: Float64Array }
  | { key: string; texts: string[]; indices: Uint32Array };

/** A table by columns: copying rows of objects between threads costs many times more. */
export interface PackedRows {
  length: number;
  columns: PackedColumn[];
}

type Row = Readonly<Record<string, number | string>>;

function packColumn(rows: readonly Row[], key: string): PackedColumn {
  if (typeof rows[0]![key] === 'number') {
    const numbers = new Float64Array(rows.length);
    for (let at = 0; at < rows.length; at += 1) numbers[at] = rows[at]![key] as number;
    return { key, numbers };
  }
  const known = new Map<string, number>();
  const indices = new Uint32Array(rows.length);
  for (let at = 0; at < rows.length; at += 1) {
    const text = rows[at]![key] as string;
    let index = known.get(text);
    if (index === undefined) {
      index = known.size;
      known.set(text, index);
    }
    indices[at] = index;
  }
  return { key, texts: [...known.keys()], indices };
}

/** Rows of one shape whose values are numbers and texts, each column of one kind. */
export function packRows<R extends { [K in keyof R]: number | string }>(rows: readonly R[]): PackedRows {
  const plain = rows as readonly Row[];
  const keys = plain.length === 0 ? [] : Object.keys(plain[0]!);
  return { length: plain.length, columns: keys.map((key) => packColumn(plain, key)) };
}

/** The rows again, with their keys in the same order. */
export function unpackRows<R extends { [K in keyof R]: number | string }>({
  columns,
  length,
}: PackedRows): R[] {
  const rows: Record<string, number | string>[] = [];
  for (let at = 0; at < length; at += 1) {
    const row: Record<string, number | string> = {};
    for (const column of columns) {
      row[column.key] = 'numbers' in column ? column.numbers[at]! : column.texts[column.indices[at]!]!;
    }
    rows.push(row);
  }
  return rows as R[];
}

/** What to hand over instead of copying. */
export function listBuffers({ columns }: PackedRows): ArrayBuffer[] {
  return columns.map(
    (column) => ('numbers' in column ? column.numbers : column.indices).buffer as ArrayBuffer,
  );
}
