import type {
  AccountRow,
  AttackRow,
  ExitRow,
  LiquidationRow,
  ModeName,
  ResetRow,
  RunRecord,
  SeriesRow,
  SlabInfo,
} from '../../sim/record/types.ts';

/** One quote token in atoms. */
export const USD = 1_000_000;
/** Slots of a made-up run. */
export const SLOTS = 900;

type Flows = Partial<AccountRow> & Pick<AccountRow, 'account' | 'group' | 'role'>;

/** An account row whose capital follows from its flows: deposits − withdrawals − fees − losses + gains. */
export function makeAccount(slab: string, flows: Flows): AccountRow {
  const row: AccountRow = {
    slab,
    agent: `${flows.group}/${flows.account}`,
    depositedAtoms: 0,
    withdrawnAtoms: 0,
    capitalAtoms: 0,
    pnlAtoms: 0,
    reservedAtoms: 0,
    feeDebtAtoms: 0,
    positionQ: 0,
    unsettledPnlAtoms: 0,
    netAtoms: 0,
    feesPaidAtoms: 0,
    lossesPaidAtoms: 0,
    gainsConvertedAtoms: 0,
    rewardsAtoms: 0,
    releasedConsumedAtoms: 0,
    deficitAtoms: 0,
    lostThroughKAtoms: 0,
    principalLostThroughKAtoms: 0,
    exposureReducedQ: 0,
    liquidations: 0,
    alwaysFlat: false,
    ...flows,
  };
  const cash = row.depositedAtoms - row.withdrawnAtoms - row.feesPaidAtoms - row.lossesPaidAtoms;
  row.capitalAtoms = cash + row.gainsConvertedAtoms;
  row.netAtoms = row.withdrawnAtoms + row.capitalAtoms - row.depositedAtoms;
  return row;
}

export function makeSlab(slab: string, changes: Partial<SlabInfo> = {}): SlabInfo {
  return {
    slab,
    underlying: 'BTC',
    warmupPeriodSlots: 0,
    insuranceFloorAtoms: 0,
    initialBps: 1000,
    maintenanceBps: 500,
    tradingFeeBps: 5,
    finalModeLong: 'Normal',
    finalModeShort: 'Normal',
    recoveryInstructions: 0,
    instructions: 100,
    rejected: 0,
    frozenAccounts: 0,
    missedAccruals: 0,
    toppedUpAtoms: 0,
    insurancePaidAtoms: 0,
    rewardsPaidAtoms: 0,
    expectedVaultAtoms: 0,
    vaultAtoms: 0,
    ...changes,
  };
}

export function makeSeries(slab: string, slot: number, changes: Partial<SeriesRow> = {}): SeriesRow {
  return {
    slab,
    slot,
    fundamentalPrice: 100_000 * USD,
    indexPrice: 100_000 * USD,
    vaultAtoms: 0,
    capitalAtoms: 0,
    insuranceAtoms: 0,
    pnlPositiveAtoms: 0,
    pnlMaturedAtoms: 0,
    residualAtoms: 0,
    hStored: 1,
    hCranked: 1,
    openInterestQ: 0,
    aLong: 1_000_000,
    aShort: 1_000_000,
    modeLong: 'Normal',
    modeShort: 'Normal',
    storedLong: 0,
    storedShort: 0,
    staleLong: 0,
    staleShort: 0,
    feesAtoms: 0,
    insuranceSpentAtoms: 0,
    uninsuredAtoms: 0,
    socializedLongAtoms: 0,
    socializedShortAtoms: 0,
    liquidations: 0,
    bankruptcies: 0,
    ...changes,
  };
}

export function makeExit(slab: string, slot: number, changes: Partial<ExitRow> = {}): ExitRow {
  return {
    slab,
    slot,
    account: 1,
    group: 'whales',
    kind: 'convert',
    amountAtoms: 100 * USD,
    paidAtoms: 100 * USD,
    hStored: 1,
    hCranked: 1,
    ...changes,
  };
}

export function makeLiquidation(
  slab: string,
  slot: number,
  changes: Partial<LiquidationRow> = {},
): LiquidationRow {
  return {
    slab,
    slot,
    account: 2,
    group: 'retail',
    side: 'long',
    full: true,
    closedQ: 1_000_000,
    indexPrice: 90_000 * USD,
    notionalAtoms: 90_000 * USD,
    feePaidAtoms: 0,
    deficitAtoms: 0,
    insurancePaidAtoms: 0,
    socializedAtoms: 0,
    carriedByQ: null,
    uninsuredAtoms: 0,
    ...changes,
  };
}

export function makeReset(slab: string, slot: number, from: ModeName, to: ModeName, epoch: number): ResetRow {
  return { slab, slot, side: 'short', from, to, epoch, staleAccounts: to === 'ResetPending' ? 12 : 0 };
}

export function makeAttack(slab: string, changes: Partial<AttackRow> = {}): AttackRow {
  return {
    attack: 'spike',
    kind: 'oracle_spike',
    slab,
    hypothesis: 'Profit made at a distorted price can be withdrawn before the price corrects.',
    depositedAtoms: 1_000 * USD,
    withdrawnAtoms: 0,
    leftInsideAtoms: 0,
    netExtractedAtoms: 0,
    feesPaidAtoms: 0,
    bidsPaidAtoms: 0,
    peakReservedAtoms: 0,
    kLossAvoidedAtoms: 0,
    firstDistortionSlot: 300,
    firstWithdrawalSlot: null,
    warmupPeriodSlots: 0,
    honestWealthChangeAtoms: 0,
    lpWealthChangeAtoms: 0,
    insuranceChangeAtoms: 0,
    criterion: 'withdrawn + left inside − deposited − bids',
    measuredIn: 'atoms',
    measured: changes.netExtractedAtoms ?? 0,
    needed: 0,
    success: (changes.netExtractedAtoms ?? 0) > 0,
    ...changes,
  };
}

export function makeRecord(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    scenario: 'fixture',
    title: 'A synthetic crash',
    question: 'What happens to winners when longs go bankrupt?',
    seed: '1',
    slots: SLOTS,
    slotMs: 400,
    slotsDone: SLOTS,
    complete: true,
    checked: true,
    slabs: [],
    tables: {
      series: [],
      accounts: [],
      groups: [],
      fills: [],
      liquidations: [],
      resets: [],
      exits: [],
      attacks: [],
      bounds: [],
      rejections: [],
      bookSeries: [],
      bookTrading: [],
      bookOrders: [],
      books: [],
    },
    labels: [],
    fit: [],
    resolved: { schema: 'percolator-lab/1', title: 'A synthetic crash' },
    reproduce: 'npx percolator-lab run fixture --seed 1',
    ...changes,
  };
}
