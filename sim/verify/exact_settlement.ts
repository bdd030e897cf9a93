import type { EventLog, Market, RiskInstruction } from '../../engine/risk/index.ts';
import { ADL_ONE, BPS, EventKind, MAX_FUNDING_DT, Mode, POS_SCALE } from '../../engine/risk/index.ts';
import type { BookInstruction } from '../kernel/observer.ts';

interface ShadowSide {
  k: bigint;
  kEpochStart: bigint;
  a: bigint;
  openInterest: bigint;
}

interface ShadowPosition {
  side: 0 | 1;
  absBasis: bigint;
  aBasis: bigint;
  kSnap: bigint;
}

/** What a settlement should have been: an error message, and the account it is about (−1: a side). */
export interface SettlementError {
  account: number;
  message: string;
}

const floorDivide = (n: bigint, d: bigint): bigint => {
  const q = n / d;
  return n < 0n && q * d !== n ? q - 1n : q;
};

/**
 * Arbitrary-precision shadow of the lazy settlement (design 01 §4, §5): K of both sides from prices, funding and
 * socialised deficits, and for each settlement the exact |basis|·ΔK/(a_basis·POS_SCALE) it must floor.
 */
export class ExactSettlement {
  private readonly market: Market;
  private readonly positions = new Map<number, ShadowPosition>();
  /** Side of the latest position, which outlives its closing: liquidation events come after it. */
  private readonly latestSide = new Map<number, 0 | 1>();
  private readonly sides: [ShadowSide, ShadowSide];
  private priceLast: number;
  private slotLast: number;
  private rate: number;

  constructor(market: Market) {
    this.market = market;
    const { globals } = market;
    this.priceLast = globals.priceLast;
    this.slotLast = globals.slotLast;
    this.rate = globals.fundingRate;
    const side = (): ShadowSide => ({ k: 0n, kEpochStart: 0n, a: BigInt(ADL_ONE), openInterest: 0n });
    this.sides = [side(), side()];
  }

  /** An instruction that succeeded is about to be explained by its events. */
  accrue(instruction: RiskInstruction | BookInstruction): void {
    if (!('oraclePrice' in instruction)) return;
    const { oraclePrice, nowSlot } = instruction;
    let rate = 0;
    if ('fundingRate' in instruction) rate = instruction.fundingRate;
    else {
      const { globals } = this.market;
      // An order that only rests touches nothing of the market.
      if (globals.slotLast !== nowSlot || globals.priceLast !== oraclePrice) return;
      rate = globals.fundingRate;
    }
    const [long, short] = this.sides;
    const move = BigInt(oraclePrice - this.priceLast);
    if (long.openInterest > 0n) long.k += long.a * move;
    if (short.openInterest > 0n) short.k -= short.a * move;
    let left = nowSlot - this.slotLast;
    if (long.openInterest > 0n && short.openInterest > 0n) {
      const divisor = BigInt(BPS) * BigInt(this.market.params.fundingScale);
      const perSlot = BigInt(this.priceLast) * BigInt(this.rate);
      for (; left > 0; left -= MAX_FUNDING_DT) {
        const term = floorDivide(perSlot * BigInt(Math.min(left, MAX_FUNDING_DT)), divisor);
        long.k -= long.a * term;
        short.k += short.a * term;
      }
    }
    this.priceLast = oraclePrice;
    this.slotLast = nowSlot;
    this.rate = rate;
  }

  /** Follows the events of the instruction; the first settlement that is off by an atom or more is returned. */
  read(log: EventLog): SettlementError | null {
    let error: SettlementError | null = null;
    log.each((kind, subject, x, y, z) => {
      switch (kind) {
        case EventKind.PnlSettled:
          error ??= this.settle(subject, x, y, z === 1);
          return;
        case EventKind.PositionSet:
          this.attach(subject, x);
          return;
        case EventKind.Socialized:
          this.socialize(y as 0 | 1, x, z);
          return;
        case EventKind.ExposureReduced:
          this.sides[subject as 0 | 1].a = BigInt(y);
          this.sides[subject as 0 | 1].openInterest = BigInt(z);
          return;
        case EventKind.Liquidated: {
          const side = this.latestSide.get(subject);
          if (side !== undefined) this.sides[side].openInterest -= BigInt(x);
          return;
        }
        case EventKind.ModeChanged:
          if (y === Mode.ResetPending) this.beginReset(subject as 0 | 1);
          return;
        default:
      }
    });
    error ??= this.compareSides();
    this.takeOpenInterest();
    return error;
  }

  private settle(account: number, pnl: number, absBasis: number, stale: boolean): SettlementError | null {
    const position = this.positions.get(account);
    if (position === undefined || position.absBasis !== BigInt(absBasis)) {
      return { account, message: `settled a basis of ${absBasis} but holds ${position?.absBasis ?? 0n}` };
    }
    const side = this.sides[position.side];
    const kNow = stale ? side.kEpochStart : side.k;
    const numerator = position.absBasis * (kNow - position.kSnap);
    const denominator = position.aBasis * BigInt(POS_SCALE);
    position.kSnap = kNow;
    if (floorDivide(numerator, denominator) === BigInt(pnl)) return null;
    return { account, message: `settled ${pnl} atoms, exactly ${numerator}/${denominator}` };
  }

  private attach(account: number, basisQ: number): void {
    if (basisQ === 0) {
      this.positions.delete(account);
      return;
    }
    const side = basisQ > 0 ? 0 : 1;
    const { a, k } = this.sides[side];
    this.positions.set(account, { side, absBasis: BigInt(Math.abs(basisQ)), aBasis: a, kSnap: k });
    this.latestSide.set(account, side);
  }

  /** Δ = ceil(deficit·A·POS_SCALE/OI); the event's own Δ is used while a double holds it exactly. */
  private socialize(side: 0 | 1, deficit: number, delta: number): void {
    const shadow = this.sides[side];
    if (Number.isSafeInteger(delta)) {
      shadow.k -= BigInt(delta);
    } else {
      const numerator = BigInt(deficit) * shadow.a * BigInt(POS_SCALE);
      shadow.k += floorDivide(-numerator, shadow.openInterest);
    }
  }

  private beginReset(side: 0 | 1): void {
    const shadow = this.sides[side];
    shadow.kEpochStart = shadow.k;
    shadow.a = BigInt(ADL_ONE);
  }

  /** K and A of the market against the shadow. */
  compareSides(): SettlementError | null {
    for (const index of [0, 1] as const) {
      const shadow = this.sides[index];
      const side = this.market.sides[index];
      const name = index === 0 ? 'long' : 'short';
      if (side.k.toBigInt() !== shadow.k) {
        return { account: -1, message: `K of the ${name} side is ${side.k.toBigInt()}, exactly ${shadow.k}` };
      }
      if (BigInt(side.a) !== shadow.a) {
        return { account: -1, message: `A of the ${name} side is ${side.a}, from events ${shadow.a}` };
      }
    }
    return null;
  }

  /** Open interest moves in too many ways to be worth a second derivation: invariant 2 guards it. */
  private takeOpenInterest(): void {
    for (const index of [0, 1] as const) {
      this.sides[index].openInterest = BigInt(this.market.sides[index].oiEff);
    }
  }
}
