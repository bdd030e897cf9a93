import { calculateKPnl, mulDivCeil, Wide } from '../../engine/math/index.ts';
import { keepShape } from '../../engine/math/shape.ts';
import {
  type Account,
  BPS,
  calculateEffectivePosition,
  calculateMaintenanceMargin,
  calculateNotional,
  EventKind,
  type EventLog,
  LONG,
  type Market,
  POS_SCALE,
  SHORT,
  type SideIndex,
} from '../../engine/risk/index.ts';
import { readOrNull } from './executor.ts';
import { IndexedHeap } from './indexed_heap.ts';

/** Covers the floors of the settlement and of the notional. */
const SLACK_ATOMS = 4;
/** Covers the rounding of the levels, which are floating-point numbers of the size of a price. */
const SLACK_SHARE = 1e-9;

/**
 * One side's thresholds. x is what K has earned per unit of base, a number like a price: dx = dK/A. With base
 * b = |basis|·A/a_basis/POS_SCALE an account's equity E is E₀ + b·(x − x₀), so E ≤ m·b·P + min exactly when
 * m·P − x ≥ (E₀ − min)/b − x₀: the left is the level of the side, the right the account's threshold. Marks, funding and
 * socialised deficits all go through K, so no threshold moves with them.
 */
class SideThresholds {
  readonly heap: IndexedHeap;
  /** A, K and last price that were seen after the latest instruction. */
  a: number;
  readonly k = new Wide();
  price: number;
  /** x where the query that runs looks. */
  x = 0;
  /** x at `kBase`. Counting from there keeps the rounding small. */
  private xBase = 0;
  private readonly kBase = new Wide();

  constructor(slots: number, a: number, price: number) {
    this.heap = new IndexedHeap(slots);
    this.a = a;
    this.price = price;
  }

  calculateX(k: Wide): number {
    return this.xBase + Number(k.toBigInt() - this.kBase.toBigInt()) / this.a;
  }

  /** Appends who may be eligible at this price and x. */
  collectHit(price: number, x: number, maintenanceRate: number, found: number[]): void {
    this.heap.collect(maintenanceRate * price - x + SLACK_SHARE * (price + Math.abs(x)), found);
  }

  /** x goes on from where it was seen last, at the pace of the new A. */
  rebase(a: number): void {
    this.xBase = this.calculateX(this.k);
    this.kBase.copyFrom(this.k);
    this.a = a;
  }
}

keepShape(Object.assign(new SideThresholds(1, 0.5, 0.5), { x: 0.5, xBase: 0.5 }));

/**
 * Which accounts could be liquidated (design 03 §2). Thresholds err on the eligible side and are checked exactly when
 * hit. An account's is computed again only after an event that concerns it. A hedge credit only lowers a requirement,
 * so thresholds leave it out.
 *
 * When A falls, bases shrink and with them what positions still win or lose. Where equity was above the requirement the
 * true threshold then moves away, so the old one stays on the eligible side; only accounts that were hit before need a
 * new one. (A rises only when a reset makes all positions of the side stale, and stale ones are nobody's to liquidate.)
 */
export class LiquidationCandidates {
  private readonly market: Market;
  private readonly sides: readonly [SideThresholds, SideThresholds];
  private readonly maintenanceRate: number;
  private readonly bandBps: number | null;
  private readonly isChanged: Uint8Array;
  private changed: number[] = [];

  /** With a `bandBps`: not whom a keeper may liquidate, but who is in the slab's reduce band. */
  constructor(market: Market, bandBps: number | null = null) {
    this.market = market;
    const { globals, maxSlots, sides } = market;
    this.sides = [
      new SideThresholds(maxSlots, sides[LONG].a, globals.priceLast),
      new SideThresholds(maxSlots, sides[SHORT].a, globals.priceLast),
    ];
    this.bandBps = bandBps;
    this.maintenanceRate = (bandBps ?? market.params.maintenanceBps) / BPS;
    this.isChanged = new Uint8Array(market.maxSlots);
  }

  /** Reads what an instruction changed; call it after each. */
  noteEvents(log: EventLog): void {
    for (let at = 0; at < log.length; at += 1) {
      const kind = log.kind(at);
      const isOfSide =
        kind === EventKind.ExposureReduced ||
        kind === EventKind.ModeChanged ||
        kind === EventKind.DustCleared;
      const subject = log.subject(at);
      if (!isOfSide && subject >= 0) this.noteAccount(subject);
    }
    this.noteSide(LONG);
    this.noteSide(SHORT);
  }

