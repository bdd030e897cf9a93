/**
 * Instructions of the raw risk engine (design 01 §10). All numbers are integers: amounts and prices in
 * quote atoms, sizes in q-units, rates in bps per slot (divided by `fundingScale`).
 */

/** Close everything, or exactly this many q-units. */
export type LiquidationPolicy = 'full' | number;

/** Account index and what to do if it is liquidatable; `null` touches only. */
export type CrankCandidate = readonly [account: number, hint: LiquidationPolicy | null];

export interface MarketInputs {
  oraclePrice: number;
  nowSlot: number;
  fundingRate: number;
}

export interface Deposit {
  op: 'deposit';
  account: number;
  amount: number;
  nowSlot: number;
}
export interface DepositFeeCredits {
  op: 'depositFeeCredits';
  account: number;
  amount: number;
  nowSlot: number;
}
export interface TopUpInsurance {
  op: 'topUpInsurance';
  amount: number;
  nowSlot: number;
}
export interface SettleAccount extends MarketInputs {
  op: 'settleAccount';
  account: number;
}
export interface Withdraw extends MarketInputs {
  op: 'withdraw';
  account: number;
  amount: number;
}
export interface ConvertReleased extends MarketInputs {
  op: 'convertReleased';
  account: number;
  amount: number;
}
/** `buyer` buys `sizeQ` from `seller` at `executionPrice`. `maker` pays the maker fee (default: nobody is maker). */
export interface ExecuteTrade extends MarketInputs {
  op: 'executeTrade';
  buyer: number;
  seller: number;
  sizeQ: number;
  executionPrice: number;
  maker?: 'buyer' | 'seller';
}
export interface Liquidate extends MarketInputs {
  op: 'liquidate';
  account: number;
  policy: LiquidationPolicy;
  keeper?: number;
}
export interface KeeperCrank extends MarketInputs {
  op: 'keeperCrank';
  candidates: readonly CrankCandidate[];
  maxRevalidations: number;
  keeper?: number;
}
export interface Reclaim {
  op: 'reclaim';
  account: number;
}
export interface CloseAccount extends MarketInputs {
  op: 'closeAccount';
  account: number;
}
/** Router only: scales the account's margin requirement by net/gross (design 01 §12, hedge credit). */
export interface SetHedge {
  op: 'setHedge';
  account: number;
  net: number;
  gross: number;
}

export type RiskInstruction =
  | Deposit
  | DepositFeeCredits
  | TopUpInsurance
  | SettleAccount
  | Withdraw
  | ConvertReleased
  | ExecuteTrade
  | Liquidate
  | KeeperCrank
  | Reclaim
  | CloseAccount
  | SetHedge;
