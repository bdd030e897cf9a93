//! The instructions (design 01 §10).

use crate::bookkeeping::{add_insurance, calculate_fee_debt, calculate_released, set_capital, warmup_now};
use crate::canary::{Canary, sings};
use crate::constants::{MAX_ABS_FUNDING_BPS_PER_SLOT, MAX_TRADE_SIZE_Q, POS_SCALE};
use crate::errors::{Outcome, RiskError};
use crate::instructions::{
    CrankCandidate, ExecuteTrade, Index, LiquidationPolicy, MarketInputs, RiskInstruction,
};
use crate::journal::Undo;
use crate::liquidation::{is_hint_valid, is_liquidatable, liquidate_touched, touch_account};
use crate::losses_and_fees::{convert_released, settle_losses, sweep_fee_debt};
use crate::margin::{is_initial_healthy, is_maintenance_healthy};
use crate::resets::{has_reset_flag, schedule_resets};
use crate::side_index::{accrue, calculate_effective_position};
use crate::state::{Account, Market, is_used};
use crate::trade::{TradeFault, TradeFees, execute_on_accrued};
use crate::wire::MarketView;
use math::{mul_div_floor, require_safe};

/// Applies one instruction to the market. On an error the state is as before if `undo` can take changes back; on chain
/// the runtime does.
pub fn apply<U, C>(view: &mut MarketView<'_>, undo: &mut U, instruction: &RiskInstruction<C>) -> Outcome<()>
where
    U: Undo,
    C: IntoIterator<Item = CrankCandidate> + Clone,
{
    undo.mark();
    let mut market = Market {
        params: view.params,
        globals: view.globals,
        long: view.long,
        short: view.short,
        undo,
        long_flagged: false,
        short_flagged: false,
    };
    let outcome = dispatch(&mut market, view.accounts, instruction);
    if outcome.is_ok() {
        undo.release();
    } else {
        undo.rollback(view);
    }
    outcome
}

/// Applies one instruction without a savepoint: after an error the state is undefined. For programs that build on this
/// one.
pub fn dispatch<U, C>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    instruction: &RiskInstruction<C>,
) -> Outcome<()>
where
    U: Undo,
    C: IntoIterator<Item = CrankCandidate> + Clone,
{
    match *instruction {
        RiskInstruction::ExecuteTrade(ref trade) => {
            let maker_fee_bps = market.params.maker_fee_bps;
            apply_trade(market, accounts, trade, maker_fee_bps).map(|_| ()).map_err(|fault| fault.error)
        }
        RiskInstruction::SettleAccount { account, inputs } => {
            apply_settle(market, accounts, account, &inputs)
        }
        RiskInstruction::KeeperCrank { ref candidates, max_revalidations, keeper, inputs } => {
            apply_crank(market, accounts, candidates.clone(), max_revalidations, keeper, &inputs)
        }
        RiskInstruction::Withdraw { account, amount, inputs } => {
            apply_withdraw(market, accounts, account, amount, &inputs)
        }
        RiskInstruction::Deposit { account, amount, now_slot } => {
            apply_deposit(market, accounts, account, amount, now_slot)
        }
        RiskInstruction::Liquidate { account, policy, keeper, inputs } => {
            apply_liquidate(market, accounts, account, policy, keeper, &inputs)
        }
        RiskInstruction::ConvertReleased { account, amount, inputs } => {
            apply_convert(market, accounts, account, amount, &inputs)
        }
        RiskInstruction::DepositFeeCredits { account, amount, now_slot } => {
            apply_deposit_fee_credits(market, accounts, account, amount, now_slot)
        }
        RiskInstruction::TopUpInsurance { amount, now_slot } => apply_top_up(market, amount, now_slot),
        RiskInstruction::Reclaim { account } => apply_reclaim(market, accounts, account),
        RiskInstruction::CloseAccount { account, inputs } => apply_close(market, accounts, account, &inputs),
        RiskInstruction::SetHedge { account, net, gross } => {
            apply_set_hedge(market, accounts, account, net, gross)
        }
    }
}

/// `error` unless `condition` holds.
fn require(condition: bool, error: RiskError) -> Outcome<()> {
    if condition { Ok(()) } else { Err(error) }
}

