import type { EventSink } from './events.ts';
import { Account, Globals, type Records, Side, type SideIndex } from './records.ts';

function copyAccount(to: Account, from: Account): void {
  to.used = from.used;
  to.capital = from.capital;
  to.pnl = from.pnl;
  to.reservedPnl = from.reservedPnl;
  to.basisQ = from.basisQ;
  to.aBasis = from.aBasis;
  to.kSnap.copyFrom(from.kSnap);
  to.epochSnap = from.epochSnap;
  to.feeCredits = from.feeCredits;
  to.warmupStart = from.warmupStart;
  to.warmupSlope = from.warmupSlope;
  to.lastFeeSlot = from.lastFeeSlot;
  to.hedgeNet = from.hedgeNet;
  to.hedgeGross = from.hedgeGross;
}

function copySide(to: Side, from: Side): void {
  to.a = from.a;
  to.k.copyFrom(from.k);
  to.epoch = from.epoch;
  to.kEpochStart.copyFrom(from.kEpochStart);
  to.oiEff = from.oiEff;
  to.mode = from.mode;
  to.storedPositions = from.storedPositions;
  to.stalePositions = from.stalePositions;
  to.phantomDustQ = from.phantomDustQ;
}

function copyGlobals(to: Globals, from: Globals): void {
  to.vault = from.vault;
  to.insurance = from.insurance;
  to.cTot = from.cTot;
  to.pnlPosTot = from.pnlPosTot;
  to.pnlMaturedPosTot = from.pnlMaturedPosTot;
  to.currentSlot = from.currentSlot;
  to.slotLast = from.slotLast;
  to.priceLast = from.priceLast;
  to.fundingPriceLast = from.fundingPriceLast;
  to.fundingRate = from.fundingRate;
  to.usedAccounts = from.usedAccounts;
  to.warmupClock = from.warmupClock;
  to.warmupRemainder = from.warmupRemainder;
  to.warmupMultiplierBps = from.warmupMultiplierBps;
  to.emaFast = from.emaFast;
  to.emaSlow = from.emaSlow;
}

/** Keeps state beside the risk records under the same savepoints: a slab's own words. */
export interface JournalCompanion {
  /** A savepoint opens inside of `depth` others; returns what `rollback` will be given. */
  mark(depth: number): number;
  rollback(mark: number): void;
}

interface Savepoint {
  /** Records stamped at or after this serial are already saved for it. */
  serial: number;
  accounts: number;
  sides: number;
  globals: number;
  events: number;
  companion: number;
}

/**
 * The undo journal (design 05 §4). Every write goes through `accountMut`, `sideMut` or `globalsMut`, which save a
 * pre-image once per savepoint. `mark` opens a savepoint (they nest), `rollback` undoes to it and closes it,
 * `release` closes it and keeps the changes. Outside any savepoint nothing is saved.
 */
export class UndoJournal {
  /** Shares the savepoints. */
  companion: JournalCompanion | null = null;
  private readonly records: Records;
  private readonly sink: EventSink | null;
  private readonly savepoints: Savepoint[] = [];
  private depth = 0;
  private serial = 1;
  private currentSerial = 0;
  private readonly accountStamps: Float64Array;
  private readonly sideStamps = new Float64Array(2);
  private globalsStamp = 0;
  // Pre-images, oldest first, allocated once and reused; one log a type, so that each copy is a direct call.
  private readonly accountImages: Account[] = [];
  private readonly accountKeys: number[] = [];
  private accountsUsed = 0;
  private readonly sideImages: Side[] = [];
  private readonly sideKeys: SideIndex[] = [];
  private sidesUsed = 0;
  private readonly globalsImages: Globals[] = [];
  private globalsUsed = 0;

  constructor(records: Records, sink: EventSink | null) {
    this.records = records;
    this.sink = sink;
    this.accountStamps = new Float64Array(records.accounts.length);
  }

