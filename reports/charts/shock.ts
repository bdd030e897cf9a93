import type { LiquidationRow, SeriesRow } from '../../sim/record/types.ts';
import {
  ATOMS_PER_QUOTE,
  formatDuration,
  formatMoney,
  formatNumber,
  formatPercent,
  formatShort,
  QUOTE,
} from '../format.ts';
import { maximum } from '../metrics/definition.ts';
import {
  axisOf,
  type Chart,
  type ChartInput,
  chooseSlabs,
  describeChoice,
  drawLines,
  encodeSeries,
  encodeTime,
  type LineOptions,
  tabulateLines,
} from './chart.ts';

/** Price in quote tokens per base. */
const quote = (price: number) => price / ATOMS_PER_QUOTE;
const decimalsFor = (price: number) => (price >= 1000 ? 0 : price >= 1 ? 2 : 6);
const formatPrice = (price: number) => formatNumber(quote(price), decimalsFor(quote(price)));

function describePrice(input: ChartInput, underlying: string, rows: readonly SeriesRow[]): string {
  const first = rows[0]!;
  const farthest = rows.reduce((far, row) =>
    Math.abs(row.fundamentalPrice - first.fundamentalPrice) >
    Math.abs(far.fundamentalPrice - first.fundamentalPrice)
      ? row
      : far,
  );
  const move = farthest.fundamentalPrice / first.fundamentalPrice - 1;
  const distorted = rows.reduce((far, row) => (distortion(row) > distortion(far) ? row : far));
  const moved =
    move === 0
      ? `${underlying} stayed at ${formatPrice(first.fundamentalPrice)} ${QUOTE}`
      : `${underlying} ${move < 0 ? 'fell' : 'rose'} by ${formatPercent(Math.abs(move))} from ${formatPrice(first.fundamentalPrice)} to ${formatPrice(
          farthest.fundamentalPrice,
        )} ${QUOTE} within ${formatDuration(farthest.slot, input.record.slotMs)}`;
  return distortion(distorted) === 0
    ? moved
    : `${moved}; the index was off by up to ${formatPercent(distortion(distorted))}`;
}

const distortion = (row: SeriesRow) => Math.abs(row.indexPrice / row.fundamentalPrice - 1);

/** Index and undistorted price, one chart per underlying (slabs of one underlying share both). */
export function chartPrices(input: ChartInput): Chart[] {
  const firstSlab = new Map<string, string>();
  for (const info of input.record.slabs) {
    if (!firstSlab.has(info.underlying)) firstSlab.set(info.underlying, info.slab);
  }
  return [...firstSlab].flatMap(([underlying, slab], at) => {
    const rows = input.series.get(slab) ?? [];
    if (rows.length === 0) return [];
    const fundamental = {
      name: 'undistorted price',
      rows,
      y: (row: SeriesRow) => quote(row.fundamentalPrice),
      colour: 0,
    };
    const index = {
      name: 'index (what the engine was told)',
      rows,
      y: (row: SeriesRow) => quote(row.indexPrice),
      colour: 1,
    };
    const same = rows.every((row) => row.indexPrice === row.fundamentalPrice);
    const options: LineOptions = {
      lines: same ? [{ ...fundamental, name: 'index = undistorted price' }] : [index, fundamental],
      yTitle: `${QUOTE} per ${underlying}`,
      yFormat: 'money',
      yScale: { zero: false },
    };
    return [
      {
        id: `price-${at}`,
        finding: describePrice(input, underlying, rows),
        alt: `Line chart of the price of ${underlying} over time, with the index beside it where the two differ.`,
        draw: drawLines(input, options),
        table: tabulateLines(input, options, (y) => formatNumber(y, decimalsFor(y))),
        csv: 'series.csv',
      },
    ];
  });
}

