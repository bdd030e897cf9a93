import type { Chart, ChartTable } from '../charts/chart.ts';
import { renderSvg } from '../charts/render.ts';
import { ATOMS_PER_QUOTE, formatDuration, formatMoney, formatNumber, formatRatio, QUOTE } from '../format.ts';
import type { MetricValue, Unit } from '../metrics/definition.ts';
import { type Content, html, Markup } from './markup.ts';

/** Drawing widths: of the text column, and of a 360 px telephone. */
const WIDE = 640;
const NARROW = 230;

/** `number` aligns right; a `below` cell has a line of its own under the rest of its row. */
export interface Column {
  label: string;
  kind?: 'number' | 'below';
  /** Share of the width, %: given for all columns of a table with long texts, or for none. */
  width?: number;
}

/** A row's cells; the first one names the row and spans the line below it, if there is one. */
function renderRow(columns: readonly Column[], row: readonly Content[]): Markup {
  const cells = columns.map((column, at) => ({ column, cell: row[at] ?? null })).slice(1);
  const below = cells.filter(({ column }) => column.kind === 'below');
  const beside = cells.filter(({ column }) => column.kind !== 'below');
  const span = below.length + 1;
  return html`<tr><th scope="row"${span > 1 && new Markup(` rowspan="${span}"`)}>${row[0] ?? null}</th>${beside.map(
    ({ column, cell }) => html`<td class="${column.kind ?? ''}" data-label="${column.label}">${cell}</td>`,
  )}</tr>
${below.map(
  ({ column, cell }) =>
    html`<tr class="below"><td colspan="${beside.length}" data-label="${column.label}">${cell}</td></tr>\n`,
)}`;
}

/**
 * A captioned table that scrolls sideways inside its own box, reachable by keyboard. One with widths keeps to them and
 * turns into a list of cards where the page is narrow.
 */
export function renderTable(
  caption: Content,
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
): Markup {
  const isText = columns.some(({ width }) => width !== undefined);
  const head = columns.map(({ kind, label, width }) =>
    kind === 'below'
      ? null
      : html`<th scope="col" class="${kind ?? ''}"${width !== undefined && new Markup(` style="width:${width}%"`)}>${label}</th>`,
  );
  return html`<div class="scroll${isText && ' text'}" tabindex="0" role="group" aria-label="table"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>
${rows.map((row) => renderRow(columns, row))}</tbody></table></div>`;
}

const NUMERIC = /^[−\d.,\u00a0\u202f<> %kMbn-]+$/;

/** Columns whose every cell looks like a number align right. */
function describeColumns({ columns, rows }: ChartTable): Column[] {
  return columns.map((label, at) =>
    at > 0 && rows.length > 0 && rows.every((row) => NUMERIC.test(row[at] ?? ''))
      ? { label, kind: 'number' }
      : { label },
  );
}

/** Finding, drawing in two widths, the numbers behind it, and where all of them are. */
export async function renderFigure(chart: Chart): Promise<Markup> {
  const [wide, narrow] = await Promise.all([
    renderSvg(chart.draw(WIDE), `${chart.id}-w`),
    renderSvg(chart.draw(NARROW), `${chart.id}-n`),
  ]);
  const caption = `${chart.finding}. Sampled evenly where there are many rows.`;
  return html`<figure id="chart-${chart.id}"><figcaption>${chart.finding}.<span class="alt">${chart.alt}</span></figcaption>
<div class="wide" role="img" aria-label="${chart.alt}">${new Markup(wide)}</div><div class="narrow" role="img" aria-label="${chart.alt}">${new Markup(narrow)}</div>
<details><summary>Numbers behind this chart</summary>${renderTable(caption, describeColumns(chart.table), chart.table.rows)}</details>
<a class="csv" href="${chart.csv}">All rows: ${chart.csv}</a></figure>
`;
}

/** A metric as a reader sees it; an undefined one is a dash with a spoken name. */
export function renderValue(value: MetricValue, unit: Unit, slotMs: number): Content {
  if (value === null) return html`<span title="not defined for this run">–</span>`;
  switch (unit) {
    case 'atoms':
      return formatMoney(value);
    case 'atoms per base':
      return `${formatNumber(value / ATOMS_PER_QUOTE, value >= 1000 * ATOMS_PER_QUOTE ? 0 : 4)} ${QUOTE}`;
    case 'ratio':
      return formatRatio(value);
    case 'slots':
      return formatDuration(value, slotMs);
    case 'seconds':
      return `${formatNumber(value, 1)} s`;
    case 'bps':
      return `${formatNumber(value, 1)} bps`;
    case 'count':
    case 'slab sides × slots':
      return formatNumber(value);
  }
}

/** A dotted name as code that breaks behind its separators only, if it must. */
export const renderPath = (path: string): Markup =>
  html`<code>${path.split(/(?<=[./_-])/).map((part, at) => html`${at > 0 && new Markup('<wbr>')}${part}`)}</code>`;

/** Headline numbers as a definition list. */
export const renderTiles = (tiles: readonly (readonly [label: string, value: Content])[]): Markup =>
  html`<dl class="tiles">${tiles.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
`;
