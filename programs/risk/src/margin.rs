//! Margin requirements and health (design 01 §8, hedge credit §12).

use crate::canary::{Canary, sings};
use crate::constants::{BPS, POS_SCALE};
use crate::errors::Outcome;
use crate::journal::Undo;
use crate::solvency::{calculate_equity_initial, calculate_equity_maintenance};
use crate::state::{Account, Market};
use math::{mul_div_ceil, mul_div_floor};

/// floor(|q|·`price/POS_SCALE`) in quote atoms; Overflow outside the envelope.
pub fn calculate_notional(position_q: i64, price: i64) -> Outcome<i64> {
    Ok(mul_div_floor(position_q.abs(), price, POS_SCALE)?)
}

/// MM of a position at the last accrued price; 0 when flat.
pub fn calculate_maintenance_margin<U: Undo>(
    market: &Market<U>,
    account: &Account,
    position_q: i64,
) -> Outcome<i64> {
    if position_q == 0 {
        return Ok(0);
    }
    calculate_maintenance_of(market, account, calculate_notional(position_q, market.globals.price_last)?)
}

fn calculate_maintenance_of<U: Undo>(market: &Market<U>, account: &Account, notional: i64) -> Outcome<i64> {
    let params = market.params;
    let plain = mul_div_floor(notional, params.maintenance_bps, BPS)?.max(params.min_nonzero_mm_req);
    if account.hedge_net == account.hedge_gross {
        return Ok(plain);
    }
    let scaled = mul_div_ceil(plain, account.hedge_net, account.hedge_gross)?;
    let capped = plain - mul_div_floor(plain, params.max_hedge_credit_mm_bps, BPS)?;
    Ok(scaled.max(capped).max(params.min_nonzero_mm_req))
}

/// IM of a position at the last accrued price; 0 when flat.
pub fn calculate_initial_margin<U: Undo>(
    market: &Market<U>,
    account: &Account,
    position_q: i64,
) -> Outcome<i64> {
    if position_q == 0 {
        return Ok(0);
    }
    let params = market.params;
    let notional = calculate_notional(position_q, market.globals.price_last)?;
    let plain = mul_div_floor(notional, params.initial_bps, BPS)?.max(params.min_nonzero_im_req);
    if account.hedge_net == account.hedge_gross {
        return Ok(plain);
    }
    let scaled = mul_div_ceil(plain, account.hedge_net, account.hedge_gross)?;
    let above_maintenance = plain.min(calculate_maintenance_of(market, account, notional)? + 1);
    Ok(scaled.max(params.min_nonzero_im_req).max(above_maintenance))
}

/// `eq_net` = max(0, `eq_maint`) > MM.
pub fn is_maintenance_healthy<U: Undo>(
    market: &Market<U>,
    account: &Account,
    position_q: i64,
) -> Outcome<bool> {
    let equity = calculate_equity_maintenance(account)?.max(0);
    let margin = calculate_maintenance_margin(market, account, position_q)?;
    Ok(equity > margin || (sings(Canary::MaintenanceNotStrict) && equity == margin))
}

/// `eq_init` − `withheld` ≥ IM.
pub fn is_initial_healthy<U: Undo>(
    market: &Market<U>,
    account: &Account,
    position_q: i64,
    withheld: i64,
) -> Outcome<bool> {
    let equity = calculate_equity_initial(market, account)? - withheld;
    Ok(equity >= calculate_initial_margin(market, account, position_q)?)
}
