/** Fixed bounds of the risk engine (design 01 §1). Quantities are q-units, prices quote atoms per base. */
export const POS_SCALE = 1_000_000;
export const ADL_ONE = 1_000_000;
/** Below this multiplier a side stops accepting new exposure (DrainOnly). */
export const MIN_A_SIDE = 1_000;
export const MAX_ORACLE_PRICE = 1_000_000_000_000;
export const MAX_POSITION_ABS_Q = 100_000_000_000_000;
export const MAX_TRADE_SIZE_Q = MAX_POSITION_ABS_Q;
export const MAX_OI_SIDE_Q = MAX_POSITION_ABS_Q;
/** Longest funding sub-step in slots. */
export const MAX_FUNDING_DT = 65_535;
export const MAX_ABS_FUNDING_BPS_PER_SLOT = 10_000;
export const MAX_ACCOUNTS = 4_096;
export const BPS = 10_000;
