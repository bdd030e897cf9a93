/** Exact integers for the engine. `tests/reference/math_bigint.ts` exports the same names on BigInt. */
export {
  calculateSumSign,
  floorDiv,
  MAX_SAFE,
  mulDivCeil,
  mulDivFloor,
  mulDivFloorSigned,
  narrow,
  OUT_OF_ENVELOPE,
  requireSafe,
} from './integers.ts';
export {
  addScaledTerm,
  calculateFundingTerm,
  calculateKPnl,
  subtractMulDivCeil,
  Wide,
} from './wide.ts';
