import type { EventLog, Market } from '../../engine/risk/index.ts';
import { EventKind } from '../../engine/risk/index.ts';

/** What the auditor believes about one account, from events alone. */
export interface AuditedAccount {
  used: boolean;
  capital: number;
  pnl: number;
  reserved: number;
  feeDebt: number;
  basisQ: number;
  deposited: number;
  withdrawn: number;
  lossesPaid: number;
}

/** A balance that the events do not explain. `account` is −1 for the market's own balances. */
export interface Discrepancy {
  account: number;
  field: string;
  fromEvents: number;
  inMarket: number;
}

const newAccount = (): AuditedAccount => ({
  used: false,
  capital: 0,
  pnl: 0,
  reserved: 0,
  feeDebt: 0,
  basisQ: 0,
  deposited: 0,
  withdrawn: 0,
  lossesPaid: 0,
});

/**
 * Re-derives every balance of a market from its events and compares them with the market. It shares no code with
 * the engine, scans everything and is meant to be slow and obvious.
 */
export class Auditor {
  readonly accounts = new Map<number, AuditedAccount>();
  vault = 0;
  insurance = 0;
  /** Deficits paid, rewards and rebates. */
  insuranceSpent = 0;
  /** Deficits cleared, less what insurance, K and nobody took over: 0 after every instruction. */
  unexplainedDeficit = 0;
  private readonly hasWarmup: boolean;

  constructor(warmupPeriodSlots: number) {
    this.hasWarmup = warmupPeriodSlots > 0;
  }

  account(index: number): AuditedAccount {
    let account = this.accounts.get(index);
    if (account === undefined) {
      account = newAccount();
      this.accounts.set(index, account);
    }
    return account;
  }

  read(log: EventLog): void {
    log.each((kind, subject, x, y) => {
      if (kind === EventKind.InsuranceToppedUp) {
        this.vault += x;
        this.insurance += x;
      } else if (
        kind !== EventKind.ExposureReduced &&
        kind !== EventKind.ModeChanged &&
        // The kinds from here on move no atom: dust, and what happens to orders and holds.
        kind < EventKind.DustCleared
      ) {
        this.readAccountEvent(kind, this.account(subject), x, y);
      }
    });
  }

  private readAccountEvent(kind: EventKind, account: AuditedAccount, x: number, y: number): void {
    switch (kind) {
      case EventKind.Deposited:
        account.used = true;
        account.capital += x;
        account.deposited += x;
        this.vault += x;
        return;
      case EventKind.Withdrawn:
        account.capital -= x;
        account.withdrawn += x;
        this.vault -= x;
        return;
      case EventKind.FeeCharged:
        account.capital -= x;
        account.feeDebt += y;
        this.insurance += x;
        return;
      case EventKind.FeeDebtPaid:
        account.feeDebt -= x;
        this.insurance += x;
        if (y === 1) {
          account.capital -= x;
        } else {
          account.deposited += x;
          this.vault += x;
        }
        return;
      case EventKind.Reclaimed:
        account.used = false;
        account.capital -= x;
        this.insurance += x;
        return;
      case EventKind.KeeperRewarded:
      case EventKind.MakerRebated:
        account.capital += x;
        this.insurance -= x;
        this.insuranceSpent += x;
        return;
      case EventKind.Closed:
        account.used = false;
        return;
      case EventKind.FeeDebtForgiven:
        account.feeDebt -= x;
        return;
      case EventKind.PositionSet:
        account.basisQ = x;
        return;
      default:
        this.readPnlEvent(kind, account, x, y);
    }
  }

  private readPnlEvent(kind: EventKind, account: AuditedAccount, x: number, y: number): void {
    switch (kind) {
      case EventKind.PnlSettled:
      case EventKind.TradePnl:
        this.changePnl(account, x);
        return;
      case EventKind.LossPaid:
        account.capital -= x;
        account.lossesPaid += x;
        this.changePnl(account, x);
        return;
      case EventKind.DeficitCleared:
        this.changePnl(account, x);
        this.unexplainedDeficit += x;
        return;
      case EventKind.InsurancePaid:
        this.insurance -= x;
        this.insuranceSpent += x;
        this.unexplainedDeficit -= x;
        return;
      case EventKind.Uninsured:
      case EventKind.Socialized:
        this.unexplainedDeficit -= x;
        return;
      case EventKind.Converted:
        account.pnl -= x;
        account.capital += y;
        return;
      case EventKind.Matured:
        account.reserved -= x;
        return;
    }
  }

  /** A gain joins the reserve (unless there is no warmup), a loss eats the reserve first (design 01 §2, §6). */
  private changePnl(account: AuditedAccount, change: number): void {
    const before = Math.max(account.pnl, 0);
    account.pnl += change;
    const gain = Math.max(account.pnl, 0) - before;
    if (this.hasWarmup) account.reserved = Math.max(0, account.reserved + gain);
  }

  /** The first balance of the market that differs from what the events say, or null. */
  findDiscrepancy(market: Market): Discrepancy | null {
    const found = (account: number, field: string, fromEvents: number, inMarket: number) =>
      fromEvents === inMarket ? null : { account, field, fromEvents, inMarket };
    let capital = 0;
    let used = 0;
    for (const [index, audited] of this.accounts) {
      const held = market.account(index);
      capital += audited.capital;
      if (audited.used) used += 1;
      const difference =
        found(index, 'used', Number(audited.used), held === undefined ? 0 : 1) ??
        found(index, 'capital', audited.capital, held?.capital ?? 0) ??
        found(index, 'pnl', audited.pnl, held?.pnl ?? 0) ??
        found(index, 'reservedPnl', audited.reserved, held?.reservedPnl ?? 0) ??
        found(index, 'feeDebt', audited.feeDebt, 0 - (held?.feeCredits ?? 0)) ??
        found(index, 'basisQ', audited.basisQ, held?.basisQ ?? 0);
      if (difference !== null) return difference;
    }
    const { globals } = market;
    return (
      found(-1, 'vault', this.vault, globals.vault) ??
      found(-1, 'insurance', this.insurance, globals.insurance) ??
      found(-1, 'cTot', capital, globals.cTot) ??
      found(-1, 'usedAccounts', used, globals.usedAccounts) ??
      found(-1, 'unexplained deficit', this.unexplainedDeficit, 0)
    );
  }
}
