/**
 * What a run records: the only types `sim` and `reports` share. Every table is flat rows in a fixed order, an
 * array but for the fills (`Rows`); the CSV columns are the row's keys. Units are in the names: `…Atoms` are quote atoms
 * (1e-6 quote), `…Q` q-units (1e-6 base), prices quote atoms per base, slots integers.
 */
import type { BookTables } from './book_types.ts';

export type { BookOrderRow, BookRow, BookSeriesRow, BookTables, BookTradingRow } from './book_types.ts';

/** Rows in their order, an array or what stands for one. */
export interface Rows<Row> extends Iterable<Row> {
  readonly length: number;
  /** undefined out of range. */
  at(index: number): Row | undefined;
}

export type SideName = 'long' | 'short';
export type ModeName = 'Normal' | 'DrainOnly' | 'ResetPending';

/** One row per (slab, sampled slot). */
export interface SeriesRow {
  slab: string;
  slot: number;
  /** Undistorted price of the underlying. */
  fundamentalPrice: number;
  /** What the engine was given as oracle price. */
  indexPrice: number;
  vaultAtoms: number;
  capitalAtoms: number;
  insuranceAtoms: number;
  pnlPositiveAtoms: number;
  pnlMaturedAtoms: number;
  /** V − C_tot − I. */
  residualAtoms: number;
  /** Stored h = hNum / hDen of design 01 §3; 1 when nothing has matured. */
  hStored: number;
  /** h on a copy where every account is settled (design 04 §1); null where it was not sampled. */
  hCranked: number | null;
  openInterestQ: number;
  aLong: number;
  aShort: number;
  modeLong: ModeName;
  modeShort: ModeName;
  storedLong: number;
  storedShort: number;
  staleLong: number;
  staleShort: number;
  /** Cumulative since the start. Insurance spent: on deficits, rewards and rebates. */
  feesAtoms: number;
  insuranceSpentAtoms: number;
  uninsuredAtoms: number;
  socializedLongAtoms: number;
  socializedShortAtoms: number;
  liquidations: number;
  bankruptcies: number;
}

/** One row per account ever used, at the end of the run. */
export interface AccountRow {
  slab: string;
  account: number;
  group: string;
  role: 'trader' | 'keeper' | 'attacker' | 'lp';
  agent: string;
  depositedAtoms: number;
  withdrawnAtoms: number;
  capitalAtoms: number;
  pnlAtoms: number;
  reservedAtoms: number;
  feeDebtAtoms: number;
  /** Signed effective position at the end. */
  positionQ: number;
  /** Marked (not yet settled) pnl of the open position at the undistorted price. */
  unsettledPnlAtoms: number;
  /**
   * withdrawn + worth − deposited. Worth, at the undistorted price and never below 0: capital + pnl + unsettled − fee
   * debt, where a positive pnl + unsettled is paid at the h of a market in which everything is settled and matured.
   */
  netAtoms: number;
  /** Fees and fee debt paid, and dust given up when the account was freed. All of it went into insurance. */
  feesPaidAtoms: number;
  /** Keeper rewards and maker rebates received; capital = deposited − withdrawn − fees − losses + gains + rewards. */
  rewardsAtoms: number;
  /** Capital paid against losses (settle_losses). */
  lossesPaidAtoms: number;
  /** Gains converted into capital. */
  gainsConvertedAtoms: number;
  /** Released pnl consumed by those conversions; converted / consumed is the payout ratio. */
  releasedConsumedAtoms: number;
  /** Deficit this account left: paid by insurance, by the other side through K, or uninsured. */
  deficitAtoms: number;
  /** Pnl lost to socialised deficits through K while holding a position. */
  lostThroughKAtoms: number;
  /** Of it, what came out of principal rather than of unrealised gains. */
  principalLostThroughKAtoms: number;
  /** |effective position| removed without consent when the other side was liquidated. */
  exposureReducedQ: number;
  liquidations: number;
  /** True if the account never held a position. */
  alwaysFlat: boolean;
}

export interface FillRow {
  slab: string;
  slot: number;
  buyer: number;
  seller: number;
  sizeQ: number;
  executionPrice: number;
  indexPrice: number;
  buyerGroup: string;
  sellerGroup: string;
  /** On an order book: whose order was there first. */
  maker?: 'buyer' | 'seller';
}

export interface LiquidationRow {
  slab: string;
  slot: number;
  account: number;
  group: string;
  side: SideName;
  full: boolean;
  closedQ: number;
  indexPrice: number;
  notionalAtoms: number;
  feePaidAtoms: number;
  deficitAtoms: number;
  insurancePaidAtoms: number;
  socializedAtoms: number;
  /** Open interest of the other side, over which K spread `socializedAtoms`; null if there was nothing to spread. */
  carriedByQ: number | null;
  uninsuredAtoms: number;
}

/** A side changed its mode. */
export interface ResetRow {
  slab: string;
  slot: number;
  side: SideName;
  from: ModeName;
  to: ModeName;
  epoch: number;
  staleAccounts: number;
}

/** Released pnl became capital, or capital left the venue. */
export interface ExitRow {
  slab: string;
  slot: number;
  account: number;
  group: string;
  kind: 'convert' | 'withdraw';
  /** For convert: released pnl consumed. For withdraw: amount. */
  amountAtoms: number;
  /** For convert: capital credited. For withdraw: amount. */
  paidAtoms: number;
  hStored: number;
  hCranked: number | null;
}

