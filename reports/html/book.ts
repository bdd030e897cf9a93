import type { BookRow, BookTradingRow, RunRecord } from '../../sim/record/types.ts';
import { formatMoney, formatNumber } from '../format.ts';
import { calculatePerNotional, calculateProfit } from '../metrics/book.ts';
import { groupBy, type MetricValue, sum } from '../metrics/definition.ts';
import type { Summary } from '../metrics/index.ts';
import { type Content, html, type Markup } from './markup.ts';
import { renderTable, renderTiles, renderValue } from './parts.ts';
import { renderMetricTable } from './sections.ts';

/** Headline numbers: label and metric. */
const TILES = [
  ['spread on average', 'book.spread_mean'],
  ['depth of a side', 'book.depth_mean'],
  ['makers earned at once', 'book.maker_edge'],
  ['and 25 slots later', 'book.maker_markout_25'],
  ['makers in the end', 'book.maker_profit'],
  ['taking cost', 'book.taker_cost'],
  ['takers got of what they asked', 'book.taker_fill_ratio'],
] as const;

const bps = (value: MetricValue): Content => (value === null ? '–' : `${formatNumber(value, 1)} bps`);

/** A group as makers or as takers, on all slabs. */
function describeTrading(rows: readonly BookTradingRow[]): Content[] {
  const per = (pick: (row: BookTradingRow) => number) => bps(calculatePerNotional(rows, pick));
  return [
    formatMoney(sum(rows, (row) => row.notionalAtoms)),
    per((row) => row.edgeAtoms),
    per((row) => row.markout5Atoms),
    per((row) => row.markout125Atoms),
    per((row) => row.feesAtoms + row.taxAtoms),
    formatMoney(sum(rows, calculateProfit)),
  ];
}

function renderTrading({ tables }: RunRecord): Markup {
  const groups = groupBy(tables.bookTrading, ({ group, liquidity }) => `${group} as ${liquidity}s`);
  return renderTable(
    'Makers and takers. Gains are per notional against the index at the fill and 5 and 125 slots later, before charges; the profit is at the last undistorted price, after them.',
    [
      { label: 'group' },
      { label: 'traded', kind: 'number' },
      { label: 'at the fill', kind: 'number' },
      { label: 'after 5', kind: 'number' },
      { label: 'after 125', kind: 'number' },
      { label: 'charges', kind: 'number' },
      { label: 'profit', kind: 'number' },
    ],
    [...groups].map(([name, rows]) => [name, ...describeTrading(rows)]),
  );
}

/** What groups made elsewhere, which stands in no other figure of the report. */
function renderOutside({ tables }: RunRecord): Markup | '' {
  const hedged = tables.bookOrders.filter(({ outsideAtoms }) => outsideAtoms !== 0);
  const groups = [...groupBy(hedged, ({ group }) => group)].map(
    ([group, rows]) => `${group} ${formatMoney(sum(rows, (row) => row.outsideAtoms))}`,
  );
  return groups.length === 0
    ? ''
    : html`<p>Outside of the venue, and in none of its figures, hedges made after their costs: ${groups.join(', ')}.</p>`;
}

const count = (value: number) => formatNumber(value);

/** What each guard did, and how full the book got. */
const GUARDS: readonly (readonly [label: string, show: (row: BookRow) => string])[] = [
  ['refused by the kill band', (row) => count(row.killBandRefusals)],
  ['orders frozen for takers', (row) => count(row.freezeSkips)],
  ['rebates withheld', (row) => formatMoney(row.jitWithheldAtoms)],
  ['round-trip tax', (row) => formatMoney(row.taxAtoms)],
  ['pending orders dropped', (row) => count(row.droppedOrders)],
  ['reductions in the band', (row) => count(row.reductions)],
  ['bonds lost', (row) => formatMoney(row.bondsLostAtoms)],
  ['refused: another book', (row) => count(row.staleRefusals)],
  ['refused: full', (row) => count(row.fullRefusals)],
  ['most orders', (row) => `${count(row.ordersPeak)} of ${count(row.ordersCapacity)}`],
];

/** More slabs than this are left to books.csv. */
const SLAB_COLUMNS = 6;

function renderGuards({ tables }: RunRecord): Markup {
  const shown = tables.books.slice(0, SLAB_COLUMNS);
  const rest = tables.books.length > shown.length ? ' The other slabs are in books.csv.' : '';
  return renderTable(
    `How often each guard fired, and how full the books got.${rest}`,
    [{ label: 'guard or limit' }, ...shown.map(({ slab }) => ({ label: slab, kind: 'number' as const }))],
    GUARDS.map(([label, show]) => [label, ...shown.map(show)]),
  );
}

/** What the order books were worth to those who used them; null for a run without one. */
export function renderBookSection(record: RunRecord, summary: Summary, figures: Content): Markup | null {
  if (record.tables.books.length === 0) return null;
  const tiles = TILES.flatMap(([label, name]) => {
    const row = summary.metrics.find((metric) => metric.name === name);
    return row === undefined || row.value === null
      ? []
      : [[label, renderValue(row.value, row.unit, record.slotMs)] as const];
  });
  return html`<section aria-labelledby="book"><h2 id="book">Book quality</h2>
${renderTiles(tiles)}${figures}${renderTrading(record)}${renderOutside(record)}
<h3>Guards and limits</h3>${renderGuards(record)}${renderMetricTable(record, summary, 'book', 'Order books')}</section>
`;
}
