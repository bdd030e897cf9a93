import { Wide } from '../math/index.ts';
import { ADL_ONE } from './constants.ts';
import type { EventSink } from './events.ts';
import { UndoJournal } from './journal.ts';
import { type RiskParams, validateParams } from './params.ts';

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

export interface MarketOptions {
  params: RiskParams;
  /** Account indices are 0 … maxSlots − 1; default `params.maxAccounts`. */
  maxSlots?: number;
  initSlot: number;
  initPrice: number;
  sink?: EventSink;
  /** Off only for conformance markets (see `validateParams`). */
  enforceEnvelope?: boolean;
}

/** The whole state of one market's risk engine. Read freely; write only through the journal's accessors. */
export class Market {
  readonly params: RiskParams;
  readonly maxSlots: number;
  readonly globals = new Globals();
  readonly sides: readonly [Side, Side] = [new Side(), new Side()];
  /** Allocated lazily, in index order of first use; `accounts[i]?.used` says whether i is taken. */
  readonly accounts: (Account | undefined)[];
  readonly journal: UndoJournal;
  readonly sink: EventSink | null;
  /** Reset flags of the running instruction (design 01 §5). */
  readonly resetFlags: [boolean, boolean] = [false, false];

  constructor(options: MarketOptions) {
    const { params, initSlot, initPrice } = options;
    const issues = validateParams(params, options.enforceEnvelope ?? true);
    if (issues.length > 0) {
      throw new RangeError(issues.map((issue) => `${issue.field} ${issue.message}`).join('; '));
    }
    if (!(initPrice > 0 && initPrice <= params.maxPrice && Number.isSafeInteger(initPrice))) {
      throw new RangeError(`initPrice must be an integer from 1 to ${params.maxPrice}, got ${initPrice}`);
    }
    if (!(initSlot >= 0 && Number.isSafeInteger(initSlot))) {
      throw new RangeError(`initSlot must be a non-negative integer, got ${initSlot}`);
    }
    this.params = params;
    this.maxSlots = options.maxSlots ?? params.maxAccounts;
    this.sink = options.sink ?? null;
    this.accounts = new Array<Account | undefined>(this.maxSlots).fill(undefined);
    this.journal = new UndoJournal(this);
    const g = this.globals;
    g.currentSlot = g.slotLast = g.warmupClock = initSlot;
    g.priceLast = g.fundingPriceLast = initPrice;
  }

  /** The account, or undefined if the index is free or out of range. Do not write to it. */
  account(index: number): Account | undefined {
    const account = this.accounts[index];
    return account?.used ? account : undefined;
  }
}
