//! Immutable parameters of a slab (design 02 §1). Periods in slots, shares in bps.

use crate::constants::{BPS, MAX_CAPACITY, MAX_ORACLE_PRICE, MAX_PERIOD_SLOTS, MAX_TRADE_SIZE_Q};
use math::MAX_SAFE;
use risk::params::Params;
use risk::record;

record! {
    /// The parameters of a slab beside those of its risk engine, each one word.
    SlabParams, 168 {
        /// Prices are multiples of it.
        tick_atoms: i64 = 0 => 1..=MAX_ORACLE_PRICE,
        /// Quantities are multiples of it.
        lot_q: i64 = 8 => 1..=MAX_TRADE_SIZE_Q,
        /// Length of a batch.
        batch_slots: i64 = 16 => 1..=MAX_PERIOD_SLOTS,
        /// 1: orders of others than designated LPs wait for the next batch.
        pending_promotion: i64 = 24 => 0..=1,
        /// How long a batch's best levels are frozen for new orders.
        freeze_slots: i64 = 32 => 0..=MAX_PERIOD_SLOTS,
        /// How many levels are frozen.
        freeze_levels: i64 = 40 => 0..=MAX_CAPACITY,
        /// Largest move of the mark within a batch or a hold; 0 is none.
        kill_band_bps: i64 = 48 => 0..=BPS,
        /// Below this share of equity anyone may reduce a position; 0 is never.
        reduce_band_bps: i64 = 56 => 0..=BPS,
        /// How far from the index a forced reduction may trade.
        reduce_slip_bps: i64 = 64 => 0..=BPS,
        /// 1: an order placed after the opening earns no rebate in the batch.
        jit_penalty: i64 = 72 => 0..=1,
        /// 1: aggressive round trips within a batch are taxed.
        round_trip_guard: i64 = 80 => 0..=1,
        /// 1: only the router reserves and commits.
        router_only: i64 = 88 => 0..=1,
        /// Bond of a hold per slot and notional.
        hold_fee_bps: i64 = 96 => 0..=BPS,
        /// Most holds of an account.
        max_holds: i64 = 104 => 0..=MAX_CAPACITY,
        /// Longest life of a hold.
        max_hold_slots: i64 = 112 => 1..=MAX_CAPACITY,
        /// Most open orders of an account.
        max_orders_per_account: i64 = 120 => 1..=MAX_CAPACITY,
        /// How far the mark may be from the index.
        mark_band_bps: i64 = 128 => 0..=BPS,
        /// Window of the premium's moving average.
        mark_window_slots: i64 = 136 => 1..=MAX_PERIOD_SLOTS,
        /// Share of the premium that is paid as funding.
        funding_k_bps: i64 = 144 => 0..=1_000_000,
        /// Over how many slots it is paid.
        funding_horizon_slots: i64 = 152 => 1..=1_000_000_000,
        /// Largest funding rate either way.
        funding_cap: i64 = 160 => 0..=BPS,
    }
}

/// Does the slab accept the set, given accepted parameters of its risk engine?
#[must_use]
pub fn validate_slab_params(p: &SlabParams, risk: &Params) -> bool {
    let band = p.reduce_band_bps == 0 || (p.reduce_band_bps >= risk.maintenance_bps && risk.initial_bps > 0);
    p.is_in_range()
        && band
        && i128::from(p.funding_k_bps) * i128::from(risk.funding_scale) <= i128::from(MAX_SAFE)
}
