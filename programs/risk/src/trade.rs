//! Execution of a trade between two accounts (design 01 §10).

use crate::bookkeeping::set_pnl;
use crate::canary::{Canary, sings};
use crate::constants::{BPS, MAX_POSITION_ABS_Q, POS_SCALE};
use crate::errors::{Outcome, RiskError};
use crate::instructions::{ExecuteTrade, Maker};
use crate::journal::Undo;
use crate::liquidation::touch_account;
use crate::losses_and_fees::{calculate_trading_fee, charge_fee, pay_from_insurance, settle_losses};
use crate::margin::{
    calculate_maintenance_margin, calculate_notional, is_initial_healthy, is_maintenance_healthy,
};
use crate::resets::finalize_ready_sides;
use crate::side_index::{attach, calculate_effective_position};
use crate::solvency::calculate_equity_maintenance;
use crate::state::{Account, Market, Mode, Side, SideIndex};
use math::{calculate_sum_sign, mul_div_floor, mul_div_floor_signed, require_safe};

/// One account's part in a trade: what it had before, and what it pays.
struct Party<'a> {
    account: &'a mut Account,
    before: i64,
    after: i64,
    equity_before: i64,
    margin_before: i64,
    /// Signed: negative when the account received a rebate.
    fee: i64,
}

fn part_of(side: SideIndex, q: i64) -> i64 {
    match side {
        SideIndex::Long => q.max(0),
        SideIndex::Short => (-q).max(0),
    }
}

fn create_party<'a, U: Undo>(
    market: &Market<U>,
    account: &'a mut Account,
    change: i64,
) -> Outcome<Party<'a>> {
    let before = calculate_effective_position(market, account)?;
    let after = before + change;
    if after.abs() > MAX_POSITION_ABS_Q {
        return Err(RiskError::Overflow);
    }
    calculate_notional(after, market.globals.price_last)?;
    Ok(Party { account, before, after, equity_before: 0, margin_before: 0, fee: 0 })
}

fn record_health<U: Undo>(market: &Market<U>, party: &mut Party) -> Outcome<()> {
    party.equity_before = calculate_equity_maintenance(party.account)?;
    party.margin_before = calculate_maintenance_margin(market, party.account, party.before)?;
    Ok(())
}

/// Open interest of a side after the trade, from the old and new components of both accounts.
fn calculate_candidate_oi<U: Undo>(
    market: &Market<U>,
    index: SideIndex,
    a: &Party,
    b: &Party,
) -> Outcome<i64> {
    let others = market.side(index).oi_eff - part_of(index, a.before) - part_of(index, b.before);
    if others < 0 {
        return Err(RiskError::CorruptState);
    }
    Ok(require_safe(others + part_of(index, a.after) + part_of(index, b.after))?)
}

fn require_open(side: &Side, candidate_oi: i64) -> Outcome<()> {
    if candidate_oi > side.oi_eff && !side.is(Mode::Normal) {
        return Err(RiskError::SideBlocked);
    }
    Ok(())
}

/// Executes a validated trade on accrued state (design 01 §10, `execute_trade` from the touches to the margins).
pub fn execute_on_accrued<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    trade: &ExecuteTrade,
    notional: i64,
) -> Outcome<()> {
    let size_q = trade.size_q;
    let [buying, selling] = market.accounts_mut(accounts, trade.buyer, trade.seller)?;
    touch_account(market, buying)?;
    touch_account(market, selling)?;
    let mut a = create_party(market, buying, size_q)?;
    let mut b = create_party(market, selling, -size_q)?;
    record_health(market, &mut a)?;
    record_health(market, &mut b)?;
    finalize_ready_sides(market);
    let oi_long = calculate_candidate_oi(market, SideIndex::Long, &a, &b)?;
    let oi_short = calculate_candidate_oi(market, SideIndex::Short, &a, &b)?;
    require_open(market.side(SideIndex::Long), oi_long)?;
    require_open(market.side(SideIndex::Short), oi_short)?;
    let against_oracle = trade.inputs.oracle_price - trade.execution_price;
    apply_slippage(market, &mut a, &mut b, mul_div_floor_signed(against_oracle, size_q, POS_SCALE)?)?;
    attach(market, a.account, a.after)?;
    attach(market, b.account, b.after)?;
    let max_oi_q = market.params.max_oi_q;
    if oi_long > max_oi_q || oi_short > max_oi_q {
        return Err(RiskError::Overflow);
    }
    market.side_mut(SideIndex::Long).oi_eff = oi_long;
    market.side_mut(SideIndex::Short).oi_eff = oi_short;
    settle_losses(market, a.account)?;
    settle_losses(market, b.account)?;
    charge_trading_fees(market, trade, &mut a, &mut b, notional)?;
    require_margin(market, &a)?;
    require_margin(market, &b)
}

