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

/// What a trade moved beside positions: the taker's fee as far as capital paid it, and the maker's rebate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TradeFees {
    /// Quote atoms from the taker's capital; 0 without a maker.
    pub taker_paid: i64,
    /// Quote atoms to the maker's capital.
    pub rebate: i64,
}

/// Why a trade failed, and whose doing it was; `None` if it was neither's alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeFault {
    /// What an instruction that trades answers.
    pub error: RiskError,
    /// Whose state or capital did not allow it.
    pub party: Option<Maker>,
}

impl<E: Into<RiskError>> From<E> for TradeFault {
    fn from(error: E) -> Self {
        Self { error: error.into(), party: None }
    }
}

/// Blames a party for an error.
fn by(party: Maker) -> impl Fn(RiskError) -> TradeFault {
    move |error| TradeFault { error, party: Some(party) }
}

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

/// Executes a validated trade on accrued state (design 01 §10, `execute_trade` from the touches to the margins). The
/// maker's fee is an argument: a slab may refuse a rebate (design 02 §1).
pub fn execute_on_accrued<U: Undo>(
    market: &mut Market<U>,
    accounts: &mut [Account],
    trade: &ExecuteTrade,
    notional: i64,
    maker_fee_bps: i64,
) -> Result<TradeFees, TradeFault> {
    let size_q = trade.size_q;
    let [buying, selling] = market.accounts_mut(accounts, trade.buyer, trade.seller)?;
    touch_account(market, buying).map_err(by(Maker::Buyer))?;
    touch_account(market, selling).map_err(by(Maker::Seller))?;
    let mut a = create_party(market, buying, size_q)?;
    let mut b = create_party(market, selling, -size_q)?;
    record_health(market, &mut a)?;
    record_health(market, &mut b)?;
    finalize_ready_sides(market);
    let oi_long = calculate_candidate_oi(market, SideIndex::Long, &a, &b)?;
    let oi_short = calculate_candidate_oi(market, SideIndex::Short, &a, &b)?;
    require_open(market.side(SideIndex::Long), oi_long).map_err(by(Maker::Buyer))?;
    require_open(market.side(SideIndex::Short), oi_short).map_err(by(Maker::Seller))?;
    let against_oracle = trade.inputs.oracle_price - trade.execution_price;
    apply_slippage(market, &mut a, &mut b, mul_div_floor_signed(against_oracle, size_q, POS_SCALE)?)?;
    attach(market, a.account, a.after).map_err(by(Maker::Buyer))?;
    attach(market, b.account, b.after).map_err(by(Maker::Seller))?;
    let max_oi_q = market.params.max_oi_q;
    if oi_long > max_oi_q || oi_short > max_oi_q {
        return Err(RiskError::Overflow.into());
    }
    market.side_mut(SideIndex::Long).oi_eff = oi_long;
    market.side_mut(SideIndex::Short).oi_eff = oi_short;
    settle_losses(market, a.account).map_err(by(Maker::Buyer))?;
    settle_losses(market, b.account).map_err(by(Maker::Seller))?;
    let fees = charge_trading_fees(market, trade.maker, maker_fee_bps, &mut a, &mut b, notional)?;
    require_margin(market, &a).map_err(by(Maker::Buyer))?;
    require_margin(market, &b).map_err(by(Maker::Seller))?;
    Ok(fees)
}

/// Trading away from the oracle price pays one side what it costs the other, to the atom.
fn apply_slippage<U: Undo>(
    market: &mut Market<U>,
    a: &mut Party,
    b: &mut Party,
    gain: i64,
) -> Result<(), TradeFault> {
    if gain == 0 {
        return Ok(());
    }
    set_pnl(market, a.account, a.account.pnl + gain).map_err(by(Maker::Buyer))?;
    set_pnl(market, b.account, b.account.pnl - gain).map_err(by(Maker::Seller))
}

/// A maker's rebate comes out of what the taker's capital paid, so the taker is charged first.
fn charge_trading_fees<'a, U: Undo>(
    market: &mut Market<U>,
    maker: Option<Maker>,
    maker_fee_bps: i64,
    a: &mut Party<'a>,
    b: &mut Party<'a>,
    notional: i64,
) -> Result<TradeFees, TradeFault> {
    let taker_fee_bps = market.params.trading_fee_bps;
    let fee_bps = |role| if maker == Some(role) { maker_fee_bps } else { taker_fee_bps };
    if maker_fee_bps >= 0 || maker.is_none() {
        let buyer_paid = charge(market, a, notional, fee_bps(Maker::Buyer)).map_err(by(Maker::Buyer))?;
        let seller_paid = charge(market, b, notional, fee_bps(Maker::Seller)).map_err(by(Maker::Seller))?;
        let taker_paid = match maker {
            Some(Maker::Buyer) => seller_paid,
            Some(Maker::Seller) => buyer_paid,
            None => 0,
        };
        return Ok(TradeFees { taker_paid, rebate: 0 });
    }
    let (maker_role, taker_role, maker, taker) = match maker {
        Some(Maker::Buyer) => (Maker::Buyer, Maker::Seller, a, b),
        _ => (Maker::Seller, Maker::Buyer, b, a),
    };
    let taker_paid = charge(market, taker, notional, taker_fee_bps).map_err(by(taker_role))?;
    let rebate = mul_div_floor(notional, -maker_fee_bps, BPS)?.min(taker_paid);
    pay_from_insurance(market, maker.account, rebate).map_err(by(maker_role))?;
    maker.fee = -rebate;
    Ok(TradeFees { taker_paid, rebate })
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