/** Open interest of each slab in quote tokens. */
export function chartOpenInterest(input: ChartInput): Chart[] {
  const notional = (row: SeriesRow) => (row.openInterestQ / 1_000_000) * quote(row.indexPrice);
  const peak = (slab: string) => maximum(input.series.get(slab) ?? [], notional) ?? 0;
  const slabs = chooseSlabs(input, peak);
  if (slabs.length === 0) return [];
  const options: LineOptions = {
    lines: slabs.map((slab) => ({ name: slab, rows: input.series.get(slab) ?? [], y: notional })),
    yTitle: `open interest, ${QUOTE}`,
    yFormat: 'money',
  };
  const largest = slabs.reduce((best, slab) => (peak(slab) > peak(best) ? slab : best));
  const end = notional(input.series.get(largest)!.at(-1)!);
  return [
    {
      id: 'open-interest',
      finding: `Open interest of ${largest} peaked at ${formatShort(peak(largest))} ${QUOTE} and ended at ${formatShort(end)} ${QUOTE}${describeChoice(input, slabs)}`,
      alt: 'Line chart of open interest over time, one line per slab.',
      draw: drawLines(input, options),
      table: tabulateLines(input, options, formatShort),
      csv: 'series.csv',
    },
  ];
}

const BINS = 48;

/** Liquidated notional per stretch of time, bankrupt accounts apart. */
function binLiquidations(input: ChartInput, width: number) {
  const kinds = ['bankrupt', 'left with capital'] as const;
  const bins = Array.from({ length: Math.ceil(input.record.slotsDone / width) }, (_, at) => ({
    from: at * width,
    atoms: { bankrupt: 0, 'left with capital': 0 },
  }));
  const kindOf = (row: LiquidationRow) => (row.deficitAtoms > 0 ? 'bankrupt' : 'left with capital');
  for (const row of input.record.tables.liquidations) {
    const bin = bins[Math.min(bins.length - 1, Math.floor(row.slot / width))];
    if (bin) bin.atoms[kindOf(row)] += row.notionalAtoms;
  }
  return { kinds, bins };
}

export function chartLiquidations(input: ChartInput): Chart[] {
  const { record, time } = input;
  if (record.tables.liquidations.length === 0) return [];
  const slots = Math.max(1, Math.ceil(record.slotsDone / BINS));
  const { kinds, bins } = binLiquidations(input, slots);
  const total = (bin: (typeof bins)[number]) => bin.atoms.bankrupt + bin.atoms['left with capital'];
  const peak = bins.reduce((best, bin) => (total(bin) > total(best) ? bin : best));
  const values = bins.flatMap((bin) => {
    const x = time.of(bin.from);
    const x2 = Math.min(time.of(bin.from + slots), time.end);
    const bankrupt = bin.atoms.bankrupt / ATOMS_PER_QUOTE;
    return [
      { name: 'bankrupt', x, x2, y: 0, y2: bankrupt },
      { name: 'left with capital', x, x2, y: bankrupt, y2: total(bin) / ATOMS_PER_QUOTE },
    ];
  });
  const length = formatDuration(slots, record.slotMs);
  const yTitle = `liquidated notional per ${length}, ${QUOTE}`;
  return [
    {
      id: 'liquidations',
      finding: `Liquidations peaked at ${formatMoney(total(peak))} of notional within ${length}, ${formatDuration(peak.from, record.slotMs)} after the start`,
      alt: `Stacked bars of the notional liquidated in each ${length}, bankrupt accounts apart from those left with capital.`,
      draw: (width) => ({
        width,
        height: 200,
        data: { values },
        mark: { type: 'rect', stroke: 'var(--page)', strokeWidth: 0.5 },
        encoding: {
          x: encodeTime(time),
          x2: { field: 'x2' },
          y: { field: 'y', type: 'quantitative', axis: axisOf(yTitle, 'money') },
          y2: { field: 'y2' },
          color: encodeSeries(kinds, width, [1, 0]).color,
        },
      }),
      table: {
        columns: [`from, ${time.title}`, ...kinds.map((name) => `${name}, ${QUOTE}`)],
        rows: bins
          .filter((bin) => total(bin) > 0)
          .map((bin) => [
            String(time.of(bin.from)),
            ...kinds.map((name) => formatShort(bin.atoms[name] / ATOMS_PER_QUOTE)),
          ]),
      },
      csv: 'liquidations.csv',
    },
  ];
}
