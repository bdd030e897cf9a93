import type { BookOrderRow, BookTables, BookTradingRow, RejectionRow } from '../../sim/record/types.ts';
import { calculateCost, calculatePerNotional, calculateProfit } from './book.ts';
import { calculateRatio, type MetricDefinition, type MetricValue, sum } from './definition.ts';

/** The rows of one group on slabs with an order book. */
export interface BookGroupView {
  trading: readonly BookTradingRow[];
  orders: readonly BookOrderRow[];
  rejections: readonly RejectionRow[];
}

/** A number measured for each group on slabs with an order book. */
export interface BookGroupMetric extends Omit<MetricDefinition, 'section' | 'calculate'> {
  calculate(view: BookGroupView): MetricValue;
}

type Liquidity = BookTradingRow['liquidity'];

const ofSide = (view: BookGroupView, side: Liquidity) =>
  view.trading.filter(({ liquidity }) => liquidity === side);

/** What a group traded as makers, and the same as takers. */
const tradingMetrics = (['maker', 'taker'] as const).flatMap((side): BookGroupMetric[] => [
  {
    name: `group.${side}_volume`,
    unit: 'atoms',
    formula: `Σ notionalAtoms as ${side}`,
    source: 'book_trading',
    calculate: (view) => sum(ofSide(view, side), (row) => row.notionalAtoms),
  },
  {
    name: `group.${side}_profit`,
    unit: 'atoms',
    formula: `Σ gainAtoms − feesAtoms − taxAtoms as ${side}: the fills at the last undistorted price`,
    source: 'book_trading',
    calculate: (view) => sum(ofSide(view, side), calculateProfit),
  },
  {
    name: `group.${side}_profit_per_notional`,
    unit: 'bps',
    formula: `group.${side}_profit ÷ group.${side}_volume × 10 000`,
    source: 'book_trading',
    calculate: (view) => calculatePerNotional(ofSide(view, side), calculateProfit),
  },
]);

const markoutMetrics = ([1, 5, 25, 125] as const).map(
  (slots): BookGroupMetric => ({
    name: `group.maker_markout_${slots}`,
    unit: 'bps',
    formula: `Σ markout${slots}Atoms ÷ Σ notionalAtoms as maker × 10 000`,
    source: 'book_trading',
    calculate: (view) => calculatePerNotional(ofSide(view, 'maker'), (row) => row[`markout${slots}Atoms`]),
  }),
);

const ofOrders = (view: BookGroupView, pick: (row: BookOrderRow) => number) => sum(view.orders, pick);

/** Numbers of each group of agents on slabs with an order book. */
export const BOOK_GROUP_METRICS: readonly BookGroupMetric[] = [
  ...tradingMetrics,
  {
    name: 'group.maker_edge',
    unit: 'bps',
    formula: 'Σ edgeAtoms ÷ Σ notionalAtoms as maker × 10 000',
    source: 'book_trading',
    calculate: (view) => calculatePerNotional(ofSide(view, 'maker'), (row) => row.edgeAtoms),
  },
  ...markoutMetrics,
  {
    name: 'group.taker_cost',
    unit: 'bps',
    formula: 'Σ feesAtoms + taxAtoms − edgeAtoms ÷ Σ notionalAtoms as taker × 10 000',
    source: 'book_trading',
    calculate: (view) => calculatePerNotional(ofSide(view, 'taker'), calculateCost),
  },
  {
    name: 'group.taker_fill_ratio',
    unit: 'ratio',
    formula: 'Σ takenQ ÷ Σ takingQ',
    source: 'book_orders',
    calculate: (view) =>
      calculateRatio(
        ofOrders(view, (row) => row.takenQ),
        ofOrders(view, (row) => row.takingQ),
      ),
  },
  {
    name: 'group.maker_fill_ratio',
    unit: 'ratio',
    formula: 'Σ filledQ ÷ Σ placedQ',
    source: 'book_orders',
    calculate: (view) =>
      calculateRatio(
        ofOrders(view, (row) => row.filledQ),
        ofOrders(view, (row) => row.placedQ),
      ),
  },
  {
    name: 'group.round_trip_tax',
    unit: 'atoms',
    formula: 'Σ taxAtoms',
    source: 'book_trading',
    calculate: (view) => sum(view.trading, (row) => row.taxAtoms),
  },
  {
    name: 'group.held_atom_slots',
    unit: 'count',
    formula: 'Σ heldAtomSlots: notional that its reservations locked × slots, quote atoms × slots',
    source: 'book_orders',
    calculate: (view) => ofOrders(view, (row) => row.heldAtomSlots),
  },
  {
    name: 'group.bonds_lost',
    unit: 'atoms',
    formula: 'Σ bondsLostAtoms',
    source: 'book_orders',
    calculate: (view) => ofOrders(view, (row) => row.bondsLostAtoms),
  },
  {
    name: 'group.outside',
    unit: 'atoms',
    formula: 'Σ outsideAtoms: hedges held elsewhere, after their costs; no part of any profit',
    source: 'book_orders',
    calculate: (view) => ofOrders(view, (row) => row.outsideAtoms),
  },
  {
    name: 'group.refused',
    unit: 'count',
    formula: 'Σ count: actions that were refused, whatever the reason',
    source: 'rejections',
    calculate: (view) => sum(view.rejections, (row) => row.count),
  },
];

/** The book numbers of a group; none where it never met an order book. */
export function calculateBookGroup(
  tables: BookTables & { rejections: readonly RejectionRow[] },
  group: string,
  slab: string | null,
): Record<string, MetricValue> {
  const isOwn = (row: { group: string; slab: string }) =>
    row.group === group && (slab === null || row.slab === slab);
  const view: BookGroupView = {
    trading: tables.bookTrading.filter(isOwn),
    orders: tables.bookOrders.filter(isOwn),
    rejections: tables.rejections.filter(isOwn),
  };
  if (view.trading.length === 0 && view.orders.length === 0) return {};
  return Object.fromEntries(BOOK_GROUP_METRICS.map((metric) => [metric.name, metric.calculate(view)]));
}
