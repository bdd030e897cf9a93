import type { EventLog, Market, RiskInstruction } from '../../engine/risk/index.ts';
import { calculateHaircutValue, EventKind, Mode } from '../../engine/risk/index.ts';
import type { SlabErrorName } from '../../engine/slab/index.ts';
import type { BookInstruction, SlabSetup } from '../kernel/observer.ts';
import { Auditor } from './auditor.ts';
import { ExactSettlement } from './exact_settlement.ts';
import { type AccountSet, calculateBounds, createAccountSets } from './extraction_bound.ts';

/** The invariants of design 01 §11 that a run can check (6 is about reachable states), by their numbers there. */
export const INVARIANTS = {
  1: 'the vault covers capital and insurance, totals equal their sums, claims never exceed the residual',
  2: 'open interest is equal on both sides, and bounded by the dust of a side that holds no position',
  3: 'every position is in the epoch of its side, or one behind while the side is ResetPending',
  4: 'flat accounts never lose capital to another account’s insolvency',
  5: 'no set of accounts gets out more than it paid in, others lost and insurance spent',
  7: 'settlement is exact to less than one atom',
} as const;
export type InvariantNumber = keyof typeof INVARIANTS;

/**
 * A broken invariant: a bug of the engine or the lab, never an outcome. `invariant` is 'audit' for the auditor, 'book' for
 * an order book; `account`
 * is −1 if it is about the whole market. Slab and slot are added by whoever runs the slab.
 */
export class InvariantViolation extends Error {
  readonly invariant: InvariantNumber | 'audit' | 'book';
  readonly account: number;

  constructor(invariant: InvariantNumber | 'audit' | 'book', account: number, values: string) {
    super(`${describe(invariant)}: ${account < 0 ? '' : `account ${account}: `}${values}`);
    this.name = 'InvariantViolation';
    this.invariant = invariant;
    this.account = account;
  }
}

function describe(invariant: InvariantViolation['invariant']): string {
  if (invariant === 'audit') return 'audit failed (every balance follows from the events)';
  if (invariant === 'book') return 'the order book does not add up (docs/slab.md)';
  return `invariant ${invariant} broken (${INVARIANTS[invariant]})`;
}

const SIDE_NAMES = ['long', 'short'] as const;

/** Checks invariants 1–5 and 7 and runs the auditor: 2 and 7 after every instruction, the rest at every slot's end. */
export class InvariantChecker {
  private readonly auditor: Auditor;
  private readonly slab: string;
  private readonly market: Market;
  private readonly settlement: ExactSettlement;
  private readonly sets: AccountSet[];
  private readonly accounts: number[];
  /** Capital an account must still have if it was flat since the last slot's end; NaN if it was not. */
  private readonly flatCapital: Float64Array;
  private anyWithdrawal = false;

  constructor(setup: Pick<SlabSetup, 'market' | 'owners' | 'seed'>, slab: string) {
    this.slab = slab;
    this.market = setup.market;
    this.auditor = new Auditor(setup.market.params.warmupPeriodSlots);
    this.settlement = new ExactSettlement(setup.market);
    this.sets = createAccountSets(setup.owners, setup.seed, slab);
    this.accounts = setup.owners.map((owner) => owner.account);
    this.flatCapital = new Float64Array(setup.market.maxSlots);
  }

  onInstruction(instruction: RiskInstruction | BookInstruction, error: SlabErrorName | null): void {
    if (error === null) this.settlement.accrue(instruction);
    this.checkOpenInterest();
  }

  onEvents(log: EventLog): void {
    this.auditor.read(log);
    this.followFlatAccounts(log);
    const error = this.settlement.read(log);
    if (error !== null) this.fail(7, error.account, error.message);
  }

  onSlotEnd(): void {
    const discrepancy = this.auditor.findDiscrepancy(this.market);
    if (discrepancy !== null) {
      const { account, field, fromEvents, inMarket } = discrepancy;
      this.fail('audit', account, `${field} is ${inMarket}, from events ${fromEvents}`);
    }
    this.checkSolvency();
    this.checkEpochs();
    this.checkFlatAccounts();
    this.checkExtractionBound();
    const error = this.settlement.compareSides();
    if (error !== null) this.fail(7, error.account, error.message);
  }

  private fail(invariant: InvariantNumber | 'audit', account: number, values: string): never {
    throw new InvariantViolation(invariant, account, values);
  }

