import { keepShape } from '../math/shape.ts';

/**
 * What the engine tells the outside. Every movement of an atom, every change of exposure and every change
 * of a side's mode leaves as one event, so that an auditor can re-derive all balances from events alone.
 *
 * An event is (kind, subject, x, y, z). The subject is an account index, or a side (0 long, 1 short) for
 * the side kinds. Amounts are quote atoms, sizes q-units. Unused values are 0.
 */
export const EventKind = {
  /** x → capital and vault. y = 1 if the account was created by it. */
  Deposited: 1,
  /** x leaves capital and the vault. */
  Withdrawn: 2,
  /** x → insurance and vault. Subject −1. */
  InsuranceToppedUp: 3,
  /** Fee of x + y charged: x moved from capital to insurance, y became fee debt. z = FeeKind. */
  FeeCharged: 4,
  /** x of fee debt paid into insurance. y = 1 from capital (sweep), 0 by a fresh deposit into the vault. */
  FeeDebtPaid: 5,
  /** x of fee debt forgiven (reclaim, close). */
  FeeDebtForgiven: 6,
  /** pnl += x from the K indices (mark, funding and socialised deficits). y = |basis|, z = 1 if it closed a stale position. */
  PnlSettled: 7,
  /** pnl += x, execution slippage against the oracle price. */
  TradePnl: 8,
  /** x of capital paid against negative pnl (capital −= x, pnl += x). */
  LossPaid: 9,
  /** Insurance pays x of the subject's deficit. Does not change pnl by itself (see DeficitCleared). */
  InsurancePaid: 10,
  /** x of the subject's deficit stays uninsured: residual falls by it. */
  Uninsured: 11,
  /** x of the subject's deficit is socialised through K of side y; z = ΔK as a double (exact below 2^53, else nearest). */
  Socialized: 12,
  /** Negative pnl of −x set to 0 after its deficit was resolved (pnl += x). y = 1 at liquidation, 0 for a flat loss. */
  DeficitCleared: 13,
  /** x of released pnl consumed, y credited to capital. z = 1 for the automatic conversion of a touch. */
  Converted: 14,
  /** x of reserved pnl released by the warmup. */
  Matured: 15,
  /** The stored position changes: x = new signed basis, y = signed basis before. */
  PositionSet: 16,
  /** Trade: subject buys x q from account y at price z. */
  Traded: 17,
  /** Liquidation of the subject: x = q closed, y = deficit D, z = 1 full close, 0 partial. */
  Liquidated: 18,
  /** Subject is a side: x of its open interest removed because the other side was liquidated; y = A after, z = open interest after. */
  ExposureReduced: 19,
  /** Subject is a side: mode x → y (indices into SIDE_MODES), z = epoch after. */
  ModeChanged: 20,
  /** Account freed; x = capital dust moved to insurance. */
  Reclaimed: 21,
  /** x from insurance to the subject's capital as a keeper reward. */
  KeeperRewarded: 22,
  /** x from insurance to the subject's capital as a maker rebate. */
  MakerRebated: 23,
  /** Account freed by its owner after its capital was withdrawn. */
  Closed: 24,
  /** Subject is a side: x of orphaned open interest zeroed as dust. */
  DustCleared: 25,
  // The kinds below are emitted by the slab around the engine (docs/slab.md).
  /** Order x at price y rests or waits for its batch; z = q, negative for a sale. */
  OrderPlaced: 26,
  /** Order x of the subject filled y q as maker against taker z; the price is in the Traded event before. */
  OrderFilled: 27,
  /** y q of order x left unfilled; z = CancelReason. */
  OrderCancelled: 28,
  /** The subject's hold x locks y q with a notional of z. */
  Reserved: 29,
  /** The subject's hold x ended; y = HoldEnd, z = bond forfeited (charged by the FeeCharged event before). */
  HoldClosed: 30,
  /** Subject −1. Batch x opened at mark y with funding rate z. */
  BatchOpened: 31,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

export const FeeKind = { Trading: 0, Liquidation: 1, HoldBond: 2, RoundTripTax: 3 } as const;

/** Receives events in order. `mark`/`rollback` discard the events of an instruction that failed. */
export interface EventSink {
  emit(kind: EventKind, subject: number, x?: number, y?: number, z?: number): void;
  mark(): number;
  rollback(mark: number): void;
}

const WIDTH = 5;

/** A growing event buffer that the owner drains after each instruction (or each slot). */
export class EventLog implements EventSink {
  private data = new Float64Array(WIDTH * 256);
  private used = 0;

  get length(): number {
    return this.used / WIDTH;
  }

  emit(kind: EventKind, subject: number, x = 0, y = 0, z = 0): void {
    if (this.used === this.data.length) {
      const larger = new Float64Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    const { data, used } = this;
    data[used] = kind;
    data[used + 1] = subject;
    data[used + 2] = x;
    data[used + 3] = y;
    data[used + 4] = z;
    this.used = used + WIDTH;
  }

  mark(): number {
    return this.used;
  }

  rollback(mark: number): void {
    this.used = mark;
  }

  clear(): void {
    this.used = 0;
  }

  // What reads a long stream reads it in place: a call with numbers that do not fit 31 bits puts each on the heap.

  kind(at: number): EventKind {
    return this.data[at * WIDTH] as EventKind;
  }

  subject(at: number): number {
    return this.data[at * WIDTH + 1]!;
  }

  x(at: number): number {
    return this.data[at * WIDTH + 2]!;
  }

  y(at: number): number {
    return this.data[at * WIDTH + 3]!;
  }

  z(at: number): number {
    return this.data[at * WIDTH + 4]!;
  }

  /** Calls `visit` for events `from` … end, oldest first. */
  each(visit: (kind: EventKind, subject: number, x: number, y: number, z: number) => void, from = 0): void {
    const { data, used } = this;
    for (let at = from * WIDTH; at < used; at += WIDTH) {
      visit(data[at] as EventKind, data[at + 1]!, data[at + 2]!, data[at + 3]!, data[at + 4]!);
    }
  }
}

// Grown once, so that V8 does not take the buffer for a constant until the first long stream.
keepShape(Object.assign(new EventLog(), { data: new Float64Array(WIDTH) }));
