import type { Chart, ChartTable } from '../charts/chart.ts';
import { renderSvg } from '../charts/render.ts';
import {
  ATOMS_PER_QUOTE,
  formatDuration,
  formatMoney,
  formatNumber,
  formatRatio,
  formatShort,
  QUOTE,
} from '../format.ts';
import type { MetricValue, Unit } from '../metrics/definition.ts';
import { type Content, html, Markup } from './markup.ts';

/** Drawing widths: of the text column, and of a 360 px telephone. */
const WIDE = 640;
const NARROW = 230;

/** A table cell; `number` aligns right. */
export interface Column {
  label: string;
  kind?: 'number' | 'wide';
}

/** A captioned table that scrolls sideways inside its own box, reachable by keyboard. */
export function renderTable(
  caption: Content,
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
): Markup {
  const head = columns.map(
    (column) => html`<th scope="col" class="${column.kind ?? ''}">${column.label}</th>`,
  );
  const body = rows.map(
    (row) =>
      html`<tr>${row.map((cell, at) =>
        at === 0
          ? html`<th scope="row">${cell}</th>`
          : html`<td class="${columns[at]?.kind ?? ''}">${cell}</td>`,
      )}</tr>\n`,
  );
  return html`<div class="scroll" tabindex="0" role="group" aria-label="table"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table></div>`;
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

/** Headline numbers as a definition list. */
export const renderTiles = (tiles: readonly (readonly [label: string, value: Content])[]): Markup =>
  html`<dl class="tiles">${tiles.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
`;

/** A number in the unit of a fit target. */
export const formatFitValue = (value: number, unit: string): string =>
  unit === QUOTE || Math.abs(value) >= 100_000
    ? formatShort(value)
    : formatNumber(value, Number.isInteger(value) ? 0 : 2);
