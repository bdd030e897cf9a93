import type { ExitRow, GroupRow, RunRecord, Tables } from '../../sim/record/types.ts';
import { calculateBookGroup } from './book_groups.ts';
import { calculateRatio, groupBy, type MetricDefinition, type MetricValue, sum } from './definition.ts';

/** The rows of one group: those of one slab, or those of the whole run. */
export interface GroupView {
  groups: readonly GroupRow[];
  exits: readonly ExitRow[];
}

/** A number measured for each group of agents, attacks and liquidity providers included. */
export interface GroupMetricDefinition extends Omit<MetricDefinition, 'section' | 'calculate'> {
  calculate(view: GroupView): MetricValue;
}

const netAtoms = ({ groups }: GroupView) => sum(groups, (group) => group.netAtoms);

/** Wealth of the same groups in the run without attacks; null if there was none. */
function netWithoutAttacks({ groups }: GroupView): MetricValue {
  const known = groups.flatMap((group) => group.netWithoutAttackAtoms ?? []);
  return known.length < groups.length ? null : sum(known, (net) => net);
}

const conversions = ({ exits }: GroupView) => exits.filter(({ kind }) => kind === 'convert');

export const GROUP_METRICS: readonly GroupMetricDefinition[] = [
  {
    name: 'group.net',
    unit: 'atoms',
    formula: 'Σ netAtoms: what the accounts gained − bids paid',
    source: 'groups',
    calculate: netAtoms,
  },
  {
    name: 'group.net_share',
    unit: 'ratio',
    formula: 'Σ netAtoms ÷ Σ depositedAtoms',
    source: 'groups',
    calculate: (view) =>
      calculateRatio(
        netAtoms(view),
        sum(view.groups, (group) => group.depositedAtoms),
      ),
  },
  {
    name: 'group.net_change',
    unit: 'atoms',
    formula: 'Σ netAtoms − Σ netWithoutAttackAtoms; null without a run without attacks',
    source: 'groups',
    calculate: (view) => {
      const calm = netWithoutAttacks(view);
      return calm === null ? null : netAtoms(view) - calm;
    },
  },
  {
    name: 'group.fees',
    unit: 'atoms',
    formula: 'Σ feesPaidAtoms',
    source: 'groups',
    calculate: ({ groups }) => sum(groups, (group) => group.feesPaidAtoms),
  },
  {
    name: 'group.bids',
    unit: 'atoms',
    formula: 'Σ bidsPaidAtoms: paid for places in the auctions, outside of the venue',
    source: 'groups',
    calculate: ({ groups }) => sum(groups, (group) => group.bidsPaidAtoms),
  },
  {
    name: 'group.liquidated_share',
    unit: 'ratio',
    formula: 'Σ liquidatedAccounts ÷ Σ accounts',
    source: 'groups',
    calculate: ({ groups }) =>
      calculateRatio(
        sum(groups, (group) => group.liquidatedAccounts),
        sum(groups, (group) => group.accounts),
      ),
  },
  {
    name: 'group.payout_ratio',
    unit: 'ratio',
    formula: 'Σ paidAtoms ÷ Σ amountAtoms over conversions',
    source: 'exits',
    calculate: (view) =>
      calculateRatio(
        sum(conversions(view), (exit) => exit.paidAtoms),
        sum(conversions(view), (exit) => exit.amountAtoms),
      ),
  },
];

/** The metrics of one group on one slab; slab null: on all its slabs together. */
export interface GroupSummary {
  slab: string | null;
  group: string;
  metrics: Record<string, MetricValue>;
}

const calculateGroup = (
  tables: Tables,
  slab: string | null,
  group: string,
  view: GroupView,
): GroupSummary => ({
  slab,
  group,
  metrics: {
    ...Object.fromEntries(GROUP_METRICS.map((metric) => [metric.name, metric.calculate(view)])),
    ...calculateBookGroup(tables, group, slab),
  },
});

/** Every group over the whole run, then on each slab, in the order of the table. */
export function calculateGroups({ tables }: RunRecord): GroupSummary[] {
  const exits = groupBy(tables.exits, (exit) => exit.group);
  return [...groupBy(tables.groups, (row) => row.group)].flatMap(([group, groups]) => {
    const own = exits.get(group) ?? [];
    const bySlab = groupBy(own, (exit) => exit.slab);
    return [
      calculateGroup(tables, null, group, { groups, exits: own }),
      ...groups.map((row) =>
        calculateGroup(tables, row.slab, group, { groups: [row], exits: bySlab.get(row.slab) ?? [] }),
      ),
    ];
  });
}