/** One row per (attack, slab). */
export interface AttackRow {
  attack: string;
  kind: string;
  slab: string;
  hypothesis: string;
  depositedAtoms: number;
  withdrawnAtoms: number;
  /** Left inside the venue at the end, at the undistorted price and what H would pay. */
  leftInsideAtoms: number;
  /** withdrawn + left inside − deposited − bids. */
  netExtractedAtoms: number;
  feesPaidAtoms: number;
  /** Bids of all its actions in the auctions. They leave the venue: no vault holds them. */
  bidsPaidAtoms: number;
  peakReservedAtoms: number;
  /** What the positions it closed would have lost through K afterwards, at the rate of those who stayed. */
  kLossAvoidedAtoms: number;
  firstDistortionSlot: number | null;
  firstWithdrawalSlot: number | null;
  warmupPeriodSlots: number;
  /** Wealth of everybody else, insurance included, with the attacks minus without them (same seed). Negative: they lost. */
  honestWealthChangeAtoms: number;
  /** Of it, by who carried it. */
  lpWealthChangeAtoms: number;
  insuranceChangeAtoms: number;
  /** What its module calls success: the figure that is measured, its unit, and what it has to exceed. */
  criterion: string;
  measuredIn: 'atoms' | 'slots' | 'ratio';
  /** null: nothing happened that the figure could be measured on. */
  measured: number | null;
  needed: number;
  /** measured > needed. */
  success: boolean;
}

/** Wealth of one group on one slab at the end, with and without the attacks; groups that never used an account nor paid a bid are left out. */
export interface GroupRow {
  slab: string;
  group: string;
  role: AccountRow['role'];
  accounts: number;
  depositedAtoms: number;
  withdrawnAtoms: number;
  /** Σ netAtoms of its accounts − bids. */
  netAtoms: number;
  /** The same group in the run without attacks; null if the scenario has none. */
  netWithoutAttackAtoms: number | null;
  feesPaidAtoms: number;
  /** Bids of its agents in the auctions. They leave the venue: no vault holds them. */
  bidsPaidAtoms: number;
  liquidatedAccounts: number;
}

/** Extraction bound of design 01 §11.5 for one set of accounts. */
export interface BoundRow {
  slab: string;
  /** `group:retail`, `attackers`, `account:17`, `random:3`. Singletons are reported as the worst one. */
  set: string;
  withdrawnAtoms: number;
  depositedAtoms: number;
  lossesPaidByOthersAtoms: number;
  insuranceSpentAtoms: number;
  /** deposited + losses of others + insurance spent − withdrawn; negative is an engine bug. */
  slackAtoms: number;
}

/** Instructions an agent wanted and the engine refused, by error name. */
export interface RejectionRow {
  slab: string;
  group: string;
  op: string;
  error: string;
  count: number;
}

/** The tables of the order books are empty if there is none. */
export interface Tables extends BookTables {
  series: SeriesRow[];
  accounts: AccountRow[];
  groups: GroupRow[];
  fills: Rows<FillRow>;
  liquidations: LiquidationRow[];
  resets: ResetRow[];
  exits: ExitRow[];
  attacks: AttackRow[];
  bounds: BoundRow[];
  rejections: RejectionRow[];
}

/** Facts about each slab that the reports need beside the tables. */
export interface SlabInfo {
  slab: string;
  underlying: string;
  warmupPeriodSlots: number;
  insuranceFloorAtoms: number;
  initialBps: number;
  maintenanceBps: number;
  tradingFeeBps: number;
  finalModeLong: ModeName;
  finalModeShort: ModeName;
  /** Permissionless instructions that finished recovery after the end (run on a copy); 0 if none were needed, null if it did not finish. */
  recoveryInstructions: number | null;
  /** Instructions executed and refused. */
  instructions: number;
  rejected: number;
  /** Accounts that answered Overflow in settle or liquidate, or would at the end (a liveness failure). */
  frozenAccounts: number;
  /** Slots in which K could not move to the new price (a liveness failure). */
  missedAccruals: number;
  /** Paid into insurance from outside. */
  toppedUpAtoms: number;
  /** Paid out of insurance: for deficits, and as keeper rewards and maker rebates. */
  insurancePaidAtoms: number;
  rewardsPaidAtoms: number;
  /** The vault identity: deposited − withdrawn + topped up, which must equal the vault. */
  expectedVaultAtoms: number;
  vaultAtoms: number;
}

/** A parameter of the scenario with its provenance. */
export interface LabelledParameter {
  path: string;
  value: string;
  label: 'measured' | 'calibrated' | 'assumed';
  note: string;
}

/** A published figure that a calibrated scenario is held against; `metric` names a row of summary.json. */
export interface FitTarget {
  metric: string;
  unit: string;
  published: number;
  /** Inclusive range if sources differ; equal to `published` otherwise. */
  low: number;
  high: number;
  source: string;
}

/** Everything a report is made from. */
export interface RunRecord {
  scenario: string;
  title: string;
  question: string;
  seed: string;
  slots: number;
  slotMs: number;
  /** Slots completed; smaller than `slots` when the run was interrupted. */
  slotsDone: number;
  complete: boolean;
  checked: boolean;
  slabs: SlabInfo[];
  tables: Tables;
  labels: LabelledParameter[];
  fit: FitTarget[];
  /** The resolved scenario, as plain data. */
  resolved: unknown;
  /** The command that makes the same run again. */
  reproduce: string;
}
