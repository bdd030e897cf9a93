//! Fixed bounds of the risk engine (design 01 §1). Quantities are q-units, prices quote atoms per base.

/// q-units per 1 base.
pub const POS_SCALE: i64 = 1_000_000;
/// Fixed-point one of the side multiplier A.
pub const ADL_ONE: i64 = 1_000_000;
/// Below this multiplier a side stops accepting new exposure (`DrainOnly`).
pub const MIN_A_SIDE: i64 = 1_000;
/// Highest oracle price.
pub const MAX_ORACLE_PRICE: i64 = 1_000_000_000_000;
/// Largest position of one account.
pub const MAX_POSITION_ABS_Q: i64 = 100_000_000_000_000;
/// Largest trade.
pub const MAX_TRADE_SIZE_Q: i64 = MAX_POSITION_ABS_Q;
/// Largest open interest of a side.
pub const MAX_OI_SIDE_Q: i64 = MAX_POSITION_ABS_Q;
/// Longest funding sub-step in slots.
pub const MAX_FUNDING_DT: i64 = 65_535;
/// Largest funding rate either way.
pub const MAX_ABS_FUNDING_BPS_PER_SLOT: i64 = 10_000;
/// Most account slots of a market.
pub const MAX_ACCOUNTS: i64 = 4_096;
/// Basis points of one.
pub const BPS: i64 = 10_000;
