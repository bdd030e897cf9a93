import { stringify } from 'csv-stringify/sync';
import { BOOK_COLUMNS, BOOK_FILES, type BookTableName } from './book_columns.ts';
import { columns } from './columns.ts';
import type { FillRow, RunRecord, SlabInfo, Tables } from './types.ts';

/** The tables of a run directory: those of `types.ts`, and the facts about each slab. */
export interface CsvTables extends Tables {
  slabs: SlabInfo[];
}
export type TableName = keyof CsvTables;

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
  fills: columns<FillRow>()(
    'slab',
    'slot',
    'buyer',
    'seller',
    'sizeQ',
    'executionPrice',
    'indexPrice',
    'buyerGroup',
    'sellerGroup',
    'maker',
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
  ...BOOK_COLUMNS,
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
    'missedAccruals',
    'toppedUpAtoms',
    'insurancePaidAtoms',
    'rewardsPaidAtoms',
    'expectedVaultAtoms',
    'vaultAtoms',
  ),
};

/** One table as CSV with a header line: booleans as true or false, null as an empty field, text never a formula. */
export function formatCsv(
  table: TableName,
  rows: Iterable<object>,
  columns: readonly string[] = COLUMNS[table],
): string {
  return stringify([...rows], {
    header: true,
    columns: [...columns],
    escape_formulas: true,
    cast: { boolean: String },
  });
}

/** Every table of a run as [file name, content], in a fixed order; those of order books if there is one. */
export function formatTables(record: RunRecord): [string, string][] {
  const tables: CsvTables = { ...record.tables, slabs: record.slabs };
  const hasBook = tables.books.length > 0;
  return (Object.keys(COLUMNS) as TableName[])
    .filter((table) => hasBook || !(table in BOOK_FILES))
    .map((table) => {
      const columns = COLUMNS[table].filter((column) => hasBook || column !== 'maker');
      return [
        `${table in BOOK_FILES ? BOOK_FILES[table as BookTableName] : table}.csv`,
        formatCsv(table, tables[table], columns),
      ];
    });
}
