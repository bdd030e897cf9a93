import type { SeriesRow } from '../../sim/record/types.ts';
import {
  defineMetrics,
  groupBySlab,
  type MetricValue,
  maximum,
  minimum,
  sum,
  type View,
} from './definition.ts';

/** Prices of different underlyings do not mix: null unless the view holds exactly one. */
function ofOneUnderlying(view: View, calculate: (rows: SeriesRow[]) => MetricValue): MetricValue {
  const underlyings = new Set(view.slabs.map((info) => info.underlying));
  return underlyings.size === 1 ? calculate(view.tables.series) : null;
}

/** Traded notional of a fill in quote atoms, floored as the engine does: ⌊sizeQ·price / POS_SCALE⌋ in exact integers. */
function notional(sizeQ: number, price: number): number {
  const rest = price % 1_000_000;
  const ofRest = sizeQ * rest;
  const ofWhole = sizeQ * ((price - rest) / 1_000_000);
  return ofRest <= Number.MAX_SAFE_INTEGER && ofWhole <= Number.MAX_SAFE_INTEGER
    ? ofWhole + (ofRest - (ofRest % 1_000_000)) / 1_000_000
    : Number((BigInt(sizeQ) * BigInt(price)) / 1_000_000n);
}

export const marketMetrics = defineMetrics('market', [
  {
    name: 'index_start',
    unit: 'atoms per base',
    formula: 'indexPrice of the first sample; empty for several underlyings',
    source: 'series.csv',
    calculate: (view) => ofOneUnderlying(view, (rows) => rows[0]?.indexPrice ?? null),
  },
  {
    name: 'index_min',
    unit: 'atoms per base',
    formula: 'smallest indexPrice; empty for several underlyings',
    source: 'series.csv',
    calculate: (view) => ofOneUnderlying(view, (rows) => minimum(rows, (row) => row.indexPrice)),
  },
  {
    name: 'index_max',
    unit: 'atoms per base',
    formula: 'largest indexPrice; empty for several underlyings',
    source: 'series.csv',
    calculate: (view) => ofOneUnderlying(view, (rows) => maximum(rows, (row) => row.indexPrice)),
  },
  {
    name: 'distortion_max',
    unit: 'bps',
    formula: 'largest |indexPrice − fundamentalPrice| ÷ fundamentalPrice × 10 000',
    source: 'series.csv',
    calculate: (view) =>
      maximum(
        view.tables.series,
        (row) => (Math.abs(row.indexPrice - row.fundamentalPrice) / row.fundamentalPrice) * 10_000,
      ),
  },
  {
    name: 'open_interest_max',
    unit: 'atoms',
    formula: 'largest openInterestQ·indexPrice ÷ 1 000 000 of each slab, summed',
    source: 'series.csv',
    calculate: (view) =>
      sum(
        [...groupBySlab(view.tables.series).values()],
        (rows) => maximum(rows, (row) => notional(row.openInterestQ, row.indexPrice)) ?? 0,
      ),
  },
  {
    name: 'fills',
    unit: 'count',
    formula: 'trades',
    source: 'fills.csv',
    calculate: (view) => view.tables.fills.length,
  },
  {
    name: 'volume',
    unit: 'atoms',
    formula: 'Σ ⌊sizeQ·executionPrice ÷ 1 000 000⌋',
    source: 'fills.csv',
    calculate: ({ tables }) => {
      let traded = 0;
      for (const { executionPrice, sizeQ } of tables.fills) traded += notional(sizeQ, executionPrice);
      return traded;
    },
  },
]);
