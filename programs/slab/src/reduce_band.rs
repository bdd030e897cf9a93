//! Stage 1 of a liquidation (docs/slab.md, `reduceBand`): anyone may reduce a weak position through the book before it
//! becomes liquidatable.

use crate::book::cancel_available;
use crate::canary::{Canary, sings};
use crate::constants::{BPS, POS_SCALE};
use crate::errors::{Outcome, SlabError, require};
use crate::fills::{Fault, Taker, fill, is_live, market_inputs};
use crate::guards::position_of;
use crate::instructions::{Index, OrderSide, RiskInstruction, SlabInputs};
use crate::journal::SlabUndo;
use crate::matching::{Walk, offer};
use crate::state::{Order, Slab};
use core::iter::Empty;
use math::{mul_div_floor, require_safe};
use risk::apply::dispatch;
use risk::instructions::CrankCandidate;
use risk::losses_and_fees::pay_from_insurance;
use risk::margin::calculate_notional;
use risk::solvency::calculate_equity_maintenance;
use risk::trade::TradeFees;

/// `reduceBand` of docs/slab.md.
pub fn reduce_band<U: SlabUndo>(
    slab: &mut Slab<U>,
    account: Index,
    caller: Index,
    inputs: SlabInputs,
) -> Outcome<()> {
    slab.account(account)?;
    slab.account(caller)?;
    require(account != caller, SlabError::UNAUTHORIZED)?;
    settle_account(slab, account, inputs)?;
    require(is_in_band(slab, account, inputs.oracle_price)?, SlabError::NotReducible)?;
    let position = position_of(slab, account)?;
    let slip = mul_div_floor(inputs.oracle_price, slab.view.slab_params.reduce_slip_bps, BPS)?;
    let (side, limit) = if position > 0 {
        (OrderSide::Sell, inputs.oracle_price - slip)
    } else {
        (OrderSide::Buy, inputs.oracle_price + slip)
    };
    let fees = reduce(slab, &Taker { account, side, limit, inputs, is_booked: false }, caller)?;
    reward_caller(slab, caller, fees)
}

fn settle_account<U: SlabUndo>(slab: &mut Slab<U>, account: Index, inputs: SlabInputs) -> Outcome<()> {
    let inputs = market_inputs(slab, inputs);
    let (mut market, accounts) = slab.risk();
    let settle: RiskInstruction<Empty<CrankCandidate>> = RiskInstruction::SettleAccount { account, inputs };
    Ok(dispatch(&mut market, accounts, &settle)?)
}

/// Has the account a position whose equity per notional is below the band?
fn is_in_band<U: SlabUndo>(slab: &mut Slab<U>, account: Index, index: i64) -> Outcome<bool> {
    let band = slab.view.slab_params.reduce_band_bps;
    let position = position_of(slab, account)?;
    if band == 0 || position == 0 {
        return Ok(false);
    }
    let equity = calculate_equity_maintenance(slab.account(account)?)?;
    let notional = calculate_notional(position, index)?;
    Ok(i128::from(equity) * i128::from(BPS) < i128::from(notional) * i128::from(band))
}

/// How much of the position the account's equity does not carry at initial margin; 0 outside the band.
pub fn calculate_reduction<U: SlabUndo>(slab: &mut Slab<U>, account: Index, index: i64) -> Outcome<i64> {
    if !is_in_band(slab, account, index)? {
        return Ok(0);
    }
    let size = position_of(slab, account)?.abs();
    if sings(Canary::ReduceBandOvershoots) {
        return Ok(size);
    }
    let equity = calculate_equity_maintenance(slab.account(account)?)?.max(0);
    let carried = mul_div_floor(equity, BPS, slab.view.params.initial_bps)?;
    Ok((size - mul_div_floor(carried, POS_SCALE, index)?).max(0))
}

/// Trades with one order after the other until all is reduced, the account has left the band or nothing more can be
/// filled; returns the fees. Fees and slippage leave a little more to reduce: chasing it would grind the account down by
/// smallest fees.
fn reduce<U: SlabUndo>(slab: &mut Slab<U>, taker: &Taker, caller: Index) -> Outcome<TradeFees> {
    let mut fees = TradeFees::default();
    let mut filled = false;
    let mut walk = Walk::begin(slab, taker);
    loop {
        let link = next_order(slab, &mut walk, taker, caller)?;
        if link == 0 {
            break;
        }
        let wanted = calculate_reduction(slab, taker.account, taker.inputs.oracle_price)?;
        if wanted == 0 {
            break;
        }
        let q = offer(slab, link, taker, wanted)?;
        if q == 0 {
            continue;
        }
        match fill(slab, link, taker, q)? {
            Ok(TradeFees { taker_paid, rebate }) => {
                fees.taker_paid = require_safe(fees.taker_paid + taker_paid)?;
                fees.rebate = require_safe(fees.rebate + rebate)?;
                filled = true;
                if q == wanted {
                    break;
                }
            }
            Err(Fault::Maker(_)) => cancel_available(slab, link)?,
            Err(Fault::Taker(error)) if !filled => return Err(error),
            Err(Fault::Taker(_)) => break,
        }
    }
    require(filled, SlabError::NoLiquidity)?;
    Ok(fees)
}

/// The next order that was there at the opening and is not the caller's.
fn next_order<U: SlabUndo>(slab: &Slab<U>, walk: &mut Walk, taker: &Taker, caller: Index) -> Outcome<i64> {
    loop {
        let link = walk.next(slab, taker)?;
        if link == 0 {
            return Ok(0);
        }
        let order = slab.get::<Order>(link)?;
        if is_live(slab, order) && order.account != i64::from(caller) {
            return Ok(link);
        }
    }
}

/// The caller's share of what the account paid, out of what its makers left of it.
fn reward_caller<U: SlabUndo>(slab: &mut Slab<U>, caller: Index, fees: TradeFees) -> Outcome<()> {
    let share = mul_div_floor(fees.taker_paid, slab.view.params.keeper_reward_bps, BPS)?;
    let rebate = if sings(Canary::RewardIgnoresRebates) { 0 } else { fees.rebate };
    let reward = share.min(fees.taker_paid - rebate);
    let (mut market, accounts) = slab.risk();
    let account = market.account_mut(accounts, caller)?;
    Ok(pay_from_insurance(&mut market, account, reward)?)
}
