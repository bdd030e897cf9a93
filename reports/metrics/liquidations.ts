import { defineMetrics, type MetricValue, minimum, sum, type View } from './definition.ts';

const rows = (view: View) => view.tables.liquidations;
const secondsOf = (view: View, slot: MetricValue) =>
  slot === null ? null : (slot * view.record.slotMs) / 1000;

export const liquidationMetrics = defineMetrics('liquidations', [
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
    calculate: (view) => rows(view).filter((row) => row.deficitAtoms > 0).length,
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
    calculate: (view) =>
      secondsOf(
        view,
        minimum(rows(view), (row) => row.slot),
      ),
  },
  {
    name: 'first_bankrupt_seconds',
    unit: 'seconds',
    formula: 'smallest slot with deficitAtoms > 0 × slot length',
    source: 'liquidations.csv',
    calculate: (view) =>
      secondsOf(
        view,
        minimum(rows(view), (row) => (row.deficitAtoms > 0 ? row.slot : null)),
      ),
  },
]);
