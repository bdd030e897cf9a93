import { mulDivFloor } from '../../engine/math/index.ts';
import {
  calculateResidual,
  EventKind,
  type EventLog,
  FeeKind,
  LONG,
  type Market,
  POS_SCALE,
  type RiskInstruction,
  SHORT,
  SIDE_MODES,
} from '../../engine/risk/index.ts';
import type { SlabErrorName } from '../../engine/slab/index.ts';
import type { Action, IndexDistortion } from '../agents/agent.ts';
import { AGENT_MODULES } from '../agents/index.ts';
import {
  ACCRUAL_ORIGIN,
  type BookInstruction,
  type Origin,
  type Refusal,
  type SlabObserver,
  type SlabSetup,
} from '../kernel/observer.ts';
import { isOutage, listDistortions, listOutages, sumDistortions } from '../prices/distortion.ts';
import type { OracleOutageEvent } from '../scenario/events.ts';
import { BookChecker } from '../verify/book_invariants.ts';
import { InvariantChecker } from '../verify/invariants.ts';
import { calculateRatio, probeCrankedHaircut, probeFrozen } from '../verify/probes.ts';
import { BookRecorder } from './book_recorder.ts';
import { NO_BOOK } from './book_tables.ts';
import { FillTable } from './fill_table.ts';
import { Ledger } from './ledger.ts';
import { createRecording, REJECTION_SEPARATOR, type Recording } from './recording.ts';
import { type SlabTables, summarizeSlab } from './slab_summary.ts';
import type { ExitRow, LiquidationRow, SeriesRow, SideName } from './types.ts';

const SIDE_NAMES: readonly [SideName, SideName] = ['long', 'short'];

/** The accounts that a permissionless instruction touches. */
function listTouched(instruction: RiskInstruction | BookInstruction): number[] {
  if (instruction.op === 'keeperCrank') return instruction.candidates.map(([account]) => account);
  return instruction.op === 'settleAccount' || instruction.op === 'liquidate' ? [instruction.account] : [];
}

/**
 * Turns one slab's events into the rows of `types.ts`. It reads the market and never changes it. Memory grows with
 * samples and events, not with accounts × slots.
 */
export class Recorder implements SlabObserver {
  private readonly setup: SlabSetup;
  private readonly market: Market;
  private readonly ledger: Ledger;
  private readonly recording: Recording;
  /** Null without an order book. */
  private readonly book: BookRecorder | null;
  private readonly distortions: readonly IndexDistortion[];
  private readonly outages: readonly OracleOutageEvent[];
  private price: number;
  private liquidationFee = 0;
  private openLiquidation: LiquidationRow | null = null;
  /** h on the settled market in this slot, if an exit asked for it. */
  private slotHaircut: number | null = null;
  private isNotable = false;

  constructor(setup: SlabSetup) {
    this.setup = setup;
    this.market = setup.market;
    this.price = setup.initialPrice;
    this.ledger = new Ledger(setup.owners, setup.slab.risk.warmupPeriodSlots);
    const { book, owners, scenario, slab } = setup;
    const groups = owners.map(({ group }) => group);
    this.recording = createRecording(setup.initialPrice, new FillTable(slab.id, groups));
    this.book = book === null ? null : new BookRecorder(setup, book, this.recording.fills);
    this.distortions = listDistortions(scenario, slab.underlying, AGENT_MODULES);
    this.outages = listOutages(scenario, slab.underlying);
  }

  onInstruction(
    slot: number,
    instruction: RiskInstruction | BookInstruction,
    error: SlabErrorName | null,
    origin: Origin,
  ): void {
    const { recording } = this;
    recording.slot = slot;
    recording.instructions += 1;
    if ('oraclePrice' in instruction) this.price = instruction.oraclePrice;
    this.book?.onInstruction(slot, instruction, error, origin);
    if (error === null) return;
    recording.rejected += 1;
    this.countRejection(origin.group, instruction.op, error);
    if (origin.group === ACCRUAL_ORIGIN.group && origin.agent === ACCRUAL_ORIGIN.agent)
      recording.missedAccruals += 1;
    if (error === 'Overflow') this.noteOverflow(instruction);
  }

  /** An account that cannot be touched any more is a failure of the venue, whoever was the one to meet it. */
  private noteOverflow(instruction: RiskInstruction | BookInstruction): void {
    const { recording } = this;
    const suspects = listTouched(instruction);
    for (const account of probeFrozen(this.market, suspects, recording.slot, this.price))
      recording.frozen.add(account);
    // Settled well, and yet nobody can close it. A part that no longer fits the position is the keeper's mistake.
    if (instruction.op === 'liquidate' && instruction.policy === 'full')
      recording.frozen.add(instruction.account);
  }

  onRefusal(_slot: number, action: Action, reason: Refusal, origin: Origin): void {
    this.countRejection(origin.group, action.type, reason);
  }

  onBid({ group }: Origin, feeBidAtoms: number): void {
    const { bidsPaid } = this.recording;
    bidsPaid.set(group, (bidsPaid.get(group) ?? 0) + feeBidAtoms);
  }

