import { Wide } from '../math/index.ts';
import { widenFields } from '../math/shape.ts';
import { ADL_ONE } from './constants.ts';

/** Side modes in the order the event stream and the wire number them. */
export const SIDE_MODES = ['Normal', 'DrainOnly', 'ResetPending'] as const;
export const Mode = { Normal: 0, DrainOnly: 1, ResetPending: 2 } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

export const LONG = 0;
export const SHORT = 1;
export type SideIndex = 0 | 1;

/** One trader's claim on the market (design 01 §2). All numbers are safe integers. */
export class Account {
  used = false;
  /** C: principal, quote atoms. */
  capital = 0;
  /** Signed profit and loss, quote atoms. */
  pnl = 0;
  /** R: the part of a positive pnl that still warms up. */
  reservedPnl = 0;
  /** Signed stored position, q-units, at the multiplier `aBasis`. */
  basisQ = 0;
  aBasis = ADL_ONE;
  kSnap = new Wide();
  epochSnap = 0;
  /** ≤ 0; negative is fee debt. */
  feeCredits = 0;
  warmupStart = 0;
  warmupSlope = 0;
  /** Metadata only. */
  lastFeeSlot = 0;
  hedgeNet = 1;
  hedgeGross = 1;
}

/** One side of the market: the lazy indices A and K and what hangs on them. */
export class Side {
  /** A: what a position attached at ADL_ONE still is, in millionths. */
  a = ADL_ONE;
  /** K: cumulative pnl per unit of A-adjusted basis. */
  k = new Wide();
  epoch = 0;
  kEpochStart = new Wide();
  /** Effective open interest, q-units. */
  oiEff = 0;
  mode: Mode = Mode.Normal;
  storedPositions = 0;
  stalePositions = 0;
  /** Upper bound of open interest that no account holds any more. */
  phantomDustQ = 0;
}

/** Market-wide numbers outside the two sides. */
export class Globals {
  /** V: what the vault holds. */
  vault = 0;
  /** I: the insurance fund inside the vault. */
  insurance = 0;
  cTot = 0;
  pnlPosTot = 0;
  pnlMaturedPosTot = 0;
  currentSlot = 0;
  slotLast = 0;
  priceLast = 0;
  fundingPriceLast = 0;
  fundingRate = 0;
  usedAccounts = 0;
  /** W: the warmup clock; equals currentSlot unless the warmup is adaptive. */
  warmupClock = 0;
  warmupRemainder = 0;
  warmupMultiplierBps = 10_000;
  emaFast = 0;
  emaSlow = 0;
}

widenFields(new Account(), ['capital', 'pnl', 'reservedPnl', 'basisQ', 'feeCredits', 'warmupSlope']);
widenFields(new Side(), ['oiEff', 'phantomDustQ']);
widenFields(new Globals(), [
  'vault',
  'insurance',
  'cTot',
  'pnlPosTot',
  'pnlMaturedPosTot',
  'priceLast',
  'fundingPriceLast',
  'emaFast',
  'emaSlow',
]);

/** A flat account's fields, except its clocks: what a new account starts from and a freed slot returns to. */
export function resetAccount(account: Account): void {
  account.capital = 0;
  account.pnl = 0;
  account.reservedPnl = 0;
  account.basisQ = 0;
  account.aBasis = ADL_ONE;
  account.kSnap.clear();
  account.epochSnap = 0;
  account.feeCredits = 0;
  account.warmupStart = 0;
  account.warmupSlope = 0;
  account.lastFeeSlot = 0;
  account.hedgeNet = 1;
  account.hedgeGross = 1;
}

/** The records of one market. */
export class Records {
  readonly globals = new Globals();
  readonly sides: readonly [Side, Side] = [new Side(), new Side()];
  /** Allocated on first use. */
  readonly accounts: (Account | undefined)[];

  constructor(slots: number) {
    this.accounts = new Array<Account | undefined>(slots).fill(undefined);
  }
}
