//! What the instructions share.

use crate::bookkeeping::set_capital;
use crate::constants::MAX_ABS_FUNDING_BPS_PER_SLOT;
use crate::errors::{Outcome, RiskError};
use crate::instructions::{Index, MarketInputs};
use crate::journal::Undo;
use crate::resets::schedule_resets;
use crate::side_index::accrue;
use crate::state::{Account, Market, is_used};
use math::require_safe;

/// `error` unless `condition` holds.
pub fn require(condition: bool, error: RiskError) -> Outcome<()> {
    if condition { Ok(()) } else { Err(error) }
}

/// Is the price one that the market may accrue to?
#[must_use]
pub fn is_price_valid<U: Undo>(market: &Market<U>, price: i64) -> bool {
    price > 0 && price <= market.params.max_price
}

/// Is the slot none of the past?
#[must_use]
pub fn is_time_valid<U: Undo>(market: &Market<U>, now_slot: i64) -> bool {
    let g = &*market.globals;
    now_slot >= g.current_slot && now_slot >= g.slot_last
}

/// Makes `now_slot` current.
pub fn set_current_slot<U: Undo>(market: &mut Market<U>, now_slot: i64) -> Outcome<()> {
    market.globals_mut().current_slot = require_safe(now_slot)?;
    Ok(())
}

/// Accrues to the oracle price and makes `now_slot` current.
pub fn advance<U: Undo>(market: &mut Market<U>, inputs: &MarketInputs) -> Outcome<()> {
    accrue(market, inputs.now_slot, inputs.oracle_price)?;
    set_current_slot(market, inputs.now_slot)
}

/// price; missing; time; accrual: the opening shared by the owner's instructions.
pub fn open_own<U: Undo>(
    market: &mut Market<U>,
    accounts: &[Account],
    index: Index,
    inputs: &MarketInputs,
) -> Outcome<()> {
    require(is_price_valid(market, inputs.oracle_price), RiskError::Overflow)?;
    require(is_used(accounts, index), RiskError::AccountNotFound)?;
    require(is_time_valid(market, inputs.now_slot), RiskError::Overflow)?;
    advance(market, inputs)
}

/// Resets, then the caller's funding rate: the end of each instruction that may move K or positions.
pub fn end<U: Undo>(market: &mut Market<U>, funding_rate: i64) -> Outcome<()> {
    schedule_resets(market)?;
    let bound = MAX_ABS_FUNDING_BPS_PER_SLOT;
    require(funding_rate <= bound && funding_rate >= -bound, RiskError::Overflow)?;
    market.globals_mut().funding_rate = funding_rate;
    require(market.long.oi_eff == market.short.oi_eff, RiskError::CorruptState)
}

/// V moves by `delta`; the vault cap is the envelope.
pub fn add_vault<U: Undo>(market: &mut Market<U>, delta: i64) -> Outcome<()> {
    let g = market.globals_mut();
    g.vault = require_safe(g.vault.saturating_add(delta))?;
    Ok(())
}

/// Moves `amount` ≤ C from the account out of the vault.
pub fn pay_out<U: Undo>(market: &mut Market<U>, account: &mut Account, amount: i64) -> Outcome<()> {
    set_capital(market, account, account.capital - amount)?;
    add_vault(market, -amount)
}