/// Trading away from the oracle price pays one side what it costs the other, to the atom.
fn apply_slippage<U: Undo>(market: &mut Market<U>, a: &mut Party, b: &mut Party, gain: i64) -> Outcome<()> {
    if gain == 0 {
        return Ok(());
    }
    set_pnl(market, a.account, a.account.pnl + gain)?;
    set_pnl(market, b.account, b.account.pnl - gain)
}

fn charge_trading_fees<'a, U: Undo>(
    market: &mut Market<U>,
    trade: &ExecuteTrade,
    a: &mut Party<'a>,
    b: &mut Party<'a>,
    notional: i64,
) -> Outcome<()> {
    let params = market.params;
    let fee_bps =
        |role| if trade.maker == Some(role) { params.maker_fee_bps } else { params.trading_fee_bps };
    let (maker, taker) = match trade.maker {
        Some(Maker::Buyer) if params.maker_fee_bps < 0 => (a, b),
        Some(Maker::Seller) if params.maker_fee_bps < 0 => (b, a),
        _ => {
            charge(market, a, notional, fee_bps(Maker::Buyer))?;
            charge(market, b, notional, fee_bps(Maker::Seller))?;
            return Ok(());
        }
    };
    let paid = charge(market, taker, notional, params.trading_fee_bps)?;
    let rebate = mul_div_floor(notional, -params.maker_fee_bps, BPS)?.min(paid);
    pay_from_insurance(market, maker.account, rebate)?;
    maker.fee = -rebate;
    Ok(())
}

fn charge<U: Undo>(market: &mut Market<U>, party: &mut Party, notional: i64, fee_bps: i64) -> Outcome<i64> {
    party.fee = calculate_trading_fee(notional, fee_bps)?;
    charge_fee(market, party.account, party.fee)
}

/// Post-trade margin of one account (design 01 §10, last paragraph).
fn require_margin<U: Undo>(market: &Market<U>, party: &Party) -> Outcome<()> {
    let account = &*party.account;
    let (before, after) = (party.before, party.after);
    let passes = if after == 0 {
        calculate_equity_maintenance(account)? >= 0
    } else if before == 0 || (before > 0) != (after > 0) || after.abs() > before.abs() {
        is_initial_healthy(market, account, after, 0)?
    } else {
        is_maintenance_healthy(market, account, after)? || is_relieved(market, party)?
    };
    if passes { Ok(()) } else { Err(RiskError::Undercollateralized) }
}

/// Strictly reducing: allowed if, this trade's fee aside, neither the buffer nor the debt got worse.
fn is_relieved<U: Undo>(market: &Market<U>, party: &Party) -> Outcome<bool> {
    let equity = calculate_equity_maintenance(party.account)?;
    let margin = calculate_maintenance_margin(market, party.account, party.after)?;
    let fee = if sings(Canary::FeeNotAddedBack) { 0 } else { party.fee };
    let better = calculate_sum_sign(equity, fee, -margin, -party.equity_before, party.margin_before) > 0;
    let shortfall_kept =
        equity + fee >= 0 || calculate_sum_sign(equity, fee, 0, -party.equity_before.min(0), 0) >= 0;
    Ok(better && shortfall_kept)
}