  onOutside({ group }: Origin, atoms: number): void {
    this.book?.addOutside(group, atoms);
  }

  private countRejection(group: string, op: string, error: string): void {
    const { rejections } = this.recording;
    const key = [group, op, error].join(REJECTION_SEPARATOR);
    rejections.set(key, (rejections.get(key) ?? 0) + 1);
  }

  onEvents(log: EventLog): void {
    this.openLiquidation = null;
    for (let at = 0; at < log.length; at += 1) {
      const kind = log.kind(at);
      const subject = log.subject(at);
      const x = log.x(at);
      const y = log.y(at);
      const z = log.z(at);
      this.book?.onEvent(kind, subject, x, y, z);
      // What comes after is told of orders and holds, and moves no atom.
      if (kind > EventKind.DustCleared) continue;
      this.record(kind, subject, x, y, z);
      this.ledger.apply(kind, subject, x, y, z);
      if (kind === EventKind.PnlSettled || kind === EventKind.TradePnl) this.trackReserve(subject);
    }
  }

  /** Rows of one event; `ledger` is still in the state before it. */
  private record(kind: EventKind, subject: number, x: number, y: number, z: number): void {
    switch (kind) {
      case EventKind.Converted:
        this.recordExit('convert', subject, x, y);
        return;
      case EventKind.Withdrawn:
        this.recordExit('withdraw', subject, x, x);
        return;
      case EventKind.Traded:
        this.recording.fills.push(this.recording.slot, subject, y, x, z, this.price);
        return;
      case EventKind.PnlSettled:
        this.openLiquidation = null;
        this.liquidationFee = 0;
        return;
      case EventKind.FeeCharged:
        if (z === FeeKind.Liquidation) this.liquidationFee = x;
        return;
      case EventKind.Liquidated:
        this.recordLiquidation(subject, x, y, z === 1);
        return;
      case EventKind.InsurancePaid:
        if (this.openLiquidation !== null) this.openLiquidation.insurancePaidAtoms += x;
        return;
      case EventKind.Socialized:
        if (this.openLiquidation !== null) {
          this.openLiquidation.socializedAtoms += x;
          // ΔK = x · A · POS_SCALE / open interest of the side that carries it, rounded up.
          this.openLiquidation.carriedByQ = mulDivFloor(x, this.ledger.sides[y as 0 | 1].a * POS_SCALE, z);
        }
        return;
      case EventKind.Uninsured:
        if (this.openLiquidation !== null) this.openLiquidation.uninsuredAtoms += x;
        return;
      case EventKind.DeficitCleared:
        this.isNotable = true;
        return;
      case EventKind.ModeChanged:
        this.recordReset(subject as 0 | 1, x, y, z);
        return;
      default:
    }
  }

  /**
   * h as the exit met it. The ledger knows the stored one before the event. The cranked one is probed at the first exit
   * of a slot, after its instruction, so what that exit took is added back.
   */
  private recordExit(kind: ExitRow['kind'], account: number, amountAtoms: number, paidAtoms: number): void {
    const { ledger, recording } = this;
    const { group, role } = this.setup.owners[account]!;
    const isConversion = kind === 'convert';
    this.slotHaircut ??= probeCrankedHaircut(
      this.market,
      isConversion ? { paid: paidAtoms, claimed: amountAtoms } : undefined,
    );
    recording.exits.push({
      slab: this.setup.slab.id,
      slot: recording.slot,
      account,
      group,
      kind,
      amountAtoms,
      paidAtoms,
      hStored: calculateRatio(ledger.residual, ledger.matured),
      hCranked: this.slotHaircut,
    });
    const isFirst = !isConversion && role === 'attacker' && !recording.firstWithdrawal.has(group);
    if (isFirst) recording.firstWithdrawal.set(group, recording.slot);
  }

  private recordLiquidation(account: number, closedQ: number, deficitAtoms: number, full: boolean): void {
    this.openLiquidation = {
      slab: this.setup.slab.id,
      slot: this.recording.slot,
      account,
      group: this.setup.owners[account]!.group,
      side: SIDE_NAMES[this.ledger.account(account).side],
      full,
      closedQ,
      indexPrice: this.price,
      notionalAtoms: mulDivFloor(closedQ, this.price, POS_SCALE),
      feePaidAtoms: this.liquidationFee,
      deficitAtoms,
      insurancePaidAtoms: 0,
      socializedAtoms: 0,
      carriedByQ: null,
      uninsuredAtoms: 0,
    };
    this.liquidationFee = 0;
    this.recording.liquidations.push(this.openLiquidation);
  }

  private recordReset(side: 0 | 1, from: number, to: number, epoch: number): void {
    this.isNotable = true;
    this.recording.resets.push({
      slab: this.setup.slab.id,
      slot: this.recording.slot,
      side: SIDE_NAMES[side],
      from: SIDE_MODES[from]!,
      to: SIDE_MODES[to]!,
      epoch,
      staleAccounts: this.market.sides[side].stalePositions,
    });
  }

