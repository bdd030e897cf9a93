//! The anti-toxicity guards (design 02 §1): kill band, reduce-only clamp, round-trip ledger and tax, reserved margin.

use crate::canary::{Canary, sings};
use crate::constants::{BPS, POS_SCALE};
use crate::errors::{Outcome, SlabError, require};
use crate::instructions::{Index, OrderSide};
use crate::journal::SlabUndo;
use crate::state::{Aggressor, Slab, Trader, link_of};
use math::{mul_div_ceil, mul_div_floor, require_safe};
use risk::losses_and_fees::charge_fee;
use risk::margin::calculate_initial_margin;
use risk::side_index::calculate_effective_position;
use risk::solvency::calculate_equity_initial;

/// `KillBand` if the mark is further than the band from what it was then.
pub fn require_in_kill_band<U: SlabUndo>(slab: &Slab<U>, mark: i64, then: i64) -> Outcome<()> {
    let band = slab.view.slab_params.kill_band_bps;
    let off = i64::from(sings(Canary::KillBandOffByOne));
    require(band == 0 || ((mark - then).abs() + off) * BPS <= band * then, SlabError::KillBand)
}

/// Signed effective position of an account, q-units.
pub fn position_of<U: SlabUndo>(slab: &mut Slab<U>, index: Index) -> Outcome<i64> {
    let account = *slab.account(index)?;
    let (market, _) = slab.risk();
    Ok(calculate_effective_position(&market, &account)?)
}

/// At most `qty`, and no more than what trading on `side` takes off the account's position.
pub fn clamp_reducing<U: SlabUndo>(
    slab: &mut Slab<U>,
    index: Index,
    side: OrderSide,
    qty: i64,
) -> Outcome<i64> {
    let position = position_of(slab, index)?;
    Ok(match side {
        OrderSide::Buy => qty.min((-position).max(0)),
        OrderSide::Sell => qty.min(position.max(0)),
    })
}

/// The account's row of this batch's ledger, a link; 0 if it took nothing in it.
fn row_of<U: SlabUndo>(slab: &Slab<U>, index: Index) -> Outcome<i64> {
    let trader = slab.get::<Trader>(link_of(index))?;
    Ok(if trader.aggressor_epoch == slab.view.book.batch_epoch { trader.aggressor } else { 0 })
}

/// The next free row of the ledger.
fn create_row<U: SlabUndo>(slab: &mut Slab<U>, index: Index) -> Outcome<i64> {
    let row = slab.view.book.aggressors_used + 1;
    slab.book_mut().aggressors_used = row;
    let aggressor_epoch = slab.view.book.batch_epoch;
    let trader = slab.edit::<Trader>(link_of(index))?;
    trader.aggressor = row;
    trader.aggressor_epoch = aggressor_epoch;
    Ok(row)
}

/// Books an aggressive fill in the taker's row, made on first use. An error changes nothing.
pub fn book_aggression<U: SlabUndo>(
    slab: &mut Slab<U>,
    index: Index,
    side: OrderSide,
    q: i64,
    price: i64,
) -> Outcome<()> {
    let row = row_of(slab, index)?;
    let mut booked = if row == 0 {
        let used = slab.view.book.aggressors_used;
        let is_room = usize::try_from(used).is_ok_and(|used| used < slab.view.aggressors.len());
        require(is_room, SlabError::AggressorsFull)?;
        Aggressor { account: i64::from(index), ..Aggressor::default() }
    } else {
        *slab.get::<Aggressor>(row)?
    };
    match side {
        OrderSide::Buy => {
            booked.buy_q = require_safe(booked.buy_q + q)?;
            booked.buy_notional = require_safe(booked.buy_notional + mul_div_floor(q, price, POS_SCALE)?)?;
        }
        OrderSide::Sell => {
            booked.sell_q = require_safe(booked.sell_q + q)?;
            booked.sell_notional = require_safe(booked.sell_notional + mul_div_ceil(q, price, POS_SCALE)?)?;
        }
    }
    let row = if row == 0 { create_row(slab, index)? } else { row };
    *slab.edit::<Aggressor>(row)? = booked;
    Ok(())
}

/// What the overlap of aggressive buys and sells gained, beyond what was taxed; at least 0.
pub fn calculate_tax(row: &Aggressor) -> Outcome<i64> {
    let overlap = row.buy_q.min(row.sell_q);
    if overlap == 0 {
        return Ok(0);
    }
    let sold = if sings(Canary::TaxRoundedDown) {
        mul_div_floor(overlap, row.sell_notional, row.sell_q)?
    } else {
        mul_div_ceil(overlap, row.sell_notional, row.sell_q)?
    };
    let bought = mul_div_floor(overlap, row.buy_notional, row.buy_q)?;
    Ok((sold - bought - row.taxed).max(0))
}

/// The end of a match or a commit: the account's round trips of this batch may not have gained.
pub fn tax_round_trips<U: SlabUndo>(slab: &mut Slab<U>, index: Index) -> Outcome<()> {
    if slab.view.slab_params.round_trip_guard == 0 {
        return Ok(());
    }
    let row = row_of(slab, index)?;
    if row == 0 {
        return Ok(());
    }
    let tax = calculate_tax(slab.get::<Aggressor>(row)?)?;
    if tax == 0 {
        return Ok(());
    }
    charge_into_insurance(slab, index, tax)?;
    let booked = slab.edit::<Aggressor>(row)?;
    booked.taxed = require_safe(booked.taxed + tax)?;
    Ok(())
}

/// Charges a fee: capital first, the rest becomes fee debt.
pub fn charge_into_insurance<U: SlabUndo>(slab: &mut Slab<U>, index: Index, fee: i64) -> Outcome<()> {
    slab.account(index)?;
    let (mut market, accounts) = slab.risk();
    let account = market.account_mut(accounts, index)?;
    charge_fee(&mut market, account, fee)?;
    Ok(())
}

/// `ReservedMargin` if what is left does not back the account's bonds and the reserved part of its orders.
pub fn require_reserved_margin<U: SlabUndo>(slab: &mut Slab<U>, index: Index) -> Outcome<()> {
    let Trader { locked_bond, reserved_notional, .. } = *slab.get::<Trader>(link_of(index))?;
    if locked_bond == 0 && reserved_notional == 0 {
        return Ok(());
    }
    let account = *slab.account(index)?;
    let (market, _) = slab.risk();
    let position = calculate_effective_position(&market, &account)?;
    let needed =
        require_safe(locked_bond + mul_div_ceil(reserved_notional, market.params.initial_bps, BPS)?)?;
    let free =
        calculate_equity_initial(&market, &account)? - calculate_initial_margin(&market, &account, position)?;
    require(free >= needed || sings(Canary::ReservedMarginIgnored), SlabError::ReservedMargin)
}
