//! Fixed bounds of a slab (design 02 §1).

pub use risk::constants::{BPS, MAX_ACCOUNTS, MAX_ORACLE_PRICE, MAX_TRADE_SIZE_Q, POS_SCALE};

/// Most entries of any pool.
pub const MAX_CAPACITY: i64 = 65_535;
/// Levels a side in the quote cache.
pub const QUOTE_LEVELS: usize = 16;
/// Longest period of a slab parameter, slots.
pub const MAX_PERIOD_SLOTS: i64 = 1 << 32;
/// Most bytes of an account on chain.
pub const MAX_ACCOUNT_BYTES: usize = 10_485_760;
