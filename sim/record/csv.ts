import { stringify } from 'csv-stringify/sync';
import type { RunRecord, SlabInfo, Tables } from './types.ts';

/** The tables of a run directory: those of `types.ts`, and the facts about each slab. */
export interface CsvTables extends Tables {
  slabs: SlabInfo[];
}
export type TableName = keyof CsvTables;

/** Lists columns so that none can be missing or misspelt: `columns<Row>()` takes each key of the row once. */
const columns =
  <Row>() =>
  <const Keys extends readonly (keyof Row)[]>(
    ...keys: [keyof Row] extends [Keys[number]] ? Keys : never
  ): readonly string[] =>
    keys as readonly string[];

/** Columns of each CSV in order; `types.ts` documents them and their units. */
export const COLUMNS: Readonly<Record<TableName, readonly string[]>> = {
  series: columns<Tables['series'][number]>()(
    'slab',
    'slot',
    'fundamentalPrice',
    'indexPrice',
    'vaultAtoms',
    'capitalAtoms',
    'insuranceAtoms',
    'pnlPositiveAtoms',
    'pnlMaturedAtoms',
    'residualAtoms',
    'hStored',
    'hCranked',
    'openInterestQ',
    'aLong',
    'aShort',
    'modeLong',
    'modeShort',
    'storedLong',
    'storedShort',
    'staleLong',
    'staleShort',
    'feesAtoms',
    'insuranceSpentAtoms',
    'uninsuredAtoms',
    'socializedLongAtoms',
    'socializedShortAtoms',
    'liquidations',
    'bankruptcies',
  ),
  accounts: columns<Tables['accounts'][number]>()(
    'slab',
    'account',
    'group',
    'role',
    'agent',
    'depositedAtoms',
    'withdrawnAtoms',
    'capitalAtoms',
    'pnlAtoms',
    'reservedAtoms',
    'feeDebtAtoms',
    'positionQ',
    'unsettledPnlAtoms',
    'netAtoms',
    'feesPaidAtoms',
    'rewardsAtoms',
    'lossesPaidAtoms',
    'gainsConvertedAtoms',
    'releasedConsumedAtoms',
    'deficitAtoms',
    'lostThroughKAtoms',
    'principalLostThroughKAtoms',
    'exposureReducedQ',
    'liquidations',
    'alwaysFlat',
  ),
  groups: columns<Tables['groups'][number]>()(
    'slab',
    'group',
    'role',
    'accounts',
    'depositedAtoms',
    'withdrawnAtoms',
    'netAtoms',
    'netWithoutAttackAtoms',
    'feesPaidAtoms',
    'bidsPaidAtoms',
    'liquidatedAccounts',
  ),
  fills: columns<Tables['fills'][number]>()(
    'slab',
    'slot',
    'buyer',
    'seller',
    'sizeQ',
    'executionPrice',
    'indexPrice',
    'buyerGroup',
    'sellerGroup',
  ),
  liquidations: columns<Tables['liquidations'][number]>()(
    'slab',
    'slot',
    'account',
    'group',
    'side',
    'full',
    'closedQ',
    'indexPrice',
    'notionalAtoms',
    'feePaidAtoms',
    'deficitAtoms',
    'insurancePaidAtoms',
    'socializedAtoms',
    'carriedByQ',
    'uninsuredAtoms',
  ),
  resets: columns<Tables['resets'][number]>()('slab', 'slot', 'side', 'from', 'to', 'epoch', 'staleAccounts'),
  exits: columns<Tables['exits'][number]>()(
    'slab',
    'slot',
    'account',
    'group',
    'kind',
    'amountAtoms',
    'paidAtoms',
    'hStored',
    'hCranked',
  ),
  attacks: columns<Tables['attacks'][number]>()(
    'attack',
    'kind',
    'slab',
    'hypothesis',
    'depositedAtoms',
    'withdrawnAtoms',
    'leftInsideAtoms',
    'netExtractedAtoms',
    'feesPaidAtoms',
    'bidsPaidAtoms',
    'peakReservedAtoms',
    'kLossAvoidedAtoms',
    'firstDistortionSlot',
    'firstWithdrawalSlot',
    'warmupPeriodSlots',
    'honestWealthChangeAtoms',
    'lpWealthChangeAtoms',
    'insuranceChangeAtoms',
    'criterion',
    'measuredIn',
    'measured',
    'needed',
    'success',
  ),
  bounds: columns<Tables['bounds'][number]>()(
    'slab',
    'set',
    'withdrawnAtoms',
    'depositedAtoms',
    'lossesPaidByOthersAtoms',
    'insuranceSpentAtoms',
    'slackAtoms',
  ),
  rejections: columns<Tables['rejections'][number]>()('slab', 'group', 'op', 'error', 'count'),
  slabs: columns<SlabInfo>()(
    'slab',
    'underlying',
    'warmupPeriodSlots',
    'insuranceFloorAtoms',
    'initialBps',
    'maintenanceBps',
    'tradingFeeBps',
    'finalModeLong',
    'finalModeShort',
    'recoveryInstructions',
    'instructions',
    'rejected',
    'frozenAccounts',
    'toppedUpAtoms',
    'insurancePaidAtoms',
    'rewardsPaidAtoms',
    'expectedVaultAtoms',
    'vaultAtoms',
  ),
};

/** One table as CSV with a header line: booleans as true or false, null as an empty field, text never a formula. */
export function formatCsv(table: TableName, rows: readonly object[]): string {
  return stringify([...rows], {
    header: true,
    columns: [...COLUMNS[table]],
    escape_formulas: true,
    cast: { boolean: String },
  });
}

/** Every table of a run as [file name, content], in a fixed order. */
export function formatTables(record: RunRecord): [string, string][] {
  const tables: CsvTables = { ...record.tables, slabs: record.slabs };
  return (Object.keys(COLUMNS) as TableName[]).map((table) => [
    `${table}.csv`,
    formatCsv(table, tables[table]),
  ]);
}
