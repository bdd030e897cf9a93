/** One slab: a risk engine with an order book around it. `new Slab(options)`, then `applySlab(slab, instruction)`. */
export { applySlab } from './apply.ts';
export {
  type BookSide,
  BUY,
  CancelReason,
  DEFAULT_CAPACITIES,
  HoldEnd,
  OrderKind,
  POOL_MAX,
  QUOTE_LEVELS,
  SELL,
  type SlabCapacities,
} from './constants.ts';
export { SLAB_ERRORS, type SlabErrorName } from './errors.ts';
export { calculateTax } from './guards.ts';
export type { SlabInputs, SlabInstruction } from './instructions.ts';
export { calculateFundingRate, calculateMark, calculateMarkPrice, calculatePremium } from './mark.ts';
export {
  calculateDefaultSlabParams,
  type SlabParamIssue,
  type SlabParams,
  validateSlabCapacities,
  validateSlabParams,
} from './params.ts';
export { Slab, type SlabOptions, SlabResult } from './state.ts';
export {
  type DepthLevel,
  type HoldView,
  listHoldsOf,
  listPendingOrders,
  type OrderView,
  type TraderView,
} from './views.ts';
