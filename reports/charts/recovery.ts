import type { SeriesRow } from '../../sim/record/types.ts';
import {
  ATOMS_PER_QUOTE,
  formatDuration,
  formatNumber,
  formatPercent,
  formatShort,
  QUOTE,
} from '../format.ts';
import { calculateRunView, maximum, minimum, sum } from '../metrics/definition.ts';
import { calculateEpisodes, calculateModeSpans, SIDES } from '../metrics/recovery.ts';
import {
  besideNames,
  type Chart,
  type ChartInput,
  chooseSlabs,
  describeChoice,
  drawLines,
  encodeSeries,
  encodeTime,
  type LineOptions,
  limitNames,
  tabulateLines,
} from './chart.ts';

const MODES = ['Normal', 'DrainOnly', 'ResetPending'] as const;

/** When each side was in which mode, for slabs where any side left Normal. */
export function chartModes(input: ChartInput): Chart[] {
  const { record, time } = input;
  const view = calculateRunView(record);
  const episodes = calculateEpisodes(view);
  const outside = (slab: string) =>
    sum(
      episodes.filter((episode) => episode.slab === slab),
      (episode) => episode.to - episode.from + 1,
    );
  const slabs = chooseSlabs(input, outside);
  if (slabs.length === 0) return [];
  const longest = episodes.reduce((best, episode) =>
    episode.to - episode.from > best.to - best.from ? episode : best,
  );
  const length = formatDuration(longest.to - longest.from, record.slotMs);
  const spans = calculateModeSpans(view).filter((span) => slabs.includes(span.slab) && span.to > span.from);
  const sides = slabs.flatMap((slab) => SIDES.map((side) => `${slab} ${side}`));
  const values = spans.map((span) => ({
    side: `${span.slab} ${span.side}`,
    name: span.mode,
    x: time.of(span.from),
    x2: time.of(span.to),
  }));
  return [
    {
      id: 'modes',
      finding: `${longest.slab} ${longest.side}s were out of Normal for ${longest.censored ? `at least ${length}, to the end` : length}${describeChoice(input, slabs)}`,
      alt: 'One strip per side of each slab over time, coloured by mode: Normal, DrainOnly (no new positions), ResetPending (waiting for accounts to settle).',
      draw: (width) => ({
        width: besideNames(width),
        height: { step: 26 },
        data: { values },
        mark: { type: 'bar', height: 16 },
        encoding: {
          y: {
            field: 'side',
            type: 'nominal',
            sort: sides,
            axis: { title: null, labelLimit: limitNames(width) },
          },
          x: encodeTime(time),
          x2: { field: 'x2' },
          color: encodeSeries(MODES, width, [5, 1, 0]).color,
        },
      }),
      table: {
        columns: ['slab', 'side', 'mode', `from, ${time.title}`, 'lasted'],
        rows: spans
          .slice(0, 60)
          .map((span) => [
            span.slab,
            span.side,
            span.mode,
            String(time.of(span.from)),
            `${formatDuration(span.to - span.from, record.slotMs)}${span.open ? ' (to the end)' : ''}`,
          ]),
      },
      csv: 'resets.csv',
    },
  ];
}

const leastA = (rows: readonly SeriesRow[]) =>
  minimum(rows, (row) => Math.min(row.aLong, row.aShort)) ?? 1_000_000;

