//! Slots of accounts are taken, freed and hedged (design 01 §10).

use crate::bookkeeping::{add_insurance, set_capital, warmup_now};
use crate::errors::{Outcome, RiskError};
use crate::instructions::{Index, MarketInputs};
use crate::journal::Undo;
use crate::liquidation::touch_account;
use crate::state::{Account, Market, is_used};
use crate::steps::{advance, end, is_price_valid, is_time_valid, pay_out, require};
use math::require_safe;

/// Takes a free slot.
pub fn create_account<U: Undo>(market: &mut Market<U>, account: &mut Account) {
    *account = Account {
        warmup_start: warmup_now(market),
        last_fee_slot: market.globals.current_slot,
        ..Account::FLAT
    };
    market.globals_mut().used_accounts += 1;
}

fn free_account<U: Undo>(market: &mut Market<U>, account: &mut Account) {
    *account = Account::FREE;
    market.globals_mut().used_accounts -= 1;
}

fn forgive_debt(account: &mut Account) {
    account.fee_credits = 0;
}

/// Frees the slot of an account that is worth less than the smallest deposit.
pub fn apply_reclaim<U: Undo>(market: &mut Market<U>, accounts: &mut [Account], index: Index) -> Outcome<()> {
    require(is_used(accounts, index), RiskError::AccountNotFound)?;
    let account = market.account_mut(accounts, index)?;
    let reclaimable = account.capital < market.params.min_initial_deposit
        && account.pnl == 0
        && account.reserved_pnl == 0
        && account.basis_q == 0
        && account.fee_credits <= 0;
    require(reclaimable, RiskError::Undercollateralized)?;
    let dust = account.capital;
    set_capital(market, account, 0)?;
    add_insurance(market, dust)?;
    forgive_debt(account);
    free_account(market, account);
    Ok(())
}

/// Pays a flat account out and frees its slot.
pub fn apply_close<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    inputs: &MarketInputs,
) -> Outcome<()> {
    require(is_used(accounts, index), RiskError::AccountNotFound)?;
    require(is_time_valid(market, inputs.now_slot), RiskError::Overflow)?;
    require(is_price_valid(market, inputs.oracle_price), RiskError::Overflow)?;
    advance(market, inputs)?;
    let account = market.account_mut(accounts, index)?;
    touch_account(market, account)?;
    require(account.basis_q == 0, RiskError::Undercollateralized)?;
    require(account.pnl <= 0, RiskError::PnlNotWarmedUp)?;
    require(account.pnl == 0, RiskError::Undercollateralized)?;
    forgive_debt(account);
    pay_out(market, account, account.capital)?;
    end(market, inputs.funding_rate)?;
    free_account(market, account);
    Ok(())
}

/// The router's hedge credit.
pub fn apply_set_hedge<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    net: i64,
    gross: i64,
) -> Outcome<()> {
    require(is_used(accounts, index), RiskError::AccountNotFound)?;
    require(net >= 0 && gross > 0 && net <= gross, RiskError::Overflow)?;
    require_safe(gross)?;
    let account = market.account_mut(accounts, index)?;
    // A flat account keeps 1/1: a credit belongs to the position it was computed for.
    if account.basis_q != 0 {
        account.hedge_net = net;
        account.hedge_gross = gross;
    }
    Ok(())
}
