//! Touching and liquidating accounts (design 01 §9 and §10). The keeper's search for a partial close is off chain, in
//! `engine/risk/liquidation.ts`.

use crate::bookkeeping::{calculate_released, set_pnl};
use crate::canary::{Canary, sings};
use crate::constants::BPS;
use crate::errors::{Outcome, RiskError};
use crate::instructions::LiquidationPolicy;
use crate::journal::Undo;
use crate::losses_and_fees::{
    calculate_liquidation_fee, charge_fee, convert_released, pay_from_insurance, resolve_flat_loss,
    settle_losses, sweep_fee_debt,
};
use crate::margin::{calculate_maintenance_margin, is_maintenance_healthy};
use crate::resets::enqueue_adl;
use crate::side_index::{attach, settle, side_of};
use crate::solvency::calculate_equity_maintenance;
use crate::state::{Account, Market};
use crate::warmup::advance_warmup;
use math::mul_div_floor;

/// The local steps of `touch` (design 01 §10), after the accrual.
pub fn touch_account<U: Undo>(market: &mut Market<U>, account: &mut Account) -> Outcome<()> {
    advance_warmup(market, account)?;
    settle(market, account)?;
    settle_losses(market, account)?;
    if account.basis_q == 0 && account.pnl < 0 {
        resolve_flat_loss(market, account)?;
    }
    account.last_fee_slot = market.globals.current_slot;
    if account.basis_q == 0 {
        let released = calculate_released(account);
        if released > 0 {
            convert_released(market, account, released)?;
            if account.reserved_pnl == 0 {
                account.warmup_slope = 0;
            }
        }
    }
    sweep_fee_debt(market, account)
}

/// `eq_net` ≤ MM of a touched account with a position.
pub fn is_liquidatable<U: Undo>(market: &Market<U>, account: &Account, position_q: i64) -> Outcome<bool> {
    Ok(position_q != 0 && !is_maintenance_healthy(market, account, position_q)?)
}

/// Is the keeper's hint executable now (design 01 §10)? A partial one must leave the rest healthy, fee included.
/// The account is touched and liquidatable.
pub fn is_hint_valid<U: Undo>(
    market: &Market<U>,
    account: &Account,
    position_q: i64,
    hint: LiquidationPolicy,
) -> Outcome<bool> {
    let LiquidationPolicy::Partial(close_q) = hint else {
        return Ok(true);
    };
    let size = position_q.abs();
    if close_q <= 0 || close_q >= size {
        return Ok(false);
    }
    let equity = calculate_equity_maintenance(account)? - calculate_liquidation_fee(market, close_q)?;
    Ok(equity > calculate_maintenance_margin(market, account, size - close_q)?)
}

/// Closes all or part of a touched, liquidatable account (design 01 §9). `keeper` earns its share of the fee; it is
/// absent if nobody is to be paid or the keeper is the liquidatee.
pub fn liquidate_touched<U: Undo>(
    market: &mut Market<U>,
    account: &mut Account,
    position_q: i64,
    policy: LiquidationPolicy,
    keeper: Option<&mut Account>,
) -> Outcome<()> {
    let size = position_q.abs();
    let (full, close_q) = match policy {
        LiquidationPolicy::Full => (true, size),
        LiquidationPolicy::Partial(close_q) => (false, close_q),
    };
    if !full && (close_q <= 0 || close_q >= size) {
        return Err(RiskError::Overflow);
    }
    let rest = size - close_q;
    let side = side_of(position_q);
    attach(market, account, if position_q > 0 { rest } else { -rest })?;
    settle_losses(market, account)?;
    let fee = calculate_liquidation_fee(market, close_q)?;
    let paid = charge_fee(market, account, fee)?;
    reward_keeper(market, if sings(Canary::KeeperPaidOnDebt) { fee } else { paid }, keeper)?;
    let deficit = if full { (-account.pnl).max(0) } else { 0 };
    enqueue_adl(market, side, close_q, deficit)?;
    if deficit > 0 {
        set_pnl(market, account, 0)?;
    }
    // The remainder is attached at this epoch even if a reset was flagged, so `rest` is its position.
    if !full && !is_maintenance_healthy(market, account, rest)? {
        return Err(RiskError::Undercollateralized);
    }
    Ok(())
}

fn reward_keeper<U: Undo>(
    market: &mut Market<U>,
    fee_paid: i64,
    keeper: Option<&mut Account>,
) -> Outcome<()> {
    let Some(keeper) = keeper else {
        return Ok(());
    };
    let reward = mul_div_floor(fee_paid, market.params.keeper_reward_bps, BPS)?;
    pay_from_insurance(market, keeper, reward)
}
