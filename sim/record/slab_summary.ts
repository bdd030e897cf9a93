import {
  calculateEffectivePosition,
  calculateFeeDebt,
  LONG,
  SHORT,
  SIDE_MODES,
} from '../../engine/risk/index.ts';
import { AGENT_MODULES } from '../agents/index.ts';
import type { SlabSetup } from '../kernel/observer.ts';
import type { AttackSpec } from '../scenario/schema.ts';
import { calculateBounds, createAccountSets } from '../verify/extraction_bound.ts';
import { probeFrozen, probeRecovery } from '../verify/probes.ts';
import type { BookTables } from './book_types.ts';
import type { FillTable } from './fill_table.ts';
import type { AccountLedger, Ledger } from './ledger.ts';
import { REJECTION_SEPARATOR, type Recording } from './recording.ts';
import type { AccountRow, AttackRow, GroupRow, RejectionRow, SlabInfo, Tables } from './types.ts';
import { type MarketValue, valueAccounts } from './valuation.ts';

/** A group's result before it is compared with the run without attacks. */
export type GroupOutcome = Omit<GroupRow, 'netWithoutAttackAtoms'>;
/** An attack's result before it is compared with the run without attacks. */
export type AttackOutcome = Omit<
  AttackRow,
  | 'honestWealthChangeAtoms'
  | 'lpWealthChangeAtoms'
  | 'insuranceChangeAtoms'
  | 'criterion'
  | 'measuredIn'
  | 'measured'
  | 'needed'
  | 'success'
>;

/** Everything one slab recorded. Plain data but for the fills: it crosses from worker to main thread. */
export interface SlabTables extends Omit<Tables, 'groups' | 'attacks' | 'fills'> {
  info: SlabInfo;
  fills: FillTable;
  groups: GroupOutcome[];
  attacks: AttackOutcome[];
  /** Insurance at the end, after the flat losses of the valuation. */
  insuranceAtoms: number;
  /** Profit that is not paid out at the end, as if all were settled and matured, and what of it could be paid. */
  claimsAtoms: number;
  backedAtoms: number;
}

/** The tables of a slab whose run is over. */
export function summarizeSlab(
  setup: SlabSetup,
  ledger: Ledger,
  recording: Recording,
  book: BookTables,
): SlabTables {
  const { market, owners, scenario, seed, slab } = setup;
  const slot = Math.max(recording.slot, market.globals.slotLast);
  const value = valueAccounts(market, slot, recording.fundamentalPrice);
  const accounts = ledger.accounts
    .filter((account) => account.everUsed)
    .map((account) => createAccountRow(setup, ledger, account, value));
  const sets = createAccountSets(owners, seed, slab.id);
  const indices = owners.map((owner) => owner.account);
  const flowsOf = (index: number) => ledger.accounts[index];
  const { series, fills, liquidations, resets, exits } = recording;
  return {
    info: createSlabInfo(setup, ledger, recording, slot),
    series,
    accounts,
    groups: sumGroups(setup, accounts, recording.bidsPaid),
    fills,
    liquidations,
    resets,
    exits,
    attacks: scenario.attacks
      .filter((attack) => attack.slabs.includes(slab.id))
      .map(({ name, kind }) => createAttackOutcome(setup, ledger, recording, accounts, { name, kind })),
    bounds: calculateBounds(slab.id, sets, indices, flowsOf, ledger.insuranceSpent),
    rejections: listRejections(slab.id, recording.rejections),
    ...book,
    insuranceAtoms: value.insurance,
    claimsAtoms: value.claims,
    backedAtoms: value.backed,
  };
}

function createAccountRow(
  setup: SlabSetup,
  ledger: Ledger,
  account: AccountLedger,
  value: MarketValue,
): AccountRow {
  const { owner } = account;
  const held = setup.market.account(owner.account);
  const valued = value.accounts.get(owner.account);
  const openKLoss = ledger.calculateUnsettledKLoss(account);
  const principalPaid = (held?.capital ?? 0) - (valued?.capital ?? 0);
  const shrunk = account.absBasisQ - ledger.calculateEffectiveSize(account);
  return {
    slab: setup.slab.id,
    account: owner.account,
    group: owner.group,
    role: owner.role,
    agent: owner.agent,
    depositedAtoms: account.deposited,
    withdrawnAtoms: account.withdrawn,
    capitalAtoms: held?.capital ?? 0,
    pnlAtoms: held?.pnl ?? 0,
    reservedAtoms: held?.reservedPnl ?? 0,
    feeDebtAtoms: held === undefined ? 0 : calculateFeeDebt(held),
    positionQ: held === undefined ? 0 : calculateEffectivePosition(setup.market, held),
    unsettledPnlAtoms: valued?.unsettled ?? 0,
    netAtoms: account.withdrawn + (valued?.worth ?? 0) - account.deposited,
    feesPaidAtoms: account.feesPaid,
    rewardsAtoms: account.rewards,
    lossesPaidAtoms: account.lossesPaid,
    gainsConvertedAtoms: account.gainsConverted,
    releasedConsumedAtoms: account.releasedConsumed,
    deficitAtoms: account.deficit,
    lostThroughKAtoms: Math.round(account.lostThroughK + openKLoss),
    principalLostThroughKAtoms: Math.round(
      account.principalLostThroughK + Math.min(openKLoss, principalPaid),
    ),
    exposureReducedQ: account.exposureReducedQ + shrunk,
    liquidations: account.liquidations,
    alwaysFlat: !account.everHeld,
  };
}

