import { OUT_OF_ENVELOPE, requireSafe } from '../math/index.ts';
import { setCapital } from './bookkeeping.ts';
import { MAX_ABS_FUNDING_BPS_PER_SLOT } from './constants.ts';
import { Rejection, type RiskErrorName } from './errors.ts';
import { EventKind } from './events.ts';
import type { MarketInputs } from './instructions.ts';
import { type Account, LONG, SHORT } from './records.ts';
import { scheduleResets } from './resets.ts';
import { accrue } from './side_index.ts';
import type { Market } from './state.ts';

/**
 * What the instructions share. Refusals that a market meets every day are returned; those from deep inside a calculation
 * are thrown, which costs V8 a microsecond.
 */

/** Is the price one that the market may accrue to? */
export function isPriceValid(market: Market, price: number): boolean {
  return price > 0 && price <= market.params.maxPrice;
}

/** Is the slot none of the past? */
export function isTimeValid(market: Market, nowSlot: number): boolean {
  const { currentSlot, slotLast } = market.globals;
  return nowSlot >= currentSlot && nowSlot >= slotLast;
}

export function setCurrentSlot(market: Market, nowSlot: number): void {
  market.journal.globalsMut().currentSlot = requireSafe(nowSlot);
}

/** Accrues to the oracle price and makes `nowSlot` current. */
export function advance(market: Market, inputs: MarketInputs): void {
  accrue(market, inputs.nowSlot, inputs.oraclePrice);
  setCurrentSlot(market, inputs.nowSlot);
}

/** price; missing; time; accrual: the opening shared by the owner's instructions. */
export function openOwn(market: Market, index: number, inputs: MarketInputs): RiskErrorName | null {
  if (!isPriceValid(market, inputs.oraclePrice)) return 'Overflow';
  if (market.account(index) === undefined) return 'AccountNotFound';
  if (!isTimeValid(market, inputs.nowSlot)) return 'Overflow';
  advance(market, inputs);
  return null;
}

/** Resets, then the caller's funding rate: the end of each instruction that may move K or positions. */
export function end(market: Market, fundingRate: number): RiskErrorName | null {
  scheduleResets(market);
  if (!(Math.abs(fundingRate) <= MAX_ABS_FUNDING_BPS_PER_SLOT)) return 'Overflow';
  market.journal.globalsMut().fundingRate = fundingRate;
  return market.sides[LONG].oiEff === market.sides[SHORT].oiEff ? null : 'CorruptState';
}

/** V moves by `delta`; the vault cap is the envelope. */
export function addVault(market: Market, delta: number): void {
  const g = market.journal.globalsMut();
  g.vault = requireSafe(g.vault + delta);
}

/** Moves `amount` ≤ C from the account out of the vault. */
export function payOut(market: Market, index: number, account: Account, amount: number): void {
  setCapital(market, account, account.capital - amount);
  addVault(market, 0 - amount);
  market.sink?.emit(EventKind.Withdrawn, index, amount);
}

/** The name of what a step of an instruction threw; any other fault is thrown on. */
export function nameFault(error: unknown): RiskErrorName {
  if (error instanceof Rejection) return error.name;
  if (error === OUT_OF_ENVELOPE) return 'Overflow';
  throw error;
}
