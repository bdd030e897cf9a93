import { createWords, Wide } from '../math/index.ts';
import { ADL_ONE, BPS } from './constants.ts';

/** Side modes in the order the event stream and the wire number them. */
export const SIDE_MODES = ['Normal', 'DrainOnly', 'ResetPending'] as const;
export const Mode = { Normal: 0, DrainOnly: 1, ResetPending: 2 } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

export const LONG = 0;
export const SHORT = 1;
export type SideIndex = 0 | 1;

/** Numbers of the records of a market. */
export const GLOBALS_RECORD = 0;
export const SIDE_RECORD = 1;
export const ACCOUNT_RECORD = 3;

/** Words of a record, unused ones included, so that the journal treats all alike. */
export const RECORD_WORDS = 16;

/**
 * A record keeps its numbers in one array of doubles, which V8 holds unboxed: three cache lines and a plain copy for the
 * journal, where fields of objects are boxes all over the heap.
 */
abstract class Row {
  readonly words: number[] = createWords(RECORD_WORDS);
}

/** Gives a class its fields, one word each from `first`. */
function defineWords(row: { prototype: object }, first: number, names: readonly string[]): void {
  names.forEach((name, place) => {
    const word = first + place;
    Object.defineProperty(row.prototype, name, {
      get(this: Row) {
        return this.words[word];
      },
      set(this: Row, value: number) {
        this.words[word] = value;
      },
    });
  });
}

/** One trader's claim on the market (design 01 §2). All numbers are safe integers. */
export class Account extends Row {
  /** C: principal, quote atoms. */
  declare capital: number;
  /** Signed profit and loss, quote atoms. */
  declare pnl: number;
  /** R: the part of a positive pnl that still warms up. */
  declare reservedPnl: number;
  /** Signed stored position, q-units, at the multiplier `aBasis`. */
  declare basisQ: number;
  declare aBasis: number;
  readonly kSnap = new Wide(this.words, 6);
  declare epochSnap: number;
  /** ≤ 0; negative is fee debt. */
  declare feeCredits: number;
  declare warmupStart: number;
  declare warmupSlope: number;
  /** Metadata only. */
  declare lastFeeSlot: number;
  declare hedgeNet: number;
  declare hedgeGross: number;

  constructor() {
    super();
    resetAccount(this);
  }

  get used(): boolean {
    return this.words[0] === 1;
  }

  set used(used: boolean) {
    this.words[0] = used ? 1 : 0;
  }
}
defineWords(Account, 1, ['capital', 'pnl', 'reservedPnl', 'basisQ', 'aBasis']);
defineWords(Account, 9, ['epochSnap', 'feeCredits', 'warmupStart', 'warmupSlope', 'lastFeeSlot']);
defineWords(Account, 14, ['hedgeNet', 'hedgeGross']);

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

/** One side of the market: the lazy indices A and K and what hangs on them. */
export class Side extends Row {
  /** A: what a position attached at ADL_ONE still is, in millionths. */
  declare a: number;
  /** K: cumulative pnl per unit of A-adjusted basis. */
  readonly k = new Wide(this.words, 7);
  declare epoch: number;
  readonly kEpochStart = new Wide(this.words, 10);
  /** Effective open interest, q-units. */
  declare oiEff: number;
  declare mode: Mode;
  declare storedPositions: number;
  declare stalePositions: number;
  /** Upper bound of open interest that no account holds any more. */
  declare phantomDustQ: number;

  constructor() {
    super();
    this.a = ADL_ONE;
  }
}
defineWords(Side, 0, ['a', 'epoch', 'oiEff', 'mode', 'storedPositions', 'stalePositions', 'phantomDustQ']);

/** Market-wide numbers outside the two sides. */
export class Globals extends Row {
  /** V: what the vault holds. */
  declare vault: number;
  /** I: the insurance fund inside the vault. */
  declare insurance: number;
  declare cTot: number;
  declare pnlPosTot: number;
  declare pnlMaturedPosTot: number;
  declare currentSlot: number;
  declare slotLast: number;
  declare priceLast: number;
  declare fundingPriceLast: number;
  declare fundingRate: number;
  declare usedAccounts: number;
  /** W: the warmup clock; equals currentSlot unless the warmup is adaptive. */
  declare warmupClock: number;
  declare warmupRemainder: number;
  declare warmupMultiplierBps: number;
  declare emaFast: number;
  declare emaSlow: number;

  constructor() {
    super();
    this.warmupMultiplierBps = BPS;
  }
}
defineWords(Globals, 0, ['vault', 'insurance', 'cTot', 'pnlPosTot', 'pnlMaturedPosTot', 'currentSlot']);
defineWords(Globals, 6, ['slotLast', 'priceLast', 'fundingPriceLast', 'fundingRate', 'usedAccounts']);
defineWords(Globals, 11, ['warmupClock', 'warmupRemainder', 'warmupMultiplierBps', 'emaFast', 'emaSlow']);

/** The records of one market, numbered: the globals, the two sides, the accounts by index. */
export class Records {
  readonly globals = new Globals();
  readonly sides: readonly [Side, Side] = [new Side(), new Side()];
  /** Allocated on first use. */
  readonly accounts: (Account | undefined)[];

  constructor(slots: number) {
    this.accounts = new Array<Account | undefined>(slots).fill(undefined);
  }

  /** Words of a record that exists. */
  wordsOf(record: number): number[] {
    if (record >= ACCOUNT_RECORD) return this.accounts[record - ACCOUNT_RECORD]!.words;
    return record === GLOBALS_RECORD
      ? this.globals.words
      : this.sides[(record - SIDE_RECORD) as SideIndex].words;
  }
}
