import { mulDivFloor } from '../../engine/math/index.ts';
import { widenFields } from '../../engine/math/shape.ts';
import { ADL_ONE, EventKind, Mode, POS_SCALE } from '../../engine/risk/index.ts';
import type { AccountOwner } from '../kernel/observer.ts';

const createClosedLedger = (): ClosedLedger => ({ weight: 0, index: 0 });

/** Running totals of one account since the start, and the shadow of its position. Quote atoms and q-units. */
export class AccountLedger {
  readonly owner: AccountOwner;
  deposited = 0;
  withdrawn = 0;
  feesPaid = 0;
  rewards = 0;
  lossesPaid = 0;
  gainsConverted = 0;
  releasedConsumed = 0;
  deficit = 0;
  lostThroughK = 0;
  principalLostThroughK = 0;
  exposureReducedQ = 0;
  liquidations = 0;
  everUsed = false;
  everHeld = false;
  pnl = 0;
  reserved = 0;
  side: 0 | 1 = 0;
  absBasisQ = 0;
  aBasis = ADL_ONE;
  epoch = 0;
  /** The side's socialised index at the latest settlement. */
  socializedSnap = 0;
  /** What of the latest settlement's K loss its pnl did not cover. */
  uncoveredKLoss = 0;
  /** Of attackers: what closed positions would have lost through K until the reset of their side. */
  avoidedKLoss = 0;
  /** Of attackers, by side: Σ q/A of what was closed since the side's latest reset, and the same weighted with the index then. */
  readonly closed: readonly [ClosedLedger, ClosedLedger] | null;

  constructor(owner: AccountOwner) {
    this.owner = owner;
    this.closed = owner.role === 'attacker' ? [createClosedLedger(), createClosedLedger()] : null;
  }
}

widenFields(new AccountLedger({ account: 0, group: '', agent: '', role: 'trader' }), [
  'deposited',
  'withdrawn',
  'feesPaid',
  'rewards',
  'lossesPaid',
  'gainsConverted',
  'releasedConsumed',
  'deficit',
  'lostThroughK',
  'principalLostThroughK',
  'exposureReducedQ',
  'pnl',
  'reserved',
  'absBasisQ',
  'aBasis',
  'socializedSnap',
  'uncoveredKLoss',
  'avoidedKLoss',
]);

interface ClosedLedger {
  weight: number;
  index: number;
}

interface SideLedger {
  a: number;
  epoch: number;
  /** Σ ΔK of socialised deficits. */
  socializedIndex: number;
  socialized: number;
}

const createSideLedger = (): SideLedger => ({ a: ADL_ONE, epoch: 0, socializedIndex: 0, socialized: 0 });
widenFields(createSideLedger(), ['a', 'socializedIndex', 'socialized']);

/** Totals per account and per market from the event stream of one slab. Memory grows with accounts only. */
export class Ledger {
  readonly accounts: readonly AccountLedger[];
  readonly sides: readonly [SideLedger, SideLedger];
  toppedUp = 0;
  deposited = 0;
  withdrawn = 0;
  fees = 0;
  insurancePaid = 0;
  rewardsPaid = 0;
  uninsured = 0;
  liquidations = 0;
  /** Deficits resolved, at liquidations and of flat accounts. */
  bankruptcies = 0;
  /** V − C_tot − I. */
  residual = 0;
  /** Σ released. */
  matured = 0;
  private readonly hasWarmup: boolean;

  constructor(owners: readonly AccountOwner[], warmupPeriodSlots: number) {
    this.hasWarmup = warmupPeriodSlots > 0;
    this.accounts = owners.map((owner) => new AccountLedger(owner));
    this.sides = [createSideLedger(), createSideLedger()];
  }

  account(index: number): AccountLedger {
    const account = this.accounts[index];
    if (account === undefined) throw new Error(`account ${index} has no owner`);
    return account;
  }

  get insuranceSpent(): number {
    return this.insurancePaid + this.rewardsPaid;
  }

  /** Takes one event into the totals. */
  apply(kind: EventKind, subject: number, x: number, y: number, z: number): void {
    switch (kind) {
      case EventKind.InsuranceToppedUp:
        this.toppedUp += x;
        return;
      case EventKind.ExposureReduced:
        this.sides[subject as 0 | 1].a = y;
        return;
      case EventKind.ModeChanged:
        if (y === Mode.ResetPending) {
          this.endAvoidance(subject as 0 | 1);
          this.sides[subject as 0 | 1].a = ADL_ONE;
          this.sides[subject as 0 | 1].epoch += 1;
        }
        return;
      case EventKind.DustCleared:
        return;
      default:
        this.applyToAccount(kind, this.account(subject), x, y, z);
    }
  }

  private applyToAccount(kind: EventKind, account: AccountLedger, x: number, y: number, z: number): void {
    switch (kind) {
      case EventKind.Deposited:
        account.everUsed = true;
        account.deposited += x;
        this.deposited += x;
        return;
      case EventKind.Withdrawn:
        account.withdrawn += x;
        this.withdrawn += x;
        return;
      case EventKind.FeeCharged:
      case EventKind.Reclaimed:
        this.payFee(account, x);
        return;
      case EventKind.FeeDebtPaid:
        this.payFee(account, x);
        if (y === 0) {
          account.deposited += x;
          this.deposited += x;
        }
        return;
      case EventKind.KeeperRewarded:
      case EventKind.MakerRebated:
        account.rewards += x;
        this.rewardsPaid += x;
        return;
      case EventKind.PositionSet:
        this.setPosition(account, x);
        return;
      case EventKind.Liquidated:
        account.liquidations += 1;
        this.liquidations += 1;
        return;
      case EventKind.InsurancePaid:
      case EventKind.Uninsured:
      case EventKind.Socialized:
        this.shareDeficit(kind, account, x, y, z);
        return;
      default:
        this.applyToPnl(kind, account, x, y);
    }
  }

