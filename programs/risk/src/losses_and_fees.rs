//! Losses, conversion and fees (design 01 §7).

use crate::bookkeeping::{add_insurance, calculate_fee_debt, consume_released, set_capital, set_pnl};
use crate::canary::{Canary, sings};
use crate::constants::BPS;
use crate::errors::Outcome;
use crate::journal::Undo;
use crate::margin::calculate_notional;
use crate::solvency::calculate_haircut_value;
use crate::state::{Account, Market};
use math::{mul_div_ceil, mul_div_floor, require_safe};

/// Capital pays negative pnl as far as it goes (design 01 §7).
pub fn settle_losses<U: Undo>(market: &mut Market<U>, account: &mut Account) -> Outcome<()> {
    if account.pnl >= 0 || account.capital == 0 {
        return Ok(());
    }
    let paid = account.capital.min(-account.pnl);
    set_capital(market, account, account.capital - paid)?;
    set_pnl(market, account, account.pnl + paid)
}

/// Insurance above its floor pays up to `deficit`; returns what it did not pay.
pub fn draw_insurance<U: Undo>(market: &mut Market<U>, deficit: i64) -> Outcome<i64> {
    let floor = if sings(Canary::InsuranceFloorIgnored) { 0 } else { market.params.insurance_floor };
    let available = (market.globals.insurance - floor).max(0);
    let paid = deficit.min(available);
    if paid > 0 {
        add_insurance(market, -paid)?;
    }
    Ok(deficit - paid)
}

/// A flat account's remaining negative pnl: insurance pays what it can, the rest is uninsured.
pub fn resolve_flat_loss<U: Undo>(market: &mut Market<U>, account: &mut Account) -> Outcome<()> {
    draw_insurance(market, -account.pnl)?;
    set_pnl(market, account, 0)
}

/// Turns 0 < x ≤ released into floor(x·h) of capital, with h taken before (design 01 §7).
pub fn convert_released<U: Undo>(market: &mut Market<U>, account: &mut Account, x: i64) -> Outcome<()> {
    let credited = calculate_haircut_value(market, x)?;
    consume_released(market, account, x);
    set_capital(market, account, account.capital + credited)
}

/// Capital pays fee debt as far as it goes.
pub fn sweep_fee_debt<U: Undo>(market: &mut Market<U>, account: &mut Account) -> Outcome<()> {
    let paid = account.capital.min(calculate_fee_debt(account));
    if paid == 0 {
        return Ok(());
    }
    set_capital(market, account, account.capital - paid)?;
    account.fee_credits += paid;
    add_insurance(market, paid)
}

/// Charges a fee ≥ 0 to capital, the shortfall to fee debt; returns what capital paid. Never touches pnl.
pub fn charge_fee<U: Undo>(market: &mut Market<U>, account: &mut Account, fee: i64) -> Outcome<i64> {
    if fee == 0 {
        return Ok(0);
    }
    let paid = fee.min(account.capital);
    if paid > 0 {
        set_capital(market, account, account.capital - paid)?;
        add_insurance(market, paid)?;
    }
    if !sings(Canary::FeeShortfallForgotten) {
        account.fee_credits = require_safe(account.fee_credits - (fee - paid))?;
    }
    Ok(paid)
}

/// Moves x ≤ I from the insurance fund to capital: a maker rebate or a keeper reward.
pub fn pay_from_insurance<U: Undo>(market: &mut Market<U>, account: &mut Account, x: i64) -> Outcome<()> {
    if x == 0 {
        return Ok(());
    }
    add_insurance(market, -x)?;
    set_capital(market, account, account.capital + x)
}

/// `ceil(trade_notional·bps/10 000)`: rounds against the trader.
pub fn calculate_trading_fee(notional: i64, fee_bps: i64) -> Outcome<i64> {
    if sings(Canary::TradingFeeRoundsDown) {
        return Ok(mul_div_floor(notional, fee_bps, BPS)?);
    }
    Ok(mul_div_ceil(notional, fee_bps, BPS)?)
}

/// min(max(ceil(notional·bps/10 000), smallest fee), cap), 0 for nothing closed (design 01 §7).
pub fn calculate_liquidation_fee<U: Undo>(market: &Market<U>, close_q: i64) -> Outcome<i64> {
    if close_q == 0 {
        return Ok(0);
    }
    let params = market.params;
    let notional = calculate_notional(close_q, market.globals.price_last)?;
    let fee = mul_div_ceil(notional, params.liquidation_fee_bps, BPS)?.max(params.min_liquidation_abs);
    if sings(Canary::LiquidationFeeUncapped) {
        return Ok(fee);
    }
    Ok(fee.min(params.liquidation_fee_cap))
}