fn require_price<U: Undo>(market: &Market<U>, price: i64) -> Outcome<()> {
    require(price > 0 && price <= market.params.max_price, RiskError::Overflow)
}

fn require_used(accounts: &[Account], index: Index) -> Outcome<()> {
    require(is_used(accounts, index), RiskError::AccountNotFound)
}

fn require_time<U: Undo>(market: &Market<U>, now_slot: i64) -> Outcome<()> {
    let g = &*market.globals;
    require(now_slot >= g.current_slot && now_slot >= g.slot_last, RiskError::Overflow)
}

/// A negative amount is out of bounds.
fn require_amount(amount: i64) -> Outcome<()> {
    require(amount >= 0, RiskError::Overflow)
}

fn set_current_slot<U: Undo>(market: &mut Market<U>, now_slot: i64) -> Outcome<()> {
    market.globals_mut().current_slot = require_safe(now_slot)?;
    Ok(())
}

/// Accrues to the oracle price and makes `now_slot` current.
fn advance<U: Undo>(market: &mut Market<U>, inputs: &MarketInputs) -> Outcome<()> {
    accrue(market, inputs.now_slot, inputs.oracle_price)?;
    set_current_slot(market, inputs.now_slot)
}

/// Resets, then the caller's funding rate: the end of each instruction that may move K or positions.
fn end<U: Undo>(market: &mut Market<U>, funding_rate: i64) -> Outcome<()> {
    schedule_resets(market)?;
    let bound = MAX_ABS_FUNDING_BPS_PER_SLOT;
    require(funding_rate <= bound && funding_rate >= -bound, RiskError::Overflow)?;
    market.globals_mut().funding_rate = funding_rate;
    require(market.long.oi_eff == market.short.oi_eff, RiskError::CorruptState)
}

/// V moves by `delta`; the vault cap is the envelope.
fn add_vault<U: Undo>(market: &mut Market<U>, delta: i64) -> Outcome<()> {
    let g = market.globals_mut();
    g.vault = require_safe(g.vault.saturating_add(delta))?;
    Ok(())
}

fn apply_deposit<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    amount: i64,
    now_slot: i64,
) -> Outcome<()> {
    require_amount(amount)?;
    require_time(market, now_slot)?;
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

fn create_account<U: Undo>(market: &mut Market<U>, account: &mut Account) {
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

fn apply_deposit_fee_credits<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    amount: i64,
    now_slot: i64,
) -> Outcome<()> {
    require_amount(amount)?;
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

fn apply_top_up<U: Undo>(market: &mut Market<U>, amount: i64, now_slot: i64) -> Outcome<()> {
    require_amount(amount)?;
    require(now_slot >= market.globals.current_slot, RiskError::Overflow)?;
    add_vault(market, amount)?;
    add_insurance(market, amount)?;
    set_current_slot(market, now_slot)
}

/// price; missing; time; accrual; touch: the opening shared by the owner's instructions.
fn open_own<'s, U: Undo>(
    market: &mut Market<U>,
    accounts: &'s mut [Account],
    index: Index,
    inputs: &MarketInputs,
) -> Outcome<&'s mut Account> {
    require_price(market, inputs.oracle_price)?;
    require_used(accounts, index)?;
    require_time(market, inputs.now_slot)?;
    advance(market, inputs)?;
    let account = market.account_mut(accounts, index)?;
    touch_account(market, account)?;
    Ok(account)
}

fn apply_settle<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    inputs: &MarketInputs,
) -> Outcome<()> {
    open_own(market, accounts, index, inputs)?;
    end(market, inputs.funding_rate)
}