/** Sums over the accounts of each group; keepers without an account appear with the bids they paid. */
function sumGroups(
  { scenario, slab }: SlabSetup,
  accounts: readonly AccountRow[],
  bidsPaid: ReadonlyMap<string, number>,
): GroupOutcome[] {
  const groups = new Map<string, GroupOutcome>();
  const find = (group: string, role: GroupRow['role']): GroupOutcome => {
    let row = groups.get(group);
    if (row === undefined) {
      row = createGroup(slab.id, group, role);
      groups.set(group, row);
    }
    return row;
  };
  for (const row of accounts) {
    const group = find(row.group, row.role);
    group.accounts += 1;
    group.depositedAtoms += row.depositedAtoms;
    group.withdrawnAtoms += row.withdrawnAtoms;
    group.netAtoms += row.netAtoms;
    group.feesPaidAtoms += row.feesPaidAtoms;
    if (row.liquidations > 0) group.liquidatedAccounts += 1;
  }
  for (const [name, bids] of bidsPaid) {
    const role = scenario.population.find(({ group }) => group === name)?.role ?? 'attacker';
    const group = find(name, role);
    group.bidsPaidAtoms = bids;
    group.netAtoms -= bids;
  }
  return [...groups.values()];
}

const createGroup = (slab: string, group: string, role: GroupRow['role']): GroupOutcome => ({
  slab,
  group,
  role,
  accounts: 0,
  depositedAtoms: 0,
  withdrawnAtoms: 0,
  netAtoms: 0,
  feesPaidAtoms: 0,
  bidsPaidAtoms: 0,
  liquidatedAccounts: 0,
});

function createAttackOutcome(
  setup: SlabSetup,
  ledger: Ledger,
  recording: Recording,
  accounts: readonly AccountRow[],
  { kind, name: attack }: Pick<AttackSpec, 'name' | 'kind'>,
): AttackOutcome {
  const own = accounts.filter((row) => row.group === attack);
  const sum = (read: (row: AccountRow) => number) => own.reduce((total, row) => total + read(row), 0);
  const depositedAtoms = sum((row) => row.depositedAtoms);
  const withdrawnAtoms = sum((row) => row.withdrawnAtoms);
  const bidsPaidAtoms = recording.bidsPaid.get(attack) ?? 0;
  const netExtractedAtoms = sum((row) => row.netAtoms) - bidsPaidAtoms;
  return {
    attack,
    kind,
    slab: setup.slab.id,
    hypothesis: AGENT_MODULES[kind]?.hypothesis ?? '',
    depositedAtoms,
    withdrawnAtoms,
    leftInsideAtoms: netExtractedAtoms + bidsPaidAtoms + depositedAtoms - withdrawnAtoms,
    netExtractedAtoms,
    feesPaidAtoms: sum((row) => row.feesPaidAtoms),
    bidsPaidAtoms,
    peakReservedAtoms: recording.peakReserved.get(attack) ?? 0,
    kLossAvoidedAtoms: ledger.accounts
      .filter(({ owner }) => owner.group === attack)
      .reduce((total, account) => total + Math.round(ledger.calculateAvoidedKLoss(account)), 0),
    firstDistortionSlot: recording.firstDistortionSlot,
    firstWithdrawalSlot: recording.firstWithdrawal.get(attack) ?? null,
    warmupPeriodSlots: setup.slab.risk.warmupPeriodSlots,
  };
}

function createSlabInfo(setup: SlabSetup, ledger: Ledger, recording: Recording, slot: number): SlabInfo {
  const { market, slab } = setup;
  const used = setup.owners
    .map(({ account }) => account)
    .filter((account) => market.account(account) !== undefined);
  const frozen = new Set([...recording.frozen, ...probeFrozen(market, used, slot, recording.indexPrice)]);
  return {
    slab: slab.id,
    underlying: slab.underlying,
    warmupPeriodSlots: slab.risk.warmupPeriodSlots,
    insuranceFloorAtoms: slab.risk.insuranceFloor,
    initialBps: slab.risk.initialBps,
    maintenanceBps: slab.risk.maintenanceBps,
    tradingFeeBps: slab.risk.tradingFeeBps,
    finalModeLong: SIDE_MODES[market.sides[LONG].mode]!,
    finalModeShort: SIDE_MODES[market.sides[SHORT].mode]!,
    recoveryInstructions: probeRecovery(market, slot, recording.indexPrice),
    instructions: recording.instructions,
    rejected: recording.rejected,
    frozenAccounts: frozen.size,
    missedAccruals: recording.missedAccruals,
    toppedUpAtoms: ledger.toppedUp,
    insurancePaidAtoms: ledger.insurancePaid,
    rewardsPaidAtoms: ledger.rewardsPaid,
    expectedVaultAtoms: ledger.deposited - ledger.withdrawn + ledger.toppedUp,
    vaultAtoms: market.globals.vault,
  };
}

function listRejections(slab: string, counts: ReadonlyMap<string, number>): RejectionRow[] {
  return [...counts.keys()].sort().map((key) => {
    const [group = '', op = '', error = ''] = key.split(REJECTION_SEPARATOR);
    return { slab, group, op, error, count: counts.get(key)! };
  });
}
