import { OUT_OF_ENVELOPE } from '../../engine/math/index.ts';
import { Rejection } from '../../engine/risk/errors.ts';
import {
  type Account,
  apply,
  type EventLog,
  type Market,
  type RiskInstruction,
} from '../../engine/risk/index.ts';
import type { SettleAccount } from '../../engine/risk/instructions.ts';
import type { SlabErrorName } from '../../engine/slab/index.ts';
import type { Flow } from './flow_meter.ts';
import type { LiquidationCandidates } from './liquidation_candidates.ts';
import type { BookInstruction, Origin, SlabObserver } from './observer.ts';

/** `read(of)`, or null where the engine would answer with an error (an amount outside the envelope). */
export function readOrNull<Of, T>(read: (of: Of) => T, of: Of): T | null {
  try {
    return read(of);
  } catch (thrown) {
    if (thrown instanceof Rejection || thrown === OUT_OF_ENVELOPE) return null;
    throw thrown;
  }
}

/** What an executor works with. */
export interface ExecutorParts {
  market: Market;
  log: EventLog;
  observer: SlabObserver;
  candidates: LiquidationCandidates;
  /** Null where nothing that trades moves the price. */
  flow: Flow | null;
  /** Handed to the engine with every instruction, bps per slot. */
  fundingRateBps: number;
}

/** Runs instructions on one market at the slot's time and index, and reports each to the observer. */
export class Executor {
  readonly market: Market;
  slot = 0;
  indexPrice = 0;
  /** Instructions executed so far: between two of them nothing changes that can be read of the market. */
  executed = 0;
  protected readonly log: EventLog;
  // Taken out of the parts: objects made by a spread have another hidden class in every run.
  private readonly observer: SlabObserver;
  private readonly candidates: LiquidationCandidates;
  private readonly flow: Flow | null;
  private readonly fundingRateBps: number;
  /** What probes touch with, written anew for each: there are twice as many as instructions. */
  private readonly touch: SettleAccount = {
    op: 'settleAccount',
    account: 0,
    oraclePrice: 0,
    nowSlot: 0,
    fundingRate: 0,
  };

  constructor(parts: ExecutorParts) {
    this.market = parts.market;
    this.log = parts.log;
    this.observer = parts.observer;
    this.candidates = parts.candidates;
    this.flow = parts.flow;
    this.fundingRateBps = parts.fundingRateBps;
  }

  /** What every instruction at this point of the run is given. */
  inputs(): { oraclePrice: number; nowSlot: number; fundingRate: number } {
    return { oraclePrice: this.indexPrice, nowSlot: this.slot, fundingRate: this.fundingRate };
  }

  protected get fundingRate(): number {
    return this.fundingRateBps;
  }

  /** Executes one instruction; the engine's error name, or null if it went through. */
  execute(instruction: RiskInstruction, origin: Origin): SlabErrorName | null {
    return this.report(instruction, apply(this.market, instruction), origin);
  }

  /** Tells everybody what an instruction did; returns its error. */
  protected report(
    instruction: RiskInstruction | BookInstruction,
    error: SlabErrorName | null,
    origin: Origin,
  ): SlabErrorName | null {
    const { candidates, flow, log, observer } = this;
    this.executed += 1;
    observer.onInstruction(this.slot, instruction, error, origin);
    candidates.noteEvents(log);
    if (log.length > 0) {
      flow?.noteEvents(log);
      observer.onEvents(log);
      log.clear();
    }
    return error;
  }

  /**
   * What `read` says of an account as if it were touched now at `price`; nothing remains of the touch. Null if there is
   * no such account or it cannot be touched.
   */
  probeTouched<T>(account: number, price: number, read: (touched: Account) => T): T | null {
    const { market, touch } = this;
    if (market.account(account) === undefined) return null;
    touch.account = account;
    touch.oraclePrice = price;
    touch.nowSlot = this.slot;
    touch.fundingRate = this.fundingRate;
    const mark = market.journal.mark();
    const error = apply(market, touch);
    const result = error === null ? readOrNull(read, market.account(account)!) : null;
    market.journal.rollback(mark);
    return result;
  }

  /** What `read` says as if the market had accrued at `price`; nothing remains of it. Null if it cannot. */
  probeAccrued<T>(price: number, read: () => T): T | null {
    const { market } = this;
    const mark = market.journal.mark();
    const error = apply(market, {
      op: 'keeperCrank',
      candidates: [],
      maxRevalidations: 0,
      ...this.inputs(),
      oraclePrice: price,
    });
    const result = error === null ? readOrNull(read, undefined) : null;
    market.journal.rollback(mark);
    return result;
  }
}
