import type { RunRecord, SeriesRow } from '../../sim/record/types.ts';
import { formatNumber } from '../format.ts';
import { groupBySlab } from '../metrics/definition.ts';
import type { Summary } from '../metrics/index.ts';
import type { Spec } from './render.ts';
import { DASHES, PALETTE, SLABS_MAX } from './theme.ts';
import { spread, thin } from './thin.ts';

/** The numbers behind a chart, as text. */
export interface ChartTable {
  columns: string[];
  rows: string[][];
}

/** One chart of the report: a finding, the drawing, and its numbers. */
export interface Chart {
  id: string;
  /** What the chart shows, as a sentence without a full stop. */
  finding: string;
  /** What it draws and how to read it, for those who cannot see it. */
  alt: string;
  /** The drawing at a width in px. */
  draw(width: number): Spec;
  table: ChartTable;
  /** File in the run directory with all rows. */
  csv: string;
}

/** What charts are drawn from. */
export interface ChartInput {
  record: RunRecord;
  summary: Summary;
  /** Time series of each slab, in slab order. */
  series: ReadonlyMap<string, readonly SeriesRow[]>;
  time: TimeAxis;
}

export interface TimeAxis {
  /** "minutes since the start" */
  title: string;
  of(slot: number): number;
  /** Of the last slot that was run. */
  end: number;
}

/** Seconds up to 3 minutes, minutes up to 3 hours, then hours. */
export function chooseTimeAxis(record: RunRecord): TimeAxis {
  const total = (record.slotsDone * record.slotMs) / 1000;
  const [unit, seconds] = total <= 180 ? ['seconds', 1] : total <= 10_800 ? ['minutes', 60] : ['hours', 3600];
  const of = (slot: number) => Math.round((slot * record.slotMs * 10) / seconds) / 10_000;
  return { title: `${unit} since the start`, of, end: of(record.slotsDone) };
}

export function prepareCharts(record: RunRecord, summary: Summary): ChartInput {
  return { record, summary, series: groupBySlab(record.tables.series), time: chooseTimeAxis(record) };
}

/** The slabs with the highest score above 0 (no more than the palette holds), in slab order. */
export function chooseSlabs(input: ChartInput, score: (slab: string) => number): string[] {
  const scored = input.record.slabs
    .map((info, at) => ({ slab: info.slab, at, score: score(info.slab) }))
    .filter((entry) => entry.score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, SLABS_MAX);
  return scored.sort((a, b) => a.at - b.at).map((entry) => entry.slab);
}

/** Note for a chart that leaves slabs out. */
export const describeChoice = (input: ChartInput, shown: readonly string[]): string =>
  shown.length === input.record.slabs.length
    ? ''
    : ` (${shown.length} of ${input.record.slabs.length} slabs)`;

export interface Line<Row extends { slot: number } = SeriesRow> {
  name: string;
  rows: readonly Row[];
  /** null leaves a row out. */
  y(row: Row): number | null;
  /** Index into palette and dashes; default: position in the list. */
  colour?: number;
  dash?: number;
}

export interface LineOptions<Row extends { slot: number } = SeriesRow> {
  lines: readonly Line<Row>[];
  yTitle: string;
  /** d3 format, or "money" for quote tokens. */
  yFormat: string;
  yScale?: Spec;
  /** Horizontal reference line. */
  rule?: { y: number; label: string };
  ticks?: readonly number[];
  step?: boolean;
}

const POINTS_PER_LINE = 240;
/** Rows of a data table, all lines together. */
const TABLE_ROWS = 40;

/** The horizontal axis of everything over time: the whole run, whatever was drawn. */
export const encodeTime = (time: TimeAxis): Spec => ({
  field: 'x',
  type: 'quantitative',
  axis: { title: time.title },
  scale: { domain: [0, time.end], nice: false },
});

/** Axis labels: thousands as k, M, bn. */
export const axisOf = (title: string, format: string): Spec =>
  format === 'money'
    ? { title, labelExpr: "replace(format(datum.value, '~s'), 'G', 'bn')" }
    : { title, format };

