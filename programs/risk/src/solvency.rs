//! Solvency: the haircut h and the two equities (design 01 §3).

use crate::bookkeeping::{calculate_fee_debt, calculate_released};
use crate::canary::{Canary, sings};
use crate::errors::Outcome;
use crate::journal::Undo;
use crate::state::{Account, Market};
use math::{mul_div_ceil, mul_div_floor, require_safe};

/// residual = max(0, V − `C_tot` − I): what the vault holds beyond principal and insurance.
#[must_use]
pub fn calculate_residual<U: Undo>(market: &Market<U>) -> i64 {
    let g = &*market.globals;
    (g.vault - g.c_tot - g.insurance).max(0)
}

/// Numerator of h = min(residual, matured)/matured; h is 1 when nothing has matured (design 01 §3).
#[must_use]
pub fn calculate_haircut_numerator<U: Undo>(market: &Market<U>) -> i64 {
    calculate_residual(market).min(market.globals.pnl_matured_pos_tot)
}

/// floor(x·h): what x of released profit is worth now. Flooring each claim keeps Σ ≤ residual.
pub fn calculate_haircut_value<U: Undo>(market: &Market<U>, x: i64) -> Outcome<i64> {
    let claims = market.globals.pnl_matured_pos_tot;
    let backed = calculate_haircut_numerator(market);
    if x == 0 || backed == claims {
        return Ok(x);
    }
    if sings(Canary::HaircutRoundsUp) {
        return Ok(mul_div_ceil(x, backed, claims)?);
    }
    Ok(mul_div_floor(x, backed, claims)?)
}

/// `eq_maint` = C + pnl − `fee_debt`, exact and signed; Overflow outside the envelope.
pub fn calculate_equity_maintenance(account: &Account) -> Outcome<i64> {
    Ok(require_safe(account.capital + account.pnl - calculate_fee_debt(account))?)
}

/// `eq_init` = C + min(pnl, 0) + `effective_pnl` − `fee_debt`, exact and signed; Overflow outside the envelope.
pub fn calculate_equity_initial<U: Undo>(market: &Market<U>, account: &Account) -> Outcome<i64> {
    let effective = calculate_haircut_value(market, calculate_released(account))?;
    Ok(require_safe(account.capital + account.pnl.min(0) + (effective - calculate_fee_debt(account)))?)
}