/** What is left of positions on each side: A as a share of one. */
export function chartMultiplier(input: ChartInput): Chart[] {
  const slabs = chooseSlabs(input, (slab) => 1 - leastA(input.series.get(slab) ?? []) / 1_000_000);
  if (slabs.length === 0) return [];
  const worst = slabs.reduce((low, slab) =>
    leastA(input.series.get(slab)!) < leastA(input.series.get(low)!) ? slab : low,
  );
  const least = leastA(input.series.get(worst)!) / 1_000_000;
  const side = input.series.get(worst)!.some((row) => row.aLong / 1_000_000 === least) ? 'longs' : 'shorts';
  const logarithmic = least < 0.1;
  const decades = [0.000001, 0.00001, 0.0001, 0.001, 0.01, 0.1, 1].filter((step) => step * 10 > least);
  const options: LineOptions = {
    lines: slabs.flatMap((slab, at) =>
      SIDES.map((name, dash) => ({
        name: `${slab} ${name}s`,
        rows: input.series.get(slab)!,
        y: (row: SeriesRow) => (name === 'long' ? row.aLong : row.aShort) / 1_000_000,
        colour: at,
        dash,
      })),
    ),
    yTitle: 'share of each position left (A)',
    yFormat: logarithmic ? '~%' : '.0%',
    yScale: logarithmic ? { type: 'log', domain: [decades[0], 1] } : { domain: [0, 1] },
    ...(logarithmic && { ticks: decades }),
    step: true,
  };
  return [
    {
      id: 'multiplier',
      finding: `Liquidations of the other side left ${formatPercent(least)} of each position that ${side} of ${worst} held${describeChoice(input, slabs)}`,
      alt: 'Step chart of the multiplier A per side over time: it falls when the other side is liquidated and returns to 100 % with a reset.',
      draw: drawLines(input, options),
      table: tabulateLines(input, options, formatPercent),
      csv: 'series.csv',
    },
  ];
}

/** Accounts of an earlier epoch that wait for settlement. */
export function chartStale(input: ChartInput): Chart[] {
  const stale = (row: SeriesRow) => row.staleLong + row.staleShort;
  const peak = (slab: string) => maximum(input.series.get(slab) ?? [], stale) ?? 0;
  const slabs = chooseSlabs(input, peak);
  if (slabs.length === 0) return [];
  const worst = slabs.reduce((best, slab) => (peak(slab) > peak(best) ? slab : best));
  const left = sum(slabs, (slab) => stale(input.series.get(slab)!.at(-1)!));
  const options: LineOptions = {
    lines: slabs.map((slab) => ({ name: slab, rows: input.series.get(slab)!, y: stale })),
    yTitle: 'accounts waiting for settlement',
    yFormat: '~s',
    step: true,
  };
  return [
    {
      id: 'stale',
      finding: `Up to ${formatNumber(peak(worst))} accounts of ${worst} waited for settlement; ${left === 0 ? 'none was left at the end' : `${formatNumber(left)} still did at the end`}${describeChoice(input, slabs)}`,
      alt: 'Step chart of the number of stale accounts over time, one line per slab; a reset is complete when it reaches 0.',
      draw: drawLines(input, options),
      table: tabulateLines(input, options, formatNumber),
      csv: 'series.csv',
    },
  ];
}

/** The insurance fund of slabs where it moved. */
export function chartInsurance(input: ChartInput): Chart[] {
  const fund = (row: SeriesRow) => row.insuranceAtoms / ATOMS_PER_QUOTE;
  const swing = (slab: string) => {
    const rows = input.series.get(slab) ?? [];
    return (maximum(rows, fund) ?? 0) - (minimum(rows, fund) ?? 0);
  };
  const slabs = chooseSlabs(input, swing);
  if (slabs.length === 0) return [];
  const spent = maximum(input.record.tables.series, (row) => row.insuranceSpentAtoms) ?? 0;
  const most = slabs.reduce((best, slab) => (swing(slab) > swing(best) ? slab : best));
  const rows = input.series.get(most)!;
  const options: LineOptions = {
    lines: slabs.map((slab) => ({ name: slab, rows: input.series.get(slab)!, y: fund })),
    yTitle: `insurance fund, ${QUOTE}`,
    yFormat: 'money',
  };
  return [
    {
      id: 'insurance',
      finding: `The insurance fund of ${most} went from ${formatShort(fund(rows[0]!))} to ${formatShort(fund(rows.at(-1)!))} ${QUOTE}${spent === 0 ? ' and paid no deficit' : ''}${describeChoice(input, slabs)}`,
      alt: 'Line chart of the insurance fund over time, one line per slab.',
      draw: drawLines(input, options),
      table: tabulateLines(input, options, formatShort),
      csv: 'series.csv',
    },
  ];
}
