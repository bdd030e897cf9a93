import type { SideName } from '../../sim/record/types.ts';
import {
  defineMetrics,
  groupBySlab,
  type MetricDefinition,
  type MetricValue,
  sum,
  type View,
} from './definition.ts';

const removed = (view: View, bankrupt: boolean) =>
  sum(
    view.tables.liquidations.filter((row) => row.deficitAtoms > 0 === bankrupt),
    (row) => row.notionalAtoms,
  );

/**
 * Share of one side's exposure that left its holders because accounts of the other side were liquidated (A of design
 * 01 §5 falls by the same size). In base, so that the fall of the price does not count; slabs are weighted by the
 * notional of their peak. null without open interest.
 */
function calculateRemovedShare(view: View, holders: SideName, bankruptOnly: boolean): MetricValue {
  const liquidations = groupBySlab(view.tables.liquidations);
  let [taken, whole] = [0, 0];
  for (const [slab, rows] of groupBySlab(view.tables.series)) {
    const peak = rows.reduce((best, row) => (row.openInterestQ > best.openInterestQ ? row : best));
    if (peak.openInterestQ === 0) continue;
    const closed = (liquidations.get(slab) ?? []).filter(
      (row) => row.side !== holders && (!bankruptOnly || row.deficitAtoms > 0),
    );
    const notional = peak.openInterestQ * (peak.indexPrice / 1_000_000);
    taken += notional * (sum(closed, (row) => row.closedQ) / peak.openInterestQ);
    whole += notional;
  }
  return whole === 0 ? null : taken / whole;
}

function defineRemovedShare(holders: SideName, bankrupt: boolean): Omit<MetricDefinition, 'section'> {
  const others = holders === 'long' ? 'short' : 'long';
  const rows = `liquidations with side = ${others}${bankrupt ? ' and a deficit' : ''}`;
  return {
    name: `exposure_removed${bankrupt ? '_bankrupt' : ''}_share_${holders}`,
    unit: 'ratio',
    formula: `Σ closedQ of ${rows} ÷ largest openInterestQ; slabs weighted by openInterestQ·indexPrice at that sample; above 1 where positions were opened anew`,
    source: 'liquidations.csv, series.csv',
    calculate: (view) => calculateRemovedShare(view, holders, bankrupt),
  };
}

/** What liquidations take from the other side: the counterpart of a queue's deleveraging. */
export const exposureMetrics = defineMetrics('haircut', [
  {
    name: 'exposure_removed_bankrupt',
    unit: 'atoms',
    formula:
      'Σ notionalAtoms of liquidations with a deficit: as much exposure left the other side without its consent',
    source: 'liquidations.csv',
    calculate: (view) => removed(view, true),
  },
  {
    name: 'exposure_removed_ordinary',
    unit: 'atoms',
    formula:
      'Σ notionalAtoms of liquidations without a deficit: as much exposure left the other side without its consent',
    source: 'liquidations.csv',
    calculate: (view) => removed(view, false),
  },
  defineRemovedShare('long', false),
  defineRemovedShare('long', true),
  defineRemovedShare('short', false),
  defineRemovedShare('short', true),
]);
