/** The risk engine of one market: `new Market(options)`, then `apply(market, instruction)`. */
export { apply } from './apply.ts';
export { calculateFeeDebt, calculateReleased } from './bookkeeping.ts';
export * from './constants.ts';
export { RISK_ERRORS, type RiskErrorName } from './errors.ts';
export { EventKind, EventLog, type EventSink, FeeKind } from './events.ts';
export type { CrankCandidate, LiquidationPolicy, RiskInstruction } from './instructions.ts';
export type { UndoJournal } from './journal.ts';
export { calculateRestoringPartial, isLiquidatable } from './liquidation.ts';
export { calculateLiquidationFee, calculateTradingFee } from './losses_and_fees.ts';
export { calculateInitialMargin, calculateMaintenanceMargin, calculateNotional } from './margin.ts';
export {
  type AdaptiveWarmup,
  calculateNeutralExtensions,
  type ParamIssue,
  type RiskParams,
  validateParams,
} from './params.ts';
export {
  Account,
  Globals,
  LONG,
  Mode,
  SHORT,
  SIDE_MODES,
  Side,
  type SideIndex,
} from './records.ts';
export { calculateEffectivePosition } from './side_index.ts';
export {
  calculateEquityInitial,
  calculateEquityMaintenance,
  calculateHaircutNumerator,
  calculateHaircutValue,
  calculateResidual,
} from './solvency.ts';
export { Market, type MarketOptions } from './state.ts';