/** Drawings below this width are for telephones. */
const NARROW_MAX = 500;
/** Average width of a letter in a legend. */
const PX_PER_LETTER = 6.5;

/** Width left for the bars of a chart whose rows have names. */
export const besideNames = (width: number): number => width - (width < NARROW_MAX ? 80 : 120);

/** Room for the names themselves. */
export const limitNames = (width: number): number => (width < NARROW_MAX ? 210 : 260);

/** Colour and dash of named series, in the order given; `legend: null` hides it when there is nothing to tell apart. */
export function encodeSeries(
  names: readonly string[],
  width: number,
  colours = names.map((_, at) => at),
  dashes = colours,
): { color: Spec; strokeDash: Spec } {
  const longest = Math.max(...names.map((name) => name.length));
  const columns = Math.max(1, Math.floor(width / (longest * PX_PER_LETTER + 40)));
  const legend = names.length < 2 ? null : { columns, labelLimit: 500 };
  const range = colours.map((at) => PALETTE[at % PALETTE.length]);
  const dash = dashes.map((at) => [...DASHES[at % DASHES.length]!]);
  return {
    color: { field: 'name', type: 'nominal', scale: { domain: names, range }, legend },
    strokeDash: { field: 'name', type: 'nominal', scale: { domain: names, range: dash }, legend },
  };
}

/** Time series as lines, thinned without losing extremes. */
export function drawLines<Row extends { slot: number }>(
  input: ChartInput,
  options: LineOptions<Row>,
): Chart['draw'] {
  const points = options.lines.flatMap((line) => {
    const known = line.rows.flatMap((row) => {
      const y = line.y(row);
      return y === null ? [] : [{ name: line.name, x: input.time.of(row.slot), y }];
    });
    return thin(known, POINTS_PER_LINE, (point) => point.y);
  });
  const names = options.lines.map((line) => line.name);
  const colours = options.lines.map((line, at) => line.colour ?? at);
  const dashes = options.lines.map((line, at) => line.dash ?? line.colour ?? at);
  const { rule } = options;
  return (width) => {
    const lines = {
      mark: { type: 'line', interpolate: options.step ? 'step-after' : 'linear', clip: true },
      encoding: {
        x: encodeTime(input.time),
        y: {
          field: 'y',
          type: 'quantitative',
          axis: {
            ...axisOf(options.yTitle, options.yFormat),
            ...(options.ticks && { values: options.ticks }),
          },
          scale: options.yScale ?? {},
        },
        ...encodeSeries(names, width, colours, dashes),
      },
    };
    const layers = rule === undefined ? [lines] : [lines, ...drawRule(rule)];
    return { width, height: 220, data: { values: points }, layer: layers };
  };
}

/** A labelled horizontal line. */
function drawRule(rule: { y: number; label: string }): Spec[] {
  const y = { datum: rule.y };
  return [
    { mark: { type: 'rule', strokeDash: [3, 3] }, encoding: { y } },
    {
      data: { values: [{}] },
      mark: { type: 'text', text: rule.label, align: 'left', baseline: 'top', dx: 3, dy: 4, x: 0 },
      encoding: { y },
    },
  ];
}

/** The same lines as a table: evenly spaced samples of each. */
export function tabulateLines<Row extends { slot: number }>(
  input: ChartInput,
  options: LineOptions<Row>,
  format: (y: number) => string,
): ChartTable {
  const each = Math.max(4, Math.floor(TABLE_ROWS / Math.max(1, options.lines.length)));
  const rows = options.lines.flatMap((line) =>
    spread(
      line.rows.filter((row) => line.y(row) !== null),
      each,
    ).map((row) => [
      line.name,
      formatNumber(row.slot),
      String(input.time.of(row.slot)),
      format(line.y(row) ?? 0),
    ]),
  );
  return { columns: ['series', 'slot', input.time.title, options.yTitle], rows };
}