fn apply_withdraw<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    amount: i64,
    inputs: &MarketInputs,
) -> Outcome<()> {
    require_amount(amount)?;
    let account = open_own(market, accounts, index, inputs)?;
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

fn pay_out<U: Undo>(market: &mut Market<U>, account: &mut Account, amount: i64) -> Outcome<()> {
    set_capital(market, account, account.capital - amount)?;
    add_vault(market, -amount)
}

fn apply_convert<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    amount: i64,
    inputs: &MarketInputs,
) -> Outcome<()> {
    let account = open_own(market, accounts, index, inputs)?;
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

/// `execute_trade` with the maker's fee given, for a slab that may refuse a rebate.
pub fn apply_trade<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    trade: &ExecuteTrade,
    maker_fee_bps: i64,
) -> Result<TradeFees, TradeFault> {
    require_price(market, trade.inputs.oracle_price)?;
    require_price(market, trade.execution_price)?;
    require(trade.size_q > 0 && trade.size_q <= MAX_TRADE_SIZE_Q, RiskError::Overflow)?;
    let notional = mul_div_floor(trade.size_q, trade.execution_price, POS_SCALE)?;
    require_used(accounts, trade.buyer)?;
    require_used(accounts, trade.seller)?;
    require(trade.buyer != trade.seller, RiskError::Overflow)?;
    require_time(market, trade.inputs.now_slot)?;
    advance(market, &trade.inputs)?;
    let fees = execute_on_accrued(market, accounts, trade, notional, maker_fee_bps)?;
    end(market, trade.inputs.funding_rate)?;
    Ok(fees)
}

fn apply_liquidate<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    policy: LiquidationPolicy,
    keeper: Option<Index>,
    inputs: &MarketInputs,
) -> Outcome<()> {
    require_used(accounts, index)?;
    if let Some(keeper) = keeper {
        require_used(accounts, keeper)?;
    }
    require_time(market, inputs.now_slot)?;
    require_price(market, inputs.oracle_price)?;
    advance(market, inputs)?;
    let (account, keeper) = open_pair(market, accounts, index, keeper)?;
    touch_account(market, account)?;
    let position = calculate_effective_position(market, account)?;
    require(is_liquidatable(market, account, position)?, RiskError::Undercollateralized)?;
    liquidate_touched(market, account, position, policy, keeper)?;
    end(market, inputs.funding_rate)
}

/// A liquidatee and, if it is another account, its keeper.
fn open_pair<'s, U: Undo>(
    market: &mut Market<U>,
    accounts: &'s mut [Account],
    index: Index,
    keeper: Option<Index>,
) -> Outcome<(&'s mut Account, Option<&'s mut Account>)> {
    match keeper {
        Some(keeper) if keeper != index => {
            let [account, keeper] = market.accounts_mut(accounts, index, keeper)?;
            Ok((account, Some(keeper)))
        }
        _ => Ok((market.account_mut(accounts, index)?, None)),
    }
}

fn apply_crank<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    candidates: impl IntoIterator<Item = CrankCandidate>,
    max_revalidations: u32,
    keeper: Option<Index>,
    inputs: &MarketInputs,
) -> Outcome<()> {
    require_price(market, inputs.oracle_price)?;
    require_time(market, inputs.now_slot)?;
    if let Some(keeper) = keeper {
        require_used(accounts, keeper)?;
    }
    advance(market, inputs)?;
    let mut budget = max_revalidations;
    for candidate in candidates {
        if budget == 0 || has_reset_flag(market) {
            break;
        }
        if !is_used(accounts, candidate.account) {
            continue;
        }
        budget -= 1;
        let (account, keeper) = open_pair(market, accounts, candidate.account, keeper)?;
        touch_account(market, account)?;
        let Some(hint) = candidate.hint else {
            continue;
        };
        let position = calculate_effective_position(market, account)?;
        if is_liquidatable(market, account, position)? && is_hint_valid(market, account, position, hint)? {
            liquidate_touched(market, account, position, hint, keeper)?;
        }
    }
    end(market, inputs.funding_rate)
}

fn apply_reclaim<U: Undo>(market: &mut Market<U>, accounts: &mut [Account], index: Index) -> Outcome<()> {
    require_used(accounts, index)?;
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

fn forgive_debt(account: &mut Account) {
    account.fee_credits = 0;
}

fn apply_close<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    inputs: &MarketInputs,
) -> Outcome<()> {
    require_used(accounts, index)?;
    require_time(market, inputs.now_slot)?;
    require_price(market, inputs.oracle_price)?;
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

fn apply_set_hedge<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    net: i64,
    gross: i64,
) -> Outcome<()> {
    require_used(accounts, index)?;
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
