import { calculateKPnl } from '../../engine/math/index.ts';
import {
  type Account,
  BPS,
  calculateEffectivePosition,
  calculateMaintenanceMargin,
  EventKind,
  type EventLog,
  LONG,
  type Market,
  POS_SCALE,
  SHORT,
  type SideIndex,
} from '../../engine/risk/index.ts';
import { readOrNull } from './executor.ts';

/** Covers the floors of the settlement and of the notional. */
const SLACK_ATOMS = 4;
/** Covers the rounding of the floating-point threshold itself. */
const SLACK_SHARE = 1e-9;

/**
 * Which accounts could be liquidated. Each open position has a threshold, a price at or beyond which it may be eligible;
 * thresholds err on the eligible side and are checked exactly when hit. They do not depend on the price, so an account's
 * is computed again only after an event that concerns it, a side's when its A changes or a deficit goes through its K.
 */
export class LiquidationCandidates {
  private readonly market: Market;
  /** 0: no position. 1 + side otherwise. */
  private readonly sideOf: Uint8Array;
  private readonly thresholds: Float64Array;
  /** The first price at which any account of the side may be eligible. */
  private readonly alarms: [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  private readonly isSideChanged: [boolean, boolean] = [false, false];
  private readonly isAccountChanged: Uint8Array;
  private readonly changed: number[] = [];
  /** One more than the largest account index seen. */
  private end = 0;
  /** Latched: once there is funding, it moves K, and with it every threshold, between any two queries. */
  private hasFunding = false;

  constructor(market: Market) {
    this.market = market;
    this.sideOf = new Uint8Array(market.maxSlots);
    this.thresholds = new Float64Array(market.maxSlots);
    this.isAccountChanged = new Uint8Array(market.maxSlots);
  }

  /** Reads what an instruction changed; call it after each. */
  noteEvents(log: EventLog): void {
    if (this.market.globals.fundingRate !== 0) this.hasFunding = true;
    log.each((kind, subject, _x, y) => {
      if (kind === EventKind.ExposureReduced || kind === EventKind.ModeChanged) {
        this.isSideChanged[subject as SideIndex] = true;
      } else if (kind !== EventKind.DustCleared && subject >= 0) {
        if (kind === EventKind.Socialized) this.isSideChanged[y as SideIndex] = true;
        this.noteAccount(subject);
      }
    });
  }

  private noteAccount(account: number): void {
    if (this.isAccountChanged[account] === 1) return;
    this.isAccountChanged[account] = 1;
    this.changed.push(account);
    this.end = Math.max(this.end, account + 1);
  }

  /**
   * Up to `limit` accounts, ascending, whose maintenance equity is at or below their requirement. The market must be
   * accrued to `price`.
   */
  find(price: number, limit: number): number[] {
    this.refresh();
    const { alarms, end, market, sideOf, thresholds } = this;
    const found: number[] = [];
    if (price > alarms[LONG] && price < alarms[SHORT]) return found;
    let highestLong = Number.NEGATIVE_INFINITY;
    let lowestShort = Number.POSITIVE_INFINITY;
    for (let account = 0; account < end; account += 1) {
      const side = sideOf[account]!;
      if (side === 0) continue;
      const threshold = thresholds[account]!;
      const isLong = side === 1 + LONG;
      if (isLong) highestLong = Math.max(highestLong, threshold);
      else lowestShort = Math.min(lowestShort, threshold);
      const isHit = isLong ? price <= threshold : price >= threshold;
      if (!isHit || !isLiquidatable(market, market.accounts[account]!)) continue;
      found.push(account);
      if (found.length === limit) return found;
    }
    // Accounts that left may have held the alarms where they were.
    alarms[LONG] = highestLong;
    alarms[SHORT] = lowestShort;
    return found;
  }

  private refresh(): void {
    const { changed, isSideChanged } = this;
    if (this.hasFunding || isSideChanged[LONG] || isSideChanged[SHORT]) {
      this.alarms[LONG] = Number.NEGATIVE_INFINITY;
      this.alarms[SHORT] = Number.POSITIVE_INFINITY;
      for (let account = 0; account < this.end; account += 1) this.setThreshold(account);
      isSideChanged[LONG] = isSideChanged[SHORT] = false;
    } else {
      for (const account of changed) this.setThreshold(account);
    }
    for (const account of changed) this.isAccountChanged[account] = 0;
    changed.length = 0;
  }

  private setThreshold(index: number): void {
    const { alarms, market } = this;
    const account = market.account(index);
    const isOpen = account !== undefined && calculateEffectivePosition(market, account) !== 0;
    if (!isOpen) {
      this.sideOf[index] = 0;
      return;
    }
    const side = account.basisQ > 0 ? LONG : SHORT;
    const threshold = calculateThreshold(market, account, side);
    this.sideOf[index] = 1 + side;
    this.thresholds[index] = threshold;
    alarms[side] = side === LONG ? Math.max(alarms[LONG], threshold) : Math.min(alarms[SHORT], threshold);
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
  const pending = readOrNull(() => calculateKPnl(Math.abs(basisQ), kSnap, k, aBasis, POS_SCALE));
  return pending === null ? Number.NEGATIVE_INFINITY : capital + pnl + pending + feeCredits;
}

/**
 * The price at which equity meets the larger of both maintenance requirements (design 01 §8). With base b, equity E at
 * price P0 and rate m, a long solves E + b·(P − P0) = max(m·b·P, min), a short E − b·(P − P0) = max(m·b·P, min).
 */
function calculateThreshold(market: Market, account: Account, side: SideIndex): number {
  const { globals, params, sides } = market;
  // Not floored: K pays on the exact share, and a larger base errs on the eligible side.
  const base = (Math.abs(account.basisQ) * sides[side].a) / account.aBasis / POS_SCALE;
  const equity = calculateSettledEquity(market, account) - SLACK_ATOMS;
  const rate = params.maintenanceBps / BPS;
  const atMinimum = (equity - params.minNonzeroMmReq) / base;
  if (side === LONG) {
    const atRate = rate < 1 ? (globals.priceLast - equity / base) / (1 - rate) : Number.POSITIVE_INFINITY;
    const threshold = Math.max(atRate, globals.priceLast - atMinimum);
    return threshold + Math.abs(threshold) * SLACK_SHARE;
  }
  const atRate = (globals.priceLast + equity / base) / (1 + rate);
  const threshold = Math.min(atRate, globals.priceLast + atMinimum);
  return threshold - Math.abs(threshold) * SLACK_SHARE;
}

/** Eligibility of design 01 §9, exactly. */
function isLiquidatable(market: Market, account: Account): boolean {
  const position = calculateEffectivePosition(market, account);
  return (
    position !== 0 &&
    Math.max(0, calculateSettledEquity(market, account)) <=
      calculateMaintenanceMargin(market, account, position)
  );
}