  private noteAccount(account: number): void {
    if (this.isChanged[account] === 1) return;
    this.isChanged[account] = 1;
    this.changed.push(account);
  }

  private noteSide(index: SideIndex): void {
    const { a, k } = this.market.sides[index];
    const seen = this.sides[index];
    if (a !== seen.a) {
      const hit: number[] = [];
      seen.collectHit(seen.price, seen.calculateX(seen.k), this.maintenanceRate, hit);
      for (const account of hit) this.noteAccount(account);
      seen.rebase(a);
    }
    seen.k.copyFrom(k);
    seen.price = this.market.globals.priceLast;
  }

  /**
   * Up to `limit` accounts, ascending, whose maintenance equity is at or below their requirement at the market's last
   * accrued price and K. The market may be under an undo mark that accrued it elsewhere.
   */
  find(limit: number): number[] {
    const { market, maintenanceRate, sides } = this;
    const { priceLast } = market.globals;
    sides[LONG].x = sides[LONG].calculateX(market.sides[LONG].k);
    sides[SHORT].x = sides[SHORT].calculateX(market.sides[SHORT].k);
    this.refresh();
    const hit: number[] = [];
    sides[LONG].collectHit(priceLast, sides[LONG].x, maintenanceRate, hit);
    sides[SHORT].collectHit(priceLast, sides[SHORT].x, maintenanceRate, hit);
    hit.sort((a, b) => a - b);
    const found: number[] = [];
    for (const account of hit) {
      if (isEligible(market, market.accounts[account]!, this.bandBps)) {
        found.push(account);
        if (found.length === limit) break;
      } else {
        // Perhaps its threshold only was too cautious.
        this.setThreshold(account);
      }
    }
    return found;
  }

  private refresh(): void {
    const { changed } = this;
    for (const account of changed) {
      this.isChanged[account] = 0;
      this.setThreshold(account);
    }
    changed.length = 0;
  }

  private setThreshold(index: number): void {
    const { market, sides } = this;
    const account = market.account(index);
    const isOpen = account !== undefined && calculateEffectivePosition(market, account) !== 0;
    const side = isOpen ? (account.basisQ > 0 ? LONG : SHORT) : null;
    if (side !== LONG) sides[LONG].heap.remove(index);
    if (side !== SHORT) sides[SHORT].heap.remove(index);
    if (side !== null) {
      const { heap, x } = sides[side];
      heap.set(index, calculateThreshold(market, account!, side, x));
    }
  }
}

/**
 * eq_maint of design 01 §3 after a touch: C + pnl + what K has earned since − fee debt. −Infinity where that leaves the
 * envelope: the account is listed, the keeper's instruction fails, and the failure shows.
 */
function calculateSettledEquity(
  market: Market,
  { basisQ, kSnap, aBasis, capital, pnl, feeCredits }: Account,
): number {
  const { k } = market.sides[basisQ > 0 ? LONG : SHORT];
  const pending = readOrNull((until) => calculateKPnl(Math.abs(basisQ), kSnap, until, aBasis, POS_SCALE), k);
  return pending === null ? Number.NEGATIVE_INFINITY : capital + pnl + pending + feeCredits;
}

/** See `SideThresholds`. The larger of the two requirements of design 01 §8 is at most their sum, m·b·P + min. */
function calculateThreshold(market: Market, account: Account, side: SideIndex, x: number): number {
  const { params, sides } = market;
  // Not floored: K pays on the exact share, and a larger base errs on the eligible side.
  const base = (Math.abs(account.basisQ) * sides[side].a) / account.aBasis / POS_SCALE;
  const equity = calculateSettledEquity(market, account) - params.minNonzeroMmReq - SLACK_ATOMS;
  return equity / base - x - SLACK_SHARE * (market.globals.priceLast + Math.abs(x));
}

/** Eligibility of design 01 §9, or of the reduce band (docs/slab.md, reduceBand), exactly. */
function isEligible(market: Market, account: Account, bandBps: number | null): boolean {
  const position = calculateEffectivePosition(market, account);
  if (position === 0) return false;
  const equity = Math.max(0, calculateSettledEquity(market, account));
  if (bandBps === null) return equity <= calculateMaintenanceMargin(market, account, position);
  const notional = calculateNotional(position, market.globals.priceLast);
  return equity < mulDivCeil(notional, bandBps, BPS);
}
