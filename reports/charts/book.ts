import type { BookSeriesRow } from '../../sim/record/types.ts';
import { ATOMS_PER_QUOTE, formatNumber, formatPercent, formatShort, QUOTE } from '../format.ts';
import { calculateSpread, isQuoted } from '../metrics/book.ts';
import { groupBySlab, maximum, sum } from '../metrics/definition.ts';
import {
  type Chart,
  type ChartInput,
  describeChoice,
  drawLines,
  type Line,
  type LineOptions,
  tabulateLines,
} from './chart.ts';

/** Two lines a slab: more would be a tangle. */
const SLABS_SHOWN = 3;
const BPS = 10_000;
const Q_PER_BASE = 1_000_000;

interface Shown {
  /** Of the first few slabs that have a book. */
  slabs: [slab: string, rows: BookSeriesRow[]][];
  /** Names a line; the slab is left out if there is only one. */
  name(slab: string, what: string): string;
  choice: string;
}

function chooseBooks(input: ChartInput): Shown {
  const all = [...groupBySlab(input.record.tables.bookSeries)];
  const slabs = all.slice(0, SLABS_SHOWN);
  const names = slabs.map(([slab]) => slab);
  const isAlone = input.record.slabs.length === 1;
  return {
    slabs,
    name: (slab, what) => (isAlone ? what : `${slab} ${what}`),
    choice: describeChoice(input, names),
  };
}

/** Two lines of each slab in one colour, told apart by their dash. */
function pairLines(
  { name, slabs }: Shown,
  pair: readonly [Pick<Line<BookSeriesRow>, 'name' | 'y'>, Pick<Line<BookSeriesRow>, 'name' | 'y'>],
): Line<BookSeriesRow>[] {
  return slabs.flatMap(([slab, rows], colour) =>
    pair.map(({ name: what, y }, dash) => ({ name: name(slab, what), rows, y, colour, dash })),
  );
}

/** Best bid and ask against the index: the spread, and which way the book leans. */
export function chartQuotes(input: ChartInput): Chart[] {
  const shown = chooseBooks(input);
  const quoted = input.record.tables.bookSeries.filter(isQuoted);
  if (quoted.length === 0) return [];
  const distance = (price: number | null, row: BookSeriesRow) =>
    price === null ? null : (price / row.indexPrice - 1) * BPS;
  const options: LineOptions<BookSeriesRow> = {
    lines: pairLines(shown, [
      { name: 'best ask', y: (row) => distance(row.bestAsk, row) },
      { name: 'best bid', y: (row) => distance(row.bestBid, row) },
    ]),
    yTitle: 'distance from the index, bps',
    yFormat: '~s',
    rule: { y: 0, label: 'index' },
    step: true,
  };
  const mean = sum(quoted, calculateSpread) / quoted.length;
  const widest = maximum(quoted, calculateSpread) ?? 0;
  const share = formatPercent(quoted.length / input.record.tables.bookSeries.length);
  return [
    {
      id: 'quotes',
      finding: `The book quoted both sides ${share} of the time, ${formatNumber(mean, 1)} bps apart on average and ${formatNumber(widest, 1)} bps at most${shown.choice}`,
      alt: 'Line chart of the best bid and the best ask over time, in basis points from the index.',
      draw: drawLines(input, options),
      table: tabulateLines(input, options, (y) => formatNumber(y, 1)),
      csv: 'book_series.csv',
    },
  ];
}

/** What can be traded near the middle of the book. */
export function chartDepth(input: ChartInput): Chart[] {
  const shown = chooseBooks(input);
  if (shown.slabs.length === 0) return [];
  const worth = (sizeQ: number, row: BookSeriesRow) =>
    ((sizeQ / Q_PER_BASE) * row.indexPrice) / ATOMS_PER_QUOTE;
  const options: LineOptions<BookSeriesRow> = {
    lines: pairLines(shown, [
      { name: 'asks', y: (row) => worth(row.askDepthQ, row) },
      { name: 'bids', y: (row) => worth(row.bidDepthQ, row) },
    ]),
    yTitle: `depth, ${QUOTE}`,
    yFormat: 'money',
    step: true,
  };
  const rows = input.record.tables.bookSeries;
  const least = (row: BookSeriesRow) => worth(Math.min(row.askDepthQ, row.bidDepthQ), row);
  const thin = Math.min(...rows.slice(rows.findIndex(isQuoted)).map(least));
  const mean = sum(rows, (row) => worth((row.askDepthQ + row.bidDepthQ) / 2, row)) / rows.length;
  const bands = [...new Set(input.record.tables.books.map(({ depthBandBps }) => depthBandBps))];
  const band = bands.map((bps) => `${formatNumber(bps / 100, bps % 100 === 0 ? 0 : 2)} %`).join(' or ');
  return [
    {
      id: 'depth',
      finding: `A side held ${formatShort(mean)} ${QUOTE} within ${band} of the mid on average, and ${formatShort(thin)} ${QUOTE} at worst${shown.choice}`,
      alt: 'Line chart of the quantity of asks and of bids near the mid over time, at the index.',
      draw: drawLines(input, options),
      table: tabulateLines(input, options, formatShort),
      csv: 'book_series.csv',
    },
  ];
}
