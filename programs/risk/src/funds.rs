//! Money into and out of accounts and the insurance fund (design 01 §10).

use crate::bookkeeping::{add_insurance, calculate_fee_debt, calculate_released, set_capital};
use crate::canary::{Canary, sings};
use crate::errors::{Outcome, RiskError};
use crate::instructions::{Index, MarketInputs};
use crate::journal::Undo;
use crate::lifecycle::create_account;
use crate::liquidation::touch_account;
use crate::losses_and_fees::{convert_released, settle_losses, sweep_fee_debt};
use crate::margin::{is_initial_healthy, is_maintenance_healthy};
use crate::side_index::calculate_effective_position;
use crate::state::{Account, Market, is_used};
use crate::steps::{add_vault, end, is_time_valid, open_own, pay_out, require, set_current_slot};

// A negative amount is out of bounds.

/// Money into an account, which its first deposit creates.
pub fn apply_deposit<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    amount: i64,
    now_slot: i64,
) -> Outcome<()> {
    require(amount >= 0, RiskError::Overflow)?;
    require(is_time_valid(market, now_slot), RiskError::Overflow)?;
    let missing = !is_used(accounts, index);
    if missing {
        require(amount >= market.params.min_initial_deposit, RiskError::InsufficientBalance)?;
        let in_range = usize::try_from(index).is_ok_and(|at| at < accounts.len());
        require(in_range, RiskError::AccountNotFound)?;
        require(market.globals.used_accounts < market.params.max_accounts, RiskError::Overflow)?;
    }
    add_vault(market, amount)?;
    set_current_slot(market, now_slot)?;
    let account = market.account_mut(accounts, index)?;
    if missing {
        create_account(market, account);
    }
    set_capital(market, account, account.capital + amount)?;
    settle_losses(market, account)?;
    if account.basis_q == 0 && account.pnl >= 0 {
        sweep_fee_debt(market, account)?;
    }
    Ok(())
}

/// Money against fee debt alone; what exceeds the debt stays with the payer.
pub fn apply_deposit_fee_credits<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    amount: i64,
    now_slot: i64,
) -> Outcome<()> {
    require(amount >= 0, RiskError::Overflow)?;
    let open = is_used(accounts, index) && now_slot >= market.globals.current_slot;
    require(open, RiskError::Unauthorized)?;
    let account = market.account_mut(accounts, index)?;
    let paid = amount.min(calculate_fee_debt(account));
    if paid == 0 {
        return Ok(());
    }
    add_vault(market, paid)?;
    add_insurance(market, paid)?;
    account.fee_credits += paid;
    set_current_slot(market, now_slot)
}

/// Money into the insurance fund.
pub fn apply_top_up<U: Undo>(market: &mut Market<U>, amount: i64, now_slot: i64) -> Outcome<()> {
    require(amount >= 0, RiskError::Overflow)?;
    require(now_slot >= market.globals.current_slot, RiskError::Overflow)?;
    add_vault(market, amount)?;
    add_insurance(market, amount)?;
    set_current_slot(market, now_slot)
}

/// Capital out of the vault, as far as initial margin allows.
pub fn apply_withdraw<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    amount: i64,
    inputs: &MarketInputs,
) -> Outcome<()> {
    require(amount >= 0, RiskError::Overflow)?;
    open_own(market, accounts, index, inputs)?;
    let account = market.account_mut(accounts, index)?;
    touch_account(market, account)?;
    require(amount <= account.capital, RiskError::InsufficientBalance)?;
    let rest = account.capital - amount;
    require(rest == 0 || rest >= market.params.min_initial_deposit, RiskError::InsufficientBalance)?;
    let position = calculate_effective_position(market, account)?;
    // h does not move: V and C_tot fall together, so only the capital is missing afterwards.
    let allowed = position == 0 || is_initial_healthy(market, account, position, amount)?;
    require(allowed, RiskError::Undercollateralized)?;
    pay_out(market, account, amount)?;
    end(market, inputs.funding_rate)
}

/// Released profit into capital, at the haircut.
pub fn apply_convert<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    amount: i64,
    inputs: &MarketInputs,
) -> Outcome<()> {
    open_own(market, accounts, index, inputs)?;
    let account = market.account_mut(accounts, index)?;
    touch_account(market, account)?;
    if account.basis_q != 0 {
        require(amount > 0 && amount <= calculate_released(account), RiskError::Overflow)?;
        convert_released(market, account, amount)?;
        if !sings(Canary::ConversionSkipsSweep) {
            sweep_fee_debt(market, account)?;
        }
        let position = calculate_effective_position(market, account)?;
        require(is_maintenance_healthy(market, account, position)?, RiskError::Undercollateralized)?;
    }
    end(market, inputs.funding_rate)
}
