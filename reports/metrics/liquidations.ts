import type { LiquidationRow } from '../../sim/record/types.ts';
import { calculateRatio, defineMetrics, type MetricValue, minimum, sum, type View } from './definition.ts';

const rows = (view: View) => view.tables.liquidations;
const bankruptRows = (view: View) => rows(view).filter((row) => row.deficitAtoms > 0);
const secondsOf = (view: View, slot: MetricValue) =>
  slot === null ? null : (slot * view.record.slotMs) / 1000;
const firstSlot = (of: readonly LiquidationRow[]) => minimum(of, (row) => row.slot);

/** Slot by which at least half of the rows' notional was closed; null without any. */
function calculateMedianSlot(of: readonly LiquidationRow[]): MetricValue {
  const half = sum(of, (row) => row.notionalAtoms) / 2;
  let closed = 0;
  for (const row of of.toSorted((a, b) => a.slot - b.slot)) {
    closed += row.notionalAtoms;
    if (closed >= half) return row.slot;
  }
  return null;
}

const allMetrics = defineMetrics('liquidations', [
  {
    name: 'count',
    unit: 'count',
    formula: 'liquidations, full and partial',
    source: 'liquidations.csv',
    calculate: (view) => rows(view).length,
  },
  {
    name: 'partial',
    unit: 'count',
    formula: 'liquidations with full = false',
    source: 'liquidations.csv',
    calculate: (view) => rows(view).filter((row) => !row.full).length,
  },
  {
    name: 'accounts',
    unit: 'count',
    formula: 'distinct accounts liquidated',
    source: 'liquidations.csv',
    calculate: (view) => new Set(rows(view).map((row) => `${row.slab} ${row.account}`)).size,
  },
  {
    name: 'bankrupt',
    unit: 'count',
    formula: 'liquidations with deficitAtoms > 0',
    source: 'liquidations.csv',
    calculate: (view) => bankruptRows(view).length,
  },
  {
    name: 'notional',
    unit: 'atoms',
    formula: 'Σ notionalAtoms: closed size at the index price',
    source: 'liquidations.csv',
    calculate: (view) => sum(rows(view), (row) => row.notionalAtoms),
  },
  {
    name: 'notional_long',
    unit: 'atoms',
    formula: 'Σ notionalAtoms of liquidated longs',
    source: 'liquidations.csv',
    calculate: (view) =>
      sum(
        rows(view).filter((row) => row.side === 'long'),
        (row) => row.notionalAtoms,
      ),
  },
  {
    name: 'deficit',
    unit: 'atoms',
    formula: 'Σ deficitAtoms: losses beyond the accounts’ capital',
    source: 'liquidations.csv',
    calculate: (view) => sum(rows(view), (row) => row.deficitAtoms),
  },
  {
    name: 'fees',
    unit: 'atoms',
    formula: 'Σ feePaidAtoms',
    source: 'liquidations.csv',
    calculate: (view) => sum(rows(view), (row) => row.feePaidAtoms),
  },
  {
    name: 'first_seconds',
    unit: 'seconds',
    formula: 'smallest slot × slot length',
    source: 'liquidations.csv',
    calculate: (view) => secondsOf(view, firstSlot(rows(view))),
  },
]);

/** Closed too late: what an exchange with deleveraging would have had to take from the other side. */
const bankruptMetrics = defineMetrics('liquidations', [
  {
    name: 'bankrupt_notional',
    unit: 'atoms',
    formula: 'Σ notionalAtoms of liquidations with deficitAtoms > 0',
    source: 'liquidations.csv',
    calculate: (view) => sum(bankruptRows(view), (row) => row.notionalAtoms),
  },
  {
    name: 'bankrupt_price_mean',
    unit: 'atoms per base',
    formula:
      'Σ notionalAtoms ÷ Σ closedQ × 1 000 000 of liquidations with deficitAtoms > 0; empty for several underlyings',
    source: 'liquidations.csv',
    calculate: (view) => {
      if (new Set(view.slabs.map((info) => info.underlying)).size !== 1) return null;
      const closed = bankruptRows(view);
      const notionalMicroatoms = sum(closed, (row) => row.notionalAtoms) * 1_000_000;
      return calculateRatio(
        notionalMicroatoms,
        sum(closed, (row) => row.closedQ),
      );
    },
  },
  {
    name: 'first_bankrupt_seconds',
    unit: 'seconds',
    formula: 'smallest slot with deficitAtoms > 0 × slot length',
    source: 'liquidations.csv',
    calculate: (view) => secondsOf(view, firstSlot(bankruptRows(view))),
  },
  {
    name: 'bankrupt_delay_seconds',
    unit: 'seconds',
    formula: '(smallest slot with deficitAtoms > 0 − smallest slot) × slot length',
    source: 'liquidations.csv',
    calculate: (view) => {
      const [first, firstBankrupt] = [firstSlot(rows(view)), firstSlot(bankruptRows(view))];
      return secondsOf(view, first === null || firstBankrupt === null ? null : firstBankrupt - first);
    },
  },
  {
    name: 'bankrupt_median_seconds',
    unit: 'seconds',
    formula: 'slot by which half of bankrupt_notional was closed × slot length',
    source: 'liquidations.csv',
    calculate: (view) => secondsOf(view, calculateMedianSlot(bankruptRows(view))),
  },
]);

export const liquidationMetrics = [...allMetrics, ...bankruptMetrics];
