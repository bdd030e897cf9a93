//! The instructions (design 01 §10): which one it is, and those that move the market itself.

use crate::constants::{MAX_TRADE_SIZE_Q, POS_SCALE};
use crate::errors::{Outcome, RiskError};
use crate::funds::{apply_convert, apply_deposit, apply_deposit_fee_credits, apply_top_up, apply_withdraw};
use crate::instructions::{
    CrankCandidate, ExecuteTrade, Index, LiquidationPolicy, MarketInputs, RiskInstruction,
};
use crate::journal::Undo;
use crate::lifecycle::{apply_close, apply_reclaim, apply_set_hedge};
use crate::liquidation::{is_hint_valid, is_liquidatable, liquidate_touched, touch_account};
use crate::resets::has_reset_flag;
use crate::side_index::calculate_effective_position;
use crate::state::{Account, Market, is_used};
use crate::steps::{advance, end, is_price_valid, is_time_valid, open_own, require};
use crate::trade::{TradeFault, TradeFees, execute_on_accrued};
use crate::wire::MarketView;
use math::mul_div_floor;

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

fn apply_settle<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    index: Index,
    inputs: &MarketInputs,
) -> Outcome<()> {
    open_own(market, accounts, index, inputs)?;
    let account = market.account_mut(accounts, index)?;
    touch_account(market, account)?;
    end(market, inputs.funding_rate)
}

/// `execute_trade` with the maker's fee given, for a slab that may refuse a rebate.
pub fn apply_trade<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    trade: &ExecuteTrade,
    maker_fee_bps: i64,
) -> Result<TradeFees, TradeFault> {
    require(is_price_valid(market, trade.inputs.oracle_price), RiskError::Overflow)?;
    require(is_price_valid(market, trade.execution_price), RiskError::Overflow)?;
    require(trade.size_q > 0 && trade.size_q <= MAX_TRADE_SIZE_Q, RiskError::Overflow)?;
    let notional = mul_div_floor(trade.size_q, trade.execution_price, POS_SCALE)?;
    require(is_used(accounts, trade.buyer), RiskError::AccountNotFound)?;
    require(is_used(accounts, trade.seller), RiskError::AccountNotFound)?;
    require(trade.buyer != trade.seller, RiskError::Overflow)?;
    require(is_time_valid(market, trade.inputs.now_slot), RiskError::Overflow)?;
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
    require(is_used(accounts, index), RiskError::AccountNotFound)?;
    if let Some(keeper) = keeper {
        require(is_used(accounts, keeper), RiskError::AccountNotFound)?;
    }
    require(is_time_valid(market, inputs.now_slot), RiskError::Overflow)?;
    require(is_price_valid(market, inputs.oracle_price), RiskError::Overflow)?;
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
    require(is_price_valid(market, inputs.oracle_price), RiskError::Overflow)?;
    require(is_time_valid(market, inputs.now_slot), RiskError::Overflow)?;
    if let Some(keeper) = keeper {
        require(is_used(accounts, keeper), RiskError::AccountNotFound)?;
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
