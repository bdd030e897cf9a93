import type { RunRecord, SlabInfo, Tables } from '../../sim/record/types.ts';

/** Sections of the report, in its order. */
export const SECTIONS = [
  'haircut',
  'manipulation',
  'recovery',
  'liquidations',
  'book',
  'stylised',
  'market',
  'totals',
] as const;
export type Section = (typeof SECTIONS)[number];

export type Unit =
  | 'atoms'
  | 'ratio'
  | 'slots'
  | 'slab sides × slots'
  | 'seconds'
  | 'count'
  | 'bps'
  | 'atoms per base';

/** The rows a metric is calculated from: those of one slab, or those of the whole run. */
export interface View {
  record: RunRecord;
  slabs: readonly SlabInfo[];
  tables: Tables;
}

/** null: undefined for this run, for example the payout of exits when nobody exited. */
export type MetricValue = number | null;

/**
 * One number of a report. Its row in summary.json and its entry among the definitions come from here, so a
 * number without a definition cannot be shown. `formula` names columns of the CSV tables in `source`.
 */
export interface MetricDefinition {
  name: string;
  section: Section;
  unit: Unit;
  formula: string;
  /** CSV tables it is calculated from. */
  source: string;
  /** Must give the same value on any machine: + − × ÷ √ only. */
  calculate(view: View): MetricValue;
}

type Draft = Omit<MetricDefinition, 'section'>;

/** Puts the section in front of each name: `h_stored_min` becomes `haircut.h_stored_min`. */
export function defineMetrics(section: Section, drafts: readonly Draft[]): MetricDefinition[] {
  return drafts.map((draft) => ({ ...draft, name: `${section}.${draft.name}`, section }));
}

/** The whole run as one view. */
export function calculateRunView(record: RunRecord): View {
  return { record, slabs: record.slabs, tables: record.tables };
}

/** `calculate`, done once for each view: several metrics start from the same rows. Nobody may change its result. */
export function oncePerView<T>(calculate: (view: View) => T): (view: View) => T {
  const known = new WeakMap<View, { result: T }>();
  return (view) => {
    let found = known.get(view);
    if (found === undefined) {
      found = { result: calculate(view) };
      known.set(view, found);
    }
    return found.result;
  };
}

/** One view per slab, in slab order; every table is split once. */
export const splitBySlab = oncePerView((view): readonly View[] => {
  const { record, slabs, tables } = view;
  if (slabs.length === 1) return [view];
  const split = Object.entries(tables).map(([name, rows]) => [name, groupBySlab(rows)] as const);
  return slabs.map((info) => {
    const own = Object.fromEntries(split.map(([name, groups]) => [name, groups.get(info.slab) ?? []]));
    return { record, slabs: [info], tables: own as unknown as Tables };
  });
});

/** All slabs of one underlying as one view; undefined if there are none. */
export function calculateUnderlyingView(record: RunRecord, underlying: string): View | undefined {
  const slabs = record.slabs.filter((info) => info.underlying === underlying);
  if (slabs.length === 0) return undefined;
  const names = new Set(slabs.map((info) => info.slab));
  const own = Object.entries(record.tables).map(([name, rows]) => [
    name,
    [...rows].filter((row: { slab: string }) => names.has(row.slab)),
  ]);
  return { record, slabs, tables: Object.fromEntries(own) as Tables };
}

/** Rows by their slab, in first-seen order; rows of one slab keep their order. */
export function groupBySlab<Row extends { slab: string }>(rows: Iterable<Row>): Map<string, Row[]> {
  return groupBy(rows, (row) => row.slab);
}

/** Rows by a key, in first-seen order. */
export function groupBy<Row, Key>(rows: Iterable<Row>, key: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const own = key(row);
    const group = groups.get(own);
    if (group) group.push(row);
    else groups.set(own, [row]);
  }
  return groups;
}

/** Σ pick(row), in row order. */
export function sum<Row>(rows: readonly Row[], pick: (row: Row) => number): number {
  let total = 0;
  for (const row of rows) total += pick(row);
  return total;
}

/** Smallest pick(row), ignoring nulls; null if there is none. */
export function minimum<Row>(rows: readonly Row[], pick: (row: Row) => MetricValue): MetricValue {
  let least: MetricValue = null;
  for (const row of rows) {
    const value = pick(row);
    if (value !== null && (least === null || value < least)) least = value;
  }
  return least;
}

/** Largest pick(row), ignoring nulls; null if there is none. */
export function maximum<Row>(rows: readonly Row[], pick: (row: Row) => MetricValue): MetricValue {
  const least = minimum(rows, (row) => {
    const value = pick(row);
    return value === null ? null : -value;
  });
  return least === null ? null : 0 - least;
}

/** part ÷ whole; null when the whole is 0. */
export function calculateRatio(part: number, whole: number): MetricValue {
  return whole === 0 ? null : part / whole;
}

/** The last row of each slab's time series, in slab order. */
export function lastSeriesRows(view: View) {
  const groups = groupBySlab(view.tables.series);
  return view.slabs.flatMap((info) => groups.get(info.slab)?.at(-1) ?? []);
}
