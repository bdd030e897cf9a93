//! The only writers of the fields that the totals sum: `C_tot` = ΣC, `PNL⁺_tot` = Σ max(pnl, 0) and its matured part
//! Σ released move here by exact deltas and nowhere else (design 01 §2).

use crate::canary::{Canary, sings};
use crate::errors::Outcome;
use crate::journal::Undo;
use crate::state::{Account, Market};
use math::{floor_div, require_safe};

/// C of the account becomes `capital` ≥ 0.
pub fn set_capital<U: Undo>(market: &mut Market<U>, account: &mut Account, capital: i64) -> Outcome<()> {
    let g = market.globals_mut();
    g.c_tot = require_safe(g.c_tot + (capital - account.capital))?;
    account.capital = require_safe(capital)?;
    Ok(())
}

/// Adds `delta` to the insurance fund.
pub fn add_insurance<U: Undo>(market: &mut Market<U>, delta: i64) -> Outcome<()> {
    let g = market.globals_mut();
    g.insurance = require_safe(g.insurance.saturating_add(delta))?;
    Ok(())
}

/// pnl becomes `pnl`, reserve first: an increase joins R whole, a decrease eats R before it touches released profit.
/// Restarts the warmup if R grew.
pub fn set_pnl<U: Undo>(market: &mut Market<U>, account: &mut Account, pnl: i64) -> Outcome<()> {
    let g = market.globals_mut();
    require_safe(pnl)?;
    let before = account.pnl.max(0);
    let after = pnl.max(0);
    let reserved_before = account.reserved_pnl;
    let reserved = if after > before {
        reserved_before + (after - before)
    } else if sings(Canary::LossEatsReleasedFirst) {
        reserved_before.min(after)
    } else {
        (reserved_before - (before - after)).max(0)
    };
    g.pnl_pos_tot = require_safe(g.pnl_pos_tot + (after - before))?;
    g.pnl_matured_pos_tot =
        require_safe(g.pnl_matured_pos_tot + (after - reserved - (before - reserved_before)))?;
    account.reserved_pnl = reserved;
    account.pnl = pnl;
    if reserved > reserved_before && !sings(Canary::WarmupRestartSkipped) {
        restart_warmup(market, account)?;
    }
    Ok(())
}

/// R becomes `reserved` ≤ R; the difference matures.
pub fn set_reserved<U: Undo>(market: &mut Market<U>, account: &mut Account, reserved: i64) -> Outcome<()> {
    let g = market.globals_mut();
    g.pnl_matured_pos_tot = require_safe(g.pnl_matured_pos_tot + (account.reserved_pnl - reserved))?;
    account.reserved_pnl = reserved;
    Ok(())
}

/// Takes 0 < x ≤ released out of pnl and both totals; R stays (a `set_pnl` would eat the reserve instead).
pub fn consume_released<U: Undo>(market: &mut Market<U>, account: &mut Account, x: i64) {
    let g = market.globals_mut();
    account.pnl -= x;
    g.pnl_pos_tot -= x;
    g.pnl_matured_pos_tot -= x;
}

/// released = max(pnl, 0) − R.
#[must_use]
pub fn calculate_released(account: &Account) -> i64 {
    account.pnl.max(0) - account.reserved_pnl
}

/// `fee_debt` = −`fee_credits` ≥ 0.
#[must_use]
pub fn calculate_fee_debt(account: &Account) -> i64 {
    -account.fee_credits
}

/// W: the clock on which profit matures (design 01 §6 and §12).
#[must_use]
pub fn warmup_now<U: Undo>(market: &Market<U>) -> i64 {
    if market.params.adaptive_warmup == 0 { market.globals.current_slot } else { market.globals.warmup_clock }
}

/// The warmup after R grew: new profit never inherits old progress (design 01 §6).
fn restart_warmup<U: Undo>(market: &mut Market<U>, account: &mut Account) -> Outcome<()> {
    let period = market.params.warmup_period_slots;
    if period == 0 {
        set_reserved(market, account, 0)?;
    }
    account.warmup_slope =
        if account.reserved_pnl == 0 { 0 } else { floor_div(account.reserved_pnl, period).max(1) };
    account.warmup_start = warmup_now(market);
    Ok(())
}
