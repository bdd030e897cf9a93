//! Immutable market parameters (design 01 §2 and §12). Amounts in quote atoms, periods in slots.

use crate::constants::{BPS, MAX_ACCOUNTS, MAX_OI_SIDE_Q, MAX_ORACLE_PRICE, POS_SCALE};
use crate::record::record;
use math::MAX_SAFE;

record! {
    /// The parameters of a market, each one word.
    #[expect(missing_docs, reason = "the fields are the parameters of design 01 §2 and §12 by name")]
    Params, 208 {
        warmup_period_slots: i64 = 0 => 0..=MAX_SAFE,
        trading_fee_bps: i64 = 8 => 0..=BPS,
        maintenance_bps: i64 = 16 => 0..=BPS,
        initial_bps: i64 = 24 => 0..=BPS,
        liquidation_fee_bps: i64 = 32 => 0..=BPS,
        liquidation_fee_cap: i64 = 40 => 0..=MAX_SAFE,
        min_liquidation_abs: i64 = 48 => 0..=MAX_SAFE,
        min_initial_deposit: i64 = 56 => 1..=MAX_SAFE,
        min_nonzero_mm_req: i64 = 64 => 0..=MAX_SAFE,
        min_nonzero_im_req: i64 = 72 => 1..=MAX_SAFE,
        insurance_floor: i64 = 80 => 0..=MAX_SAFE,
        max_accounts: i64 = 88 => 1..=MAX_ACCOUNTS,
        max_price: i64 = 96 => 1..=MAX_ORACLE_PRICE,
        max_oi_q: i64 = 104 => 1..=MAX_OI_SIDE_Q,
        maker_fee_bps: i64 = 112 => -BPS..=BPS,
        keeper_reward_bps: i64 = 120 => 0..=BPS,
        max_hedge_credit_mm_bps: i64 = 128 => 0..=BPS,
        /// 10 000·scale is a divisor that has to stay in the envelope.
        funding_scale: i64 = 136 => 1..=MAX_SAFE / BPS,
        /// 1: deficits are shared through K; 0: all of them are left to the haircut.
        socialize: i64 = 144 => 0..=1,
        /// 1: the six words that follow apply; 0: they are 0.
        adaptive_warmup: i64 = 152 => 0..=1,
        fast_window_slots: i64 = 160 => 0..=MAX_SAFE,
        slow_window_slots: i64 = 168 => 0..=MAX_SAFE,
        max_multiplier_bps: i64 = 176 => 0..=1_000 * BPS,
        saturation_bps: i64 = 184 => 0..=BPS,
        freeze_bps: i64 = 192 => 0..=BPS,
        hysteresis_bps: i64 = 200 => 0..=BPS,
    }
}

/// Does the engine accept the set? `enforce_envelope` also requires `max_price × max_oi_q` to fit the 53-bit envelope
/// (design 01 §1); only conformance markets switch it off.
#[must_use]
pub fn validate_params(p: &Params, enforce_envelope: bool) -> bool {
    let widest = i128::from(MAX_SAFE) * i128::from(POS_SCALE);
    p.is_in_range()
        && p.maintenance_bps <= p.initial_bps
        && p.liquidation_fee_cap >= p.min_liquidation_abs
        && p.min_nonzero_mm_req < p.min_nonzero_im_req
        && p.min_nonzero_im_req <= p.min_initial_deposit
        && (!enforce_envelope || i128::from(p.max_price) * i128::from(p.max_oi_q) <= widest)
        && validate_adaptive(p)
}

fn validate_adaptive(p: &Params) -> bool {
    let words = [
        p.fast_window_slots,
        p.slow_window_slots,
        p.max_multiplier_bps,
        p.saturation_bps,
        p.freeze_bps,
        p.hysteresis_bps,
    ];
    if p.adaptive_warmup == 0 {
        return words.into_iter().all(|word| word == 0);
    }
    words.into_iter().all(|word| word > 0) && p.max_multiplier_bps >= BPS
}
