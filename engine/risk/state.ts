import type { EventSink } from './events.ts';
import { UndoJournal } from './journal.ts';
import { type RiskParams, validateParams } from './params.ts';
import { type Account, type Globals, Records, type Side } from './records.ts';

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

/** What a trade tells its caller beside the state: for a slab, which matches orders through the engine. */
export class TradeReport {
  /** Whose state or capital made it fail; 'none' if it was neither's alone. */
  fault: 'buyer' | 'seller' | 'none' = 'none';
  /** What the taker's capital paid of its fee; 0 without a maker. Quote atoms. */
  takerPaid = 0;
  /** What the maker got of it. */
  rebate = 0;

  clear(): void {
    this.fault = 'none';
    this.takerPaid = 0;
    this.rebate = 0;
  }
}

/** The whole state of one market's risk engine. Read freely; write only through the journal's accessors. */
export class Market {
  readonly params: RiskParams;
  readonly maxSlots: number;
  readonly globals: Globals;
  readonly sides: readonly [Side, Side];
  /** Allocated on first use; `accounts[i]?.used` says whether i is taken. */
  readonly accounts: (Account | undefined)[];
  readonly journal: UndoJournal;
  readonly sink: EventSink | null;
  /** Reset flags of the running instruction (design 01 §5). */
  readonly resetFlags: [boolean, boolean] = [false, false];
  /** What the latest trade came to. */
  readonly trade = new TradeReport();

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
    const records = new Records(this.maxSlots);
    this.globals = records.globals;
    this.sides = records.sides;
    this.accounts = records.accounts;
    this.journal = new UndoJournal(records, this.sink);
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
