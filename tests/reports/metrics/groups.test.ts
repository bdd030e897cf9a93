import { expect, it } from 'vitest';
import { GROUP_METRICS, type GroupView } from '../../../reports/metrics/groups.ts';
import type { ExitRow, GroupRow } from '../../../sim/record/types.ts';

const makeGroup = (change: Partial<GroupRow>): GroupRow => ({
  slab: 'a',
  group: 'g',
  role: 'trader',
  accounts: 4,
  depositedAtoms: 1_000,
  withdrawnAtoms: 0,
  netAtoms: -100,
  netWithoutAttackAtoms: null,
  feesPaidAtoms: 3,
  bidsPaidAtoms: 2,
  liquidatedAccounts: 1,
  ...change,
});
const makeExit = (kind: ExitRow['kind'], amountAtoms: number, paidAtoms: number): ExitRow => ({
  slab: 'a',
  slot: 1,
  account: 1,
  group: 'g',
  kind,
  amountAtoms,
  paidAtoms,
  hStored: 1,
  hCranked: null,
});
const calculate = (view: GroupView) =>
  Object.fromEntries(GROUP_METRICS.map((metric) => [metric.name, metric.calculate(view)]));

it('metrics of a group, worked by hand', () => {
  const groups = [
    makeGroup({ netWithoutAttackAtoms: -40 }),
    makeGroup({ slab: 'b', depositedAtoms: 3_000, netAtoms: 500, netWithoutAttackAtoms: 700, accounts: 6 }),
  ];
  // Withdrawals are no conversions.
  const exits = [makeExit('convert', 200, 150), makeExit('convert', 100, 90), makeExit('withdraw', 999, 999)];
  expect(calculate({ groups, exits })).toEqual({
    'group.net': 400,
    'group.net_share': 400 / 4_000,
    'group.net_change': 400 - 660,
    'group.fees': 6,
    'group.bids': 4,
    'group.liquidated_share': 2 / 10,
    'group.payout_ratio': 240 / 300,
  });
});

it('what is not there has no value', () => {
  const groups = [makeGroup({ depositedAtoms: 0, accounts: 0 })];
  expect(calculate({ groups, exits: [] })).toMatchObject({
    'group.net_share': null,
    'group.net_change': null,
    'group.liquidated_share': null,
    'group.payout_ratio': null,
  });
});
