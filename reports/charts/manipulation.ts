import type { AttackRow, SeriesRow } from '../../sim/record/types.ts';
import { ATOMS_PER_QUOTE, formatDuration, formatShort, QUOTE } from '../format.ts';
import { maximum } from '../metrics/definition.ts';
import { capitalise, describeAttacks } from '../metrics/describe.ts';
import { slotsToWithdrawal } from '../metrics/manipulation.ts';
import {
  axisOf,
  besideNames,
  type Chart,
  type ChartInput,
  type ChartTable,
  chooseSlabs,
  describeChoice,
  drawLines,
  encodeSeries,
  type LineOptions,
  limitNames,
  tabulateLines,
} from './chart.ts';

const OUTCOMES = [
  ['attacker: net extracted', (attack: AttackRow) => attack.netExtractedAtoms],
  ['honest: gained or lost by it', (attack: AttackRow) => attack.honestWealthChangeAtoms],
] as const;

/** What each attack took and what it cost the others, by length of warmup. */
export function chartAttacks(input: ChartInput): Chart[] {
  const { record } = input;
  if (record.tables.attacks.length === 0) return [];
  const attacks = record.tables.attacks.toSorted(
    (a, b) =>
      Number(a.attack > b.attack) - Number(a.attack < b.attack) || a.warmupPeriodSlots - b.warmupPeriodSlots,
  );
  const key = (attack: AttackRow) => `${attack.attack} ${attack.warmupPeriodSlots}`;
  const distinct = new Set(attacks.map(key)).size === attacks.length;
  const duration = (slots: number) => formatDuration(slots, record.slotMs);
  const label = (attack: AttackRow) =>
    `${attack.attack}, ${duration(attack.warmupPeriodSlots)}${distinct ? '' : ` (${attack.slab})`}`;
  const names = OUTCOMES.map(([name]) => name);
  const values = attacks.flatMap((attack) =>
    OUTCOMES.map(([name, pick]) => ({ label: label(attack), name, y: pick(attack) / ATOMS_PER_QUOTE })),
  );
  return [
    {
      id: 'attacks',
      finding: capitalise(describeAttacks(attacks, record.slotMs)),
      alt: 'Two bars per attack and length of warmup: what the attacker extracted and how the wealth of everybody else changed.',
      draw: (width) => ({
        width: besideNames(width),
        height: { step: 18 },
        data: { values },
        mark: 'bar',
        encoding: {
          y: {
            field: 'label',
            type: 'nominal',
            sort: attacks.map(label),
            axis: { title: null, labelLimit: limitNames(width) },
          },
          yOffset: { field: 'name', sort: names },
          x: { field: 'y', type: 'quantitative', axis: { ...axisOf(QUOTE, 'money'), grid: true } },
          color: encodeSeries(names, width, [1, 0]).color,
        },
      }),
      table: tabulateAttacks(attacks, duration),
      csv: 'attacks.csv',
    },
  ];
}

/** Columns of money in the attack table. */
const AMOUNTS = [
  ['paid in', 'depositedAtoms'],
  ['taken out', 'withdrawnAtoms'],
  ['bids paid', 'bidsPaidAtoms'],
  ['net extracted', 'netExtractedAtoms'],
  ['honest wealth', 'honestWealthChangeAtoms'],
  ['of it LPs', 'lpWealthChangeAtoms'],
  ['of it insurance', 'insuranceChangeAtoms'],
  ['peak reserve', 'peakReservedAtoms'],
] as const;

function tabulateAttacks(attacks: readonly AttackRow[], duration: (slots: number) => string): ChartTable {
  const amounts = AMOUNTS.map(([name]) => `${name}, ${QUOTE}`);
  return {
    columns: ['attack', 'slab', 'warmup', ...amounts, 'slots to first withdrawal'],
    rows: attacks.map((attack) => [
      attack.attack,
      attack.slab,
      duration(attack.warmupPeriodSlots),
      ...AMOUNTS.map(([, column]) => formatShort(attack[column] / ATOMS_PER_QUOTE)),
      String(slotsToWithdrawal(attack) ?? 'none'),
    ]),
  };
}

/** Profit that the warmup holds back, the price of the defence. */
export function chartReserve(input: ChartInput): Chart[] {
  const reserve = (row: SeriesRow) => (row.pnlPositiveAtoms - row.pnlMaturedAtoms) / ATOMS_PER_QUOTE;
  const peak = (slab: string) => maximum(input.series.get(slab) ?? [], reserve) ?? 0;
  const slabs = chooseSlabs(input, peak);
  if (slabs.length === 0) return [];
  const largest = slabs.reduce((best, slab) => (peak(slab) > peak(best) ? slab : best));
  const warmup = input.record.slabs.find((info) => info.slab === largest)?.warmupPeriodSlots ?? 0;
  const options: LineOptions = {
    lines: slabs.map((slab) => ({ name: slab, rows: input.series.get(slab) ?? [], y: reserve })),
    yTitle: `profit in reserve, ${QUOTE}`,
    yFormat: 'money',
  };
  return [
    {
      id: 'reserve',
      finding: `The warmup held back up to ${formatShort(peak(largest))} ${QUOTE} of profit on ${largest} (warmup ${formatDuration(warmup, input.record.slotMs)})${describeChoice(input, slabs)}`,
      alt: 'Line chart of profit still in reserve over time, one line per slab.',
      draw: drawLines(input, options),
      table: tabulateLines(input, options, formatShort),
      csv: 'series.csv',
    },
  ];
}