  /** Opens a savepoint and returns its handle for `rollback` or `release`. */
  mark(): number {
    let point = this.savepoints[this.depth];
    if (point === undefined) {
      point = { serial: 0, accounts: 0, sides: 0, globals: 0, events: 0, companion: 0 };
      this.savepoints[this.depth] = point;
    }
    this.serial += 1;
    point.serial = this.serial;
    point.accounts = this.accountsUsed;
    point.sides = this.sidesUsed;
    point.globals = this.globalsUsed;
    point.events = this.sink === null ? 0 : this.sink.mark();
    point.companion = this.companion === null ? 0 : this.companion.mark(this.depth);
    this.currentSerial = this.serial;
    this.depth += 1;
    return this.depth;
  }

  /** Keeps what happened since the mark. */
  release(mark: number): void {
    this.close(mark);
    if (this.depth === 0) {
      this.accountsUsed = 0;
      this.sidesUsed = 0;
      this.globalsUsed = 0;
    }
  }

  /** Restores the state and the event stream of the mark. */
  rollback(mark: number): void {
    this.close(mark);
    const point = this.savepoints[mark - 1]!;
    const { accounts, globals, sides } = this.records;
    for (let at = this.accountsUsed - 1; at >= point.accounts; at -= 1) {
      const index = this.accountKeys[at]!;
      copyAccount(accounts[index]!, this.accountImages[at]!);
      this.accountStamps[index] = 0;
    }
    for (let at = this.sidesUsed - 1; at >= point.sides; at -= 1) {
      copySide(sides[this.sideKeys[at]!], this.sideImages[at]!);
    }
    // Each image is of the whole record, so the oldest says all.
    if (this.globalsUsed > point.globals) copyGlobals(globals, this.globalsImages[point.globals]!);
    this.accountsUsed = point.accounts;
    this.sidesUsed = point.sides;
    this.globalsUsed = point.globals;
    this.sideStamps[0] = 0;
    this.sideStamps[1] = 0;
    this.globalsStamp = 0;
    this.sink?.rollback(point.events);
    this.companion?.rollback(point.companion);
  }

  private close(mark: number): void {
    if (mark !== this.depth) {
      throw new Error(`savepoint ${mark} is not the innermost one (${this.depth})`);
    }
    this.depth = mark - 1;
    this.currentSerial = this.depth === 0 ? 0 : this.savepoints[this.depth - 1]!.serial;
  }

  private saveAccount(index: number, account: Account): void {
    const at = this.accountsUsed;
    if (at === this.accountImages.length) this.accountImages.push(new Account());
    copyAccount(this.accountImages[at]!, account);
    this.accountKeys[at] = index;
    this.accountsUsed = at + 1;
    this.accountStamps[index] = this.serial;
  }

  private saveSide(index: SideIndex, side: Side): void {
    const at = this.sidesUsed;
    if (at === this.sideImages.length) this.sideImages.push(new Side());
    copySide(this.sideImages[at]!, side);
    this.sideKeys[at] = index;
    this.sidesUsed = at + 1;
    this.sideStamps[index] = this.serial;
  }

  private saveGlobals(globals: Globals): void {
    const at = this.globalsUsed;
    if (at === this.globalsImages.length) this.globalsImages.push(new Globals());
    copyGlobals(this.globalsImages[at]!, globals);
    this.globalsUsed = at + 1;
    this.globalsStamp = this.serial;
  }

  /** The account record at `index` for writing; allocates it on first use. The index must be in range. */
  accountMut(index: number): Account {
    const { accounts } = this.records;
    let account = accounts[index];
    if (account === undefined) {
      account = new Account();
      accounts[index] = account;
    }
    if (this.accountStamps[index]! < this.currentSerial) this.saveAccount(index, account);
    return account;
  }

  sideMut(index: SideIndex): Side {
    const side = this.records.sides[index];
    if (this.sideStamps[index]! < this.currentSerial) this.saveSide(index, side);
    return side;
  }

  globalsMut(): Globals {
    const { globals } = this.records;
    if (this.globalsStamp < this.currentSerial) this.saveGlobals(globals);
    return globals;
  }
}