  private checkSolvency(): void {
    const { market } = this;
    const { vault, insurance, cTot, pnlPosTot, pnlMaturedPosTot, usedAccounts } = market.globals;
    const residual = vault - cTot - insurance;
    if (residual < 0) this.fail(1, -1, `V ${vault} < C_tot ${cTot} + I ${insurance}`);
    let capital = 0;
    let positive = 0;
    let matured = 0;
    let payable = 0;
    let used = 0;
    for (const index of this.accounts) {
      const account = market.account(index);
      if (account === undefined) continue;
      used += 1;
      const gain = Math.max(account.pnl, 0);
      if (account.capital < 0) this.fail(1, index, `capital ${account.capital} < 0`);
      if (account.reservedPnl < 0 || account.reservedPnl > gain) {
        this.fail(1, index, `reserve ${account.reservedPnl} outside 0 … ${gain}`);
      }
      capital += account.capital;
      positive += gain;
      matured += gain - account.reservedPnl;
      payable += calculateHaircutValue(market, gain - account.reservedPnl);
    }
    const expect = (name: string, total: number, sum: number) => {
      if (total !== sum) this.fail(1, -1, `${name} is ${total}, the accounts hold ${sum}`);
    };
    expect('the number of accounts', usedAccounts, used);
    expect('C_tot', cTot, capital);
    expect('pnl_pos_tot', pnlPosTot, positive);
    expect('pnl_matured_pos_tot', pnlMaturedPosTot, matured);
    if (payable > residual) this.fail(1, -1, `Σ effective pnl ${payable} > residual ${residual}`);
  }

  private checkOpenInterest(): void {
    const [long, short] = this.market.sides;
    if (long.oiEff !== short.oiEff) this.fail(2, -1, `long ${long.oiEff} q, short ${short.oiEff} q`);
    for (const index of [0, 1] as const) {
      const side = this.market.sides[index];
      if (side.storedPositions === 0 && side.oiEff > side.phantomDustQ) {
        const name = SIDE_NAMES[index];
        this.fail(2, -1, `no ${name} position, open interest ${side.oiEff} q > dust ${side.phantomDustQ} q`);
      }
    }
  }

  private checkEpochs(): void {
    const { market } = this;
    const stored = [0, 0];
    const stale = [0, 0];
    for (const index of this.accounts) {
      const account = market.account(index);
      if (account === undefined || account.basisQ === 0) continue;
      const sideIndex = account.basisQ > 0 ? 0 : 1;
      const side = market.sides[sideIndex];
      stored[sideIndex]! += 1;
      if (account.epochSnap === side.epoch) continue;
      stale[sideIndex]! += 1;
      if (side.mode !== Mode.ResetPending || account.epochSnap + 1 !== side.epoch) {
        this.fail(
          3,
          index,
          `epoch ${account.epochSnap}, ${SIDE_NAMES[sideIndex]} side in ${side.epoch}, mode ${side.mode}`,
        );
      }
    }
    for (const index of [0, 1] as const) {
      const side = market.sides[index];
      if (side.storedPositions !== stored[index] || side.stalePositions !== stale[index]) {
        const counted = `${stored[index]} stored and ${stale[index]} stale`;
        const kept = `${side.storedPositions} and ${side.stalePositions}`;
        this.fail(3, -1, `${SIDE_NAMES[index]} side counts ${kept}, the accounts are ${counted}`);
      }
    }
  }

  /** What a flat account does itself (pay in, take out, pay its fees, be reclaimed) moves its protected capital. */
  private followFlatAccounts(log: EventLog): void {
    const { flatCapital } = this;
    log.each((kind, subject, x, y) => {
      if (kind === EventKind.Deposited) flatCapital[subject]! += x;
      else if (kind === EventKind.Withdrawn) {
        flatCapital[subject]! -= x;
        this.anyWithdrawal = true;
      } else if (kind === EventKind.FeeCharged || kind === EventKind.Reclaimed) flatCapital[subject]! -= x;
      else if (kind === EventKind.FeeDebtPaid && y === 1) flatCapital[subject]! -= x;
      else if (kind === EventKind.PositionSet) flatCapital[subject] = Number.NaN;
    });
  }

  private checkFlatAccounts(): void {
    const { market, flatCapital } = this;
    for (const index of this.accounts) {
      const account = market.account(index);
      const capital = account?.capital ?? 0;
      const expected = flatCapital[index]!;
      if (capital < expected) this.fail(4, index, `capital ${capital} < ${expected}`);
      // A loss of its own that it has not paid yet (a maker's rebate can leave one) is not protected.
      const isFlat = account === undefined || account.basisQ === 0;
      flatCapital[index] = isFlat ? capital + Math.min(account?.pnl ?? 0, 0) : Number.NaN;
    }
  }

  /** Only a withdrawal can use slack up, so a slot without one needs no check. */
  private checkExtractionBound(): void {
    if (!this.anyWithdrawal) return;
    this.anyWithdrawal = false;
    const { auditor, slab, sets, accounts } = this;
    const flowsOf = (account: number) => auditor.accounts.get(account);
    for (const row of calculateBounds(slab, sets, accounts, flowsOf, auditor.insuranceSpent)) {
      if (row.slackAtoms < 0) {
        this.fail(5, -1, `${row.set} withdrew ${row.withdrawnAtoms}, slack ${row.slackAtoms} atoms`);
      }
    }
  }
}