  private trackReserve(index: number): void {
    const { owner } = this.ledger.account(index);
    if (owner.role !== 'attacker') return;
    let reserved = 0;
    for (const account of this.ledger.accounts) {
      if (account.owner.group === owner.group) reserved += account.reserved;
    }
    const { peakReserved } = this.recording;
    peakReserved.set(owner.group, Math.max(peakReserved.get(owner.group) ?? 0, reserved));
  }

  onSlotEnd(slot: number, fundamentalPrice: number, indexPrice: number): void {
    const { recording } = this;
    recording.slot = slot;
    recording.fundamentalPrice = fundamentalPrice;
    recording.indexPrice = indexPrice;
    if (indexPrice !== fundamentalPrice && this.isDistorted(slot)) recording.firstDistortionSlot ??= slot;
    const { sampleEverySlots, crankedEverySlots } = this.setup.scenario.measure;
    const isCranked = this.isNotable || slot % crankedEverySlots === 0;
    this.book?.onSlotEnd(slot, indexPrice);
    if (isCranked || slot % sampleEverySlots === 0) {
      recording.series.push(this.sample(isCranked));
      this.book?.sample(slot, indexPrice);
    }
    this.isNotable = false;
    this.slotHaircut = null;
  }

  /** An index that stands still in an outage differs from the price as well, and nobody has moved it. */
  private isDistorted(slot: number): boolean {
    return !isOutage(slot, this.outages) && sumDistortions(slot, this.distortions) !== 0;
  }

  private sample(isCranked: boolean): SeriesRow {
    const { ledger, market, recording } = this;
    const { globals, sides } = market;
    const [long, short] = [sides[LONG], sides[SHORT]];
    const residual = calculateResidual(market);
    return {
      slab: this.setup.slab.id,
      slot: recording.slot,
      fundamentalPrice: recording.fundamentalPrice,
      indexPrice: recording.indexPrice,
      vaultAtoms: globals.vault,
      capitalAtoms: globals.cTot,
      insuranceAtoms: globals.insurance,
      pnlPositiveAtoms: globals.pnlPosTot,
      pnlMaturedAtoms: globals.pnlMaturedPosTot,
      residualAtoms: residual,
      hStored: calculateRatio(residual, globals.pnlMaturedPosTot),
      hCranked: isCranked ? probeCrankedHaircut(market) : null,
      openInterestQ: long.oiEff,
      aLong: long.a,
      aShort: short.a,
      modeLong: SIDE_MODES[long.mode]!,
      modeShort: SIDE_MODES[short.mode]!,
      storedLong: long.storedPositions,
      storedShort: short.storedPositions,
      staleLong: long.stalePositions,
      staleShort: short.stalePositions,
      feesAtoms: ledger.fees,
      insuranceSpentAtoms: ledger.insuranceSpent,
      uninsuredAtoms: ledger.uninsured,
      socializedLongAtoms: ledger.sides[LONG].socialized,
      socializedShortAtoms: ledger.sides[SHORT].socialized,
      liquidations: ledger.liquidations,
      bankruptcies: ledger.bankruptcies,
    };
  }

  /** The last slot is always sampled, and cranked. */
  onEnd(): void {
    const { indexPrice, series, slot } = this.recording;
    if (slot < 0) return;
    if (series.at(-1)?.slot === slot) series.pop();
    series.push(this.sample(true));
    this.book?.sample(slot, indexPrice);
  }

  /** The slab's tables; call once, after `onEnd`. */
  finish(): SlabTables {
    const book = this.book?.finish(this.recording.fundamentalPrice) ?? NO_BOOK;
    return summarizeSlab(this.setup, this.ledger, this.recording, book);
  }
}

/** A recorder behind the checks: what breaks an invariant is never recorded. */
class CheckedRecorder extends Recorder {
  private readonly checker: InvariantChecker;
  private readonly bookChecker: BookChecker | null;

  constructor(setup: SlabSetup) {
    super(setup);
    this.checker = new InvariantChecker(setup, setup.slab.id);
    this.bookChecker = setup.book === null ? null : new BookChecker(setup.book);
  }

  override onInstruction(...call: Parameters<Recorder['onInstruction']>): void {
    this.checker.onInstruction(call[1], call[2]);
    super.onInstruction(...call);
  }

  override onEvents(log: EventLog): void {
    this.checker.onEvents(log);
    super.onEvents(log);
  }

  override onSlotEnd(...call: Parameters<Recorder['onSlotEnd']>): void {
    this.checker.onSlotEnd();
    this.bookChecker?.check();
    super.onSlotEnd(...call);
  }
}

/** What watches a slab during a run: the recorder, behind the auditor and the invariants if `check` is on. */
export function createRecorder(setup: SlabSetup): SlabObserver & { finish(): SlabTables } {
  return setup.check ? new CheckedRecorder(setup) : new Recorder(setup);
}
