import type { ExitRow, SeriesRow } from '../../sim/record/types.ts';
import {
  ATOMS_PER_QUOTE,
  formatMoney,
  formatNumber,
  formatPercent,
  formatRatio,
  formatShort,
  QUOTE,
} from '../format.ts';
import { groupBy, groupBySlab, lastSeriesRows, minimum, sum } from '../metrics/definition.ts';
import { H_TARGET } from '../metrics/thresholds.ts';
import {
  axisOf,
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
import type { Spec } from './render.ts';

/** Falls of h smaller than this are the rounding of a single atom. */
const FALL_MIN = 0.0001;

const lowest = (rows: readonly SeriesRow[]) =>
  minimum(rows, (row) => Math.min(row.hStored, row.hCranked ?? 1)) ?? 1;

/** Stored and cranked h of the slabs where either fell. */
export function chartHaircut(input: ChartInput): Chart[] {
  const slabs = chooseSlabs(input, (slab) =>
    Math.max(0, 1 - FALL_MIN - lowest(input.series.get(slab) ?? [])),
  );
  if (slabs.length === 0) return [];
  const worst = slabs.reduce((low, slab) =>
    lowest(input.series.get(slab)!) < lowest(input.series.get(low)!) ? slab : low,
  );
  const rows = input.series.get(worst)!;
  const stored = minimum(rows, (row) => row.hStored) ?? 1;
  const cranked = minimum(rows, (row) => row.hCranked);
  const options: LineOptions = {
    lines: slabs.flatMap((slab, at) => [
      {
        name: `${slab}, stored`,
        rows: input.series.get(slab)!,
        y: (row) => row.hStored,
        colour: at,
        dash: 0,
      },
      {
        name: `${slab}, cranked`,
        rows: input.series.get(slab)!,
        y: (row) => row.hCranked,
        colour: at,
        dash: 2,
      },
    ]),
    yTitle: 'h (share of matured profit that is backed)',
    yFormat: '.3~f',
    yScale: { zero: false, domainMax: 1 },
    rule: { y: H_TARGET, label: `target ${H_TARGET}` },
  };
  const after =
    cranked === null ? '' : `; settling everybody would have shown ${formatRatio(cranked)} at worst`;
  return [
    {
      id: 'haircut',
      finding: `h of ${worst} fell to ${formatRatio(stored)}${after}${describeChoice(input, slabs)}`,
      alt: 'Line chart of h over time per slab: solid as stored, dotted as it would be with every account settled.',
      draw: drawLines(input, options),
      table: tabulateLines(input, options, formatRatio),
      csv: 'series.csv',
    },
  ];
}

const EXITS_MAX = 300;

/** Each conversion: when, at what payout ratio, how large. */
export function chartPayouts(input: ChartInput): Chart[] {
  const { record, time, summary } = input;
  const exits = record.tables.exits.filter((exit) => exit.kind === 'convert' && exit.amountAtoms > 0);
  const cut = (exit: ExitRow) => exit.amountAtoms - exit.paidAtoms;
  const bySlab = groupBySlab(exits);
  const slabs = chooseSlabs(input, (slab) => {
    const claims = sum(bySlab.get(slab) ?? [], (exit) => exit.amountAtoms);
    return Math.max(0, sum(bySlab.get(slab) ?? [], cut) - FALL_MIN * claims);
  });
  if (slabs.length === 0) return [];
  const metric = (name: string) => summary.metrics.find((row) => row.name === name)?.value ?? null;
  const percent = (name: string) => formatPercent(metric(`haircut.${name}`) ?? 1);
  const largest = exits
    .filter((exit) => slabs.includes(exit.slab))
    .toSorted((a, b) => b.amountAtoms - a.amountAtoms)
    .slice(0, EXITS_MAX);
  const values = largest.map((exit) => ({
    name: exit.slab,
    x: time.of(exit.slot),
    y: exit.paidAtoms / exit.amountAtoms,
    size: exit.amountAtoms / ATOMS_PER_QUOTE,
  }));
  return [
    {
      id: 'payouts',
      finding: `Conversions were paid ${percent('payout_ratio')}, the worst ${percent('payout_ratio_min')}; the first tenth of claims ${percent('payout_first_decile')}, the last ${percent('payout_last_decile')}${describeChoice(input, slabs)}`,
      alt: 'Each circle is one conversion of released profit: time across, payout ratio up, area by claim.',
      draw: (width) => ({
        width,
        height: 220,
        data: { values },
        mark: { type: 'point', filled: true, opacity: 0.55 },
        encoding: {
          x: encodeTime(time),
          y: {
            field: 'y',
            type: 'quantitative',
            axis: axisOf('paid ÷ released', '.0%'),
            scale: { zero: false, domainMax: 1 },
          },
          size: { field: 'size', type: 'quantitative', scale: { range: [20, 500] }, legend: null },
          color: encodeSeries(slabs, width).color,
        },
      }),
      table: {
        columns: ['slab', 'group', time.title, `released, ${QUOTE}`, 'paid ÷ released', 'stored h'],
        rows: largest
          .slice(0, 40)
          .map((exit) => [
            exit.slab,
            exit.group,
            String(time.of(exit.slot)),
            formatShort(exit.amountAtoms / ATOMS_PER_QUOTE),
            formatPercent(exit.paidAtoms / exit.amountAtoms),
            formatRatio(exit.hStored),
          ]),
      },
      csv: 'exits.csv',
    },
  ];
}

const BEARERS = [
  ['insurance', (row: SeriesRow) => row.insuranceSpentAtoms],
  ['longs through K', (row: SeriesRow) => row.socializedLongAtoms],
  ['shorts through K', (row: SeriesRow) => row.socializedShortAtoms],
  ['uninsured (lowers h)', (row: SeriesRow) => row.uninsuredAtoms],
] as const;

/** Deficits of bankrupt accounts by who carried them. */
export function chartBearers(input: ChartInput): Chart[] {
  const { record } = input;
  const rows = lastSeriesRows({ record, slabs: record.slabs, tables: record.tables });
  const deficit = (row: SeriesRow) => sum(BEARERS, ([, pick]) => pick(row));
  const shown = chooseSlabs(input, (slab) =>
    sum(
      rows.filter((row) => row.slab === slab),
      deficit,
    ),
  );
  if (shown.length === 0) return [];
  const kept = rows.filter((row) => shown.includes(row.slab));
  const involved = BEARERS.map((_, at) => at).filter((at) => sum(kept, BEARERS[at]![1]) > 0);
  const names = involved.map((at) => BEARERS[at]![0]);
  const total = sum(rows, deficit);
  const shares = BEARERS.map(([name, pick]) => ({ name, share: sum(rows, pick) / total }))
    .filter(({ share }) => share > 0)
    .map(({ name, share }) => `${name} ${formatPercent(share)}`);
  const values = kept.flatMap((row) =>
    BEARERS.map(([name, pick], order) => ({ slab: row.slab, name, order, y: pick(row) / ATOMS_PER_QUOTE })),
  );
  return [
    {
      id: 'bearers',
      finding: `Bankrupt accounts left ${formatMoney(total)}: ${shares.join(', ')}${describeChoice(input, shown)}`,
      alt: 'One bar per slab, divided by who carried the deficits of bankrupt accounts.',
      draw: (width) => drawBars(values, shown, encodeSeries(names, width, involved).color, width),
      table: {
        columns: ['slab', ...BEARERS.map(([name]) => `${name}, ${QUOTE}`)],
        rows: kept.map((row) => [
          row.slab,
          ...BEARERS.map(([, pick]) => formatShort(pick(row) / ATOMS_PER_QUOTE)),
        ]),
      },
      csv: 'series.csv',
    },
  ];
}

function drawBars(values: object[], slabs: readonly string[], color: Spec, width: number): Spec {
  return {
    width: besideNames(width),
    height: { step: 36 },
    data: { values },
    mark: { type: 'bar', stroke: 'var(--page)', strokeWidth: 1 },
    encoding: {
      y: {
        field: 'slab',
        type: 'nominal',
        sort: slabs,
        axis: { title: null, labelLimit: limitNames(width) },
      },
      x: {
        field: 'y',
        type: 'quantitative',
        stack: true,
        axis: { ...axisOf(`deficits, ${QUOTE}`, 'money'), grid: true },
      },
      order: { field: 'order' },
      color,
    },
  };
}

/** Wealth gained or lost by each group, all slabs together. */
export function chartGroups(input: ChartInput): Chart[] {
  const groups = groupBy(input.record.tables.groups, (row) => row.group);
  if (groups.size === 0) return [];
  const rows = [...groups].map(([group, members]) => ({
    group,
    net: sum(members, (row) => row.netAtoms),
    deposited: sum(members, (row) => row.depositedAtoms),
    accounts: sum(members, (row) => row.accounts),
    fees: sum(members, (row) => row.feesPaidAtoms),
    liquidated: sum(members, (row) => row.liquidatedAccounts),
  }));
  rows.sort((a, b) => b.net - a.net || (a.group < b.group ? -1 : 1));
  const best = rows[0]!;
  const worst = rows.at(-1)!;
  const describe = (row: (typeof rows)[number]) =>
    `${row.group} ${row.net < 0 ? 'lost' : 'gained'} ${formatMoney(Math.abs(row.net))}`;
  const values = rows.map((row) => ({
    group: row.group,
    y: row.net / ATOMS_PER_QUOTE,
    name: row.net < 0 ? 'lost' : 'gained',
  }));
  return [
    {
      id: 'groups',
      finding: best === worst ? describe(best) : `${describe(best)}, ${describe(worst)}`,
      alt: 'One bar per group of participants: wealth at the end, at the undistorted price, less what it paid in.',
      draw: (width) => ({
        width: besideNames(width),
        height: { step: 26 },
        data: { values },
        mark: 'bar',
        encoding: {
          y: {
            field: 'group',
            type: 'nominal',
            sort: rows.map((row) => row.group),
            axis: { title: null, labelLimit: limitNames(width) },
          },
          x: {
            field: 'y',
            type: 'quantitative',
            axis: { ...axisOf(`wealth gained or lost, ${QUOTE}`, 'money'), grid: true },
          },
          color: { ...encodeSeries(['gained', 'lost'], width).color, legend: null },
        },
      }),
      table: {
        columns: [
          'group',
          'accounts',
          'liquidated',
          `paid in, ${QUOTE}`,
          `fees, ${QUOTE}`,
          `gained or lost, ${QUOTE}`,
        ],
        rows: rows.map((row) => [
          row.group,
          formatNumber(row.accounts),
          formatNumber(row.liquidated),
          formatShort(row.deposited / ATOMS_PER_QUOTE),
          formatShort(row.fees / ATOMS_PER_QUOTE),
          formatShort(row.net / ATOMS_PER_QUOTE),
        ]),
      },
      csv: 'groups.csv',
    },
  ];
}