  private payFee(account: AccountLedger, amount: number): void {
    account.feesPaid += amount;
    this.fees += amount;
  }

  private applyToPnl(kind: EventKind, account: AccountLedger, x: number, y: number): void {
    switch (kind) {
      case EventKind.PnlSettled:
        this.changePnl(account, x);
        this.settleKLoss(account);
        return;
      case EventKind.TradePnl:
        this.changePnl(account, x);
        return;
      case EventKind.LossPaid: {
        account.lossesPaid += x;
        this.residual += x;
        account.principalLostThroughK += Math.min(account.uncoveredKLoss, x);
        account.uncoveredKLoss = 0;
        this.changePnl(account, x);
        return;
      }
      case EventKind.DeficitCleared:
        if (x > 0) this.bankruptcies += 1;
        this.changePnl(account, x);
        return;
      case EventKind.Converted:
        account.releasedConsumed += x;
        account.gainsConverted += y;
        account.pnl -= x;
        this.matured -= x;
        this.residual -= y;
        return;
      case EventKind.Matured:
        account.reserved -= x;
        this.matured += x;
        return;
      default:
    }
  }

  /** A gain joins the reserve (released at once without a warmup), a loss eats the reserve first (design 01 §2). */
  private changePnl(account: AccountLedger, change: number): void {
    const before = Math.max(account.pnl, 0);
    const reservedBefore = account.reserved;
    account.pnl += change;
    const gain = Math.max(account.pnl, 0) - before;
    if (this.hasWarmup) account.reserved = Math.max(0, reservedBefore + gain);
    this.matured += gain - (account.reserved - reservedBefore);
  }

  private shareDeficit(
    kind: EventKind,
    account: AccountLedger,
    x: number,
    side: number,
    deltaK: number,
  ): void {
    account.deficit += x;
    if (kind === EventKind.InsurancePaid) {
      this.insurancePaid += x;
      this.residual += x;
    } else if (kind === EventKind.Uninsured) {
      this.uninsured += x;
    } else {
      const shadow = this.sides[side as 0 | 1];
      shadow.socialized += x;
      shadow.socializedIndex += deltaK;
    }
  }

  /** |basis|·ΣΔK/(a_basis·POS_SCALE) since the latest settlement: what socialised deficits took from this position. */
  calculateUnsettledKLoss(account: AccountLedger): number {
    const index = this.sides[account.side].socializedIndex - account.socializedSnap;
    return (account.absBasisQ * index) / (account.aBasis * POS_SCALE);
  }

  private settleKLoss(account: AccountLedger): void {
    const loss = this.calculateUnsettledKLoss(account);
    account.socializedSnap = this.sides[account.side].socializedIndex;
    account.lostThroughK += loss;
    account.uncoveredKLoss = Math.min(loss, Math.max(0, -account.pnl));
  }

  /** |effective position| now, q-units; 0 once the side began a new epoch. */
  calculateEffectiveSize(account: AccountLedger): number {
    const side = this.sides[account.side];
    if (account.absBasisQ === 0 || account.epoch !== side.epoch) return 0;
    return mulDivFloor(account.absBasisQ, side.a, account.aBasis);
  }

  /** What the positions that an attacker's account closed would have lost through K since, had they been kept. */
  calculateAvoidedKLoss({ avoidedKLoss, closed }: AccountLedger): number {
    if (closed === null) return 0;
    const since = closed.map(({ weight, index }, at) => this.sides[at]!.socializedIndex * weight - index);
    return avoidedKLoss + (since[0]! + since[1]!) / POS_SCALE;
  }

  private noteClosed(account: AccountLedger, closed: ClosedLedger, sizeQ: number, basisQ: number): void {
    const { a, socializedIndex } = this.sides[account.side];
    const isSameSide = basisQ > 0 === (account.side === 0);
    const weight = Math.max(0, sizeQ - (isSameSide ? Math.abs(basisQ) : 0)) / a;
    closed.weight += weight;
    closed.index += weight * socializedIndex;
  }

  /** A reset ends every position of a side, those that were never closed as well: later deficits are not theirs. */
  private endAvoidance(side: 0 | 1): void {
    for (const account of this.accounts) {
      if (account.closed === null) continue;
      const closed = account.closed[side];
      account.avoidedKLoss += (this.sides[side].socializedIndex * closed.weight - closed.index) / POS_SCALE;
      closed.weight = closed.index = 0;
    }
  }

  private setPosition(account: AccountLedger, basisQ: number): void {
    const sizeQ = this.calculateEffectiveSize(account);
    account.exposureReducedQ += account.absBasisQ - sizeQ;
    if (account.closed !== null) this.noteClosed(account, account.closed[account.side], sizeQ, basisQ);
    if (basisQ !== 0) account.side = basisQ > 0 ? 0 : 1;
    const side = this.sides[account.side];
    account.everHeld ||= basisQ !== 0;
    account.absBasisQ = Math.abs(basisQ);
    account.aBasis = side.a;
    account.epoch = side.epoch;
    account.socializedSnap = side.socializedIndex;
  }
}

widenFields(new Ledger([], 0), [
  'toppedUp',
  'deposited',
  'withdrawn',
  'fees',
  'insurancePaid',
  'rewardsPaid',
  'uninsured',
  'residual',
  'matured',
]);
