import type { AccountRow, SeriesRow } from '../../sim/record/types.ts';
import { defineMetrics, lastSeriesRows, sum, type View } from './definition.ts';

const ofAccounts = (view: View, pick: (account: AccountRow) => number) => sum(view.tables.accounts, pick);
const atEnd = (view: View, pick: (row: SeriesRow) => number) => sum(lastSeriesRows(view), pick);

const flowMetrics = defineMetrics('totals', [
  {
    name: 'accounts',
    unit: 'count',
    formula: 'accounts ever used',
    source: 'accounts.csv',
    calculate: (view) => view.tables.accounts.length,
  },
  {
    name: 'deposited',
    unit: 'atoms',
    formula: 'Σ depositedAtoms',
    source: 'accounts.csv',
    calculate: (view) => ofAccounts(view, (account) => account.depositedAtoms),
  },
  {
    name: 'withdrawn',
    unit: 'atoms',
    formula: 'Σ withdrawnAtoms',
    source: 'accounts.csv',
    calculate: (view) => ofAccounts(view, (account) => account.withdrawnAtoms),
  },
  {
    name: 'insurance_topped_up',
    unit: 'atoms',
    formula: 'Σ toppedUpAtoms',
    source: 'slabs.csv',
    calculate: (view) => sum(view.slabs, (info) => info.toppedUpAtoms),
  },
  {
    name: 'vault',
    unit: 'atoms',
    formula: 'Σ vaultAtoms at the end',
    source: 'slabs.csv',
    calculate: (view) => sum(view.slabs, (info) => info.vaultAtoms),
  },
  {
    name: 'capital',
    unit: 'atoms',
    formula: 'Σ capitalAtoms at the end',
    source: 'accounts.csv',
    calculate: (view) => ofAccounts(view, (account) => account.capitalAtoms),
  },
  {
    name: 'insurance',
    unit: 'atoms',
    formula: 'Σ insuranceAtoms of the last samples',
    source: 'series.csv',
    calculate: (view) => atEnd(view, (row) => row.insuranceAtoms),
  },
  {
    name: 'residual',
    unit: 'atoms',
    formula:
      'Σ residualAtoms of the last samples: vault − capital − insurance, what open claims can be paid from',
    source: 'series.csv',
    calculate: (view) => atEnd(view, (row) => row.residualAtoms),
  },
  {
    name: 'losses_paid',
    unit: 'atoms',
    formula: 'Σ lossesPaidAtoms: capital paid against losses',
    source: 'accounts.csv',
    calculate: (view) => ofAccounts(view, (account) => account.lossesPaidAtoms),
  },
  {
    name: 'gains_converted',
    unit: 'atoms',
    formula: 'Σ gainsConvertedAtoms: gains that became capital',
    source: 'accounts.csv',
    calculate: (view) => ofAccounts(view, (account) => account.gainsConvertedAtoms),
  },
  {
    name: 'fees',
    unit: 'atoms',
    formula: 'Σ feesPaidAtoms',
    source: 'accounts.csv',
    calculate: (view) => ofAccounts(view, (account) => account.feesPaidAtoms),
  },
  {
    name: 'bids',
    unit: 'atoms',
    formula: 'Σ bidsPaidAtoms: paid for places in the auctions, outside of the venue and of every vault',
    source: 'groups.csv',
    calculate: (view) => sum(view.tables.groups, (group) => group.bidsPaidAtoms),
  },
]);

const deficitMetrics = defineMetrics('totals', [
  {
    name: 'deficits',
    unit: 'atoms',
    formula: 'Σ deficitAtoms: losses beyond the losers’ capital',
    source: 'accounts.csv',
    calculate: (view) => ofAccounts(view, (account) => account.deficitAtoms),
  },
  {
    name: 'insurance_spent',
    unit: 'atoms',
    formula: 'Σ insuranceSpentAtoms of the last samples: deficits that insurance paid',
    source: 'series.csv',
    calculate: (view) => atEnd(view, (row) => row.insuranceSpentAtoms),
  },
  {
    name: 'socialized',
    unit: 'atoms',
    formula: 'Σ socializedLongAtoms + socializedShortAtoms of the last samples: deficits shared through K',
    source: 'series.csv',
    calculate: (view) => atEnd(view, (row) => row.socializedLongAtoms + row.socializedShortAtoms),
  },
  {
    name: 'uninsured',
    unit: 'atoms',
    formula: 'Σ uninsuredAtoms of the last samples: deficits that lower h',
    source: 'series.csv',
    calculate: (view) => atEnd(view, (row) => row.uninsuredAtoms),
  },
]);

const workMetrics = defineMetrics('totals', [
  {
    name: 'instructions',
    unit: 'count',
    formula: 'Σ instructions: executed',
    source: 'slabs.csv',
    calculate: (view) => sum(view.slabs, (info) => info.instructions),
  },
  {
    name: 'rejected',
    unit: 'count',
    formula: 'Σ rejected: refused by the engine',
    source: 'slabs.csv',
    calculate: (view) => sum(view.slabs, (info) => info.rejected),
  },
  {
    name: 'frozen_accounts',
    unit: 'count',
    formula: 'Σ frozenAccounts: Overflow in settle or liquidate, a liveness failure',
    source: 'slabs.csv',
    calculate: (view) => sum(view.slabs, (info) => info.frozenAccounts),
  },
  {
    name: 'missed_accruals',
    unit: 'count',
    formula: 'Σ missedAccruals: slots in which a market could not move to the new price, a liveness failure',
    source: 'slabs.csv',
    calculate: (view) => sum(view.slabs, (info) => info.missedAccruals),
  },
]);

export const totalsMetrics = [...flowMetrics, ...deficitMetrics, ...workMetrics];
