//! Overhang clearing and resets (design 01 §5).

use crate::canary::{Canary, sings};
use crate::constants::{ADL_ONE, MIN_A_SIDE, POS_SCALE};
use crate::errors::{Outcome, RiskError};
use crate::journal::Undo;
use crate::losses_and_fees::draw_insurance;
use crate::state::{Market, Mode, Side, SideIndex};
use math::{mul_div_ceil, mul_div_floor, require_safe, subtract_mul_div_ceil};

fn set_mode(side: &mut Side, mode: Mode) {
    side.mode = mode.word();
}

/// True once a flag is set in the running instruction: no further account may be touched in it.
#[must_use]
pub fn has_reset_flag<U: Undo>(market: &Market<U>) -> bool {
    market.long_flagged || market.short_flagged
}

fn flag_if_empty<U: Undo>(market: &mut Market<U>, index: SideIndex) {
    if market.side(index).oi_eff == 0 {
        market.flag(index);
    }
}

fn flag_empty_sides<U: Undo>(market: &mut Market<U>) {
    flag_if_empty(market, SideIndex::Long);
    flag_if_empty(market, SideIndex::Short);
}

/// Takes `close_q` and the liquidatee's `deficit` off the market (design 01 §5): the liquidated side loses open
/// interest, insurance pays, the other side shrinks through A and carries the rest through K.
pub fn enqueue_adl<U: Undo>(
    market: &mut Market<U>,
    liquidated_side: SideIndex,
    close_q: i64,
    deficit: i64,
) -> Outcome<()> {
    let opposite_side = liquidated_side.opposite();
    let liquidated = market.side_mut(liquidated_side);
    if close_q > liquidated.oi_eff {
        return Err(RiskError::CorruptState);
    }
    liquidated.oi_eff -= close_q;
    let liquidated_empty = liquidated.oi_eff == 0;
    let rest = if deficit > 0 { draw_insurance(market, deficit)? } else { 0 };
    let opposite = market.side_mut(opposite_side);
    let carriers = opposite.oi_eff > 0 && opposite.stored_positions > 0;
    if !carriers {
        if opposite.oi_eff == 0 {
            if liquidated_empty {
                flag_empty_sides(market);
            }
            return Ok(());
        }
        if close_q > opposite.oi_eff {
            return Err(RiskError::CorruptState);
        }
        opposite.oi_eff -= close_q;
        if opposite.oi_eff == 0 {
            flag_empty_sides(market);
        }
        return Ok(());
    }
    if close_q > opposite.oi_eff {
        return Err(RiskError::CorruptState);
    }
    if rest > 0 {
        socialize(market, opposite_side, rest);
    }
    shrink(market, opposite_side, close_q)
}

/// Shifts `rest` onto the holders of a side through K, rounded up against them; what 128 bits cannot hold stays
/// uninsured.
fn socialize<U: Undo>(market: &mut Market<U>, index: SideIndex, rest: i64) {
    if market.params.socialize == 0 {
        return;
    }
    let side = market.side_mut(index);
    // Nothing else changes where the subtraction does not fit: the loss shows up as a lower residual.
    let _carried = subtract_mul_div_ceil(&mut side.k, rest, side.a * POS_SCALE, side.oi_eff);
}

/// Removes `close_q` of open interest from the holders of a side by scaling A down.
fn shrink<U: Undo>(market: &mut Market<U>, index: SideIndex, close_q: i64) -> Outcome<()> {
    let side = market.side_mut(index);
    let before = side.oi_eff;
    let after = before - close_q;
    if after == 0 {
        side.oi_eff = 0;
        flag_empty_sides(market);
        return Ok(());
    }
    let multiplier = mul_div_floor(side.a, after, before)?;
    if multiplier == 0 {
        // Precision is exhausted: nothing can represent the remainder, so both sides drain.
        side.oi_eff = 0;
        market.side_mut(index.opposite()).oi_eff = 0;
        flag_empty_sides(market);
        return Ok(());
    }
    if mul_div_ceil(side.a, after, before)? != multiplier {
        let holders = if sings(Canary::ShrinkDustForgetsHolders) { 0 } else { side.stored_positions };
        let dust = holders + mul_div_ceil(require_safe(before + holders)?, 1, side.a)?;
        side.phantom_dust_q = require_safe(side.phantom_dust_q + dust)?;
    }
    side.a = multiplier;
    side.oi_eff = after;
    if multiplier < MIN_A_SIDE {
        set_mode(side, Mode::DrainOnly);
    }
    Ok(())
}

/// Starts a reset: the holders of a side without open interest become stale and settle at `k_epoch_start`.
fn begin_reset<U: Undo>(market: &mut Market<U>, index: SideIndex) -> Outcome<()> {
    let side = market.side_mut(index);
    side.k_epoch_start = side.k;
    side.epoch = require_safe(side.epoch + 1)?;
    side.a = ADL_ONE;
    side.stale_positions = side.stored_positions;
    if !sings(Canary::ResetKeepsDust) {
        side.phantom_dust_q = 0;
    }
    set_mode(side, Mode::ResetPending);
    Ok(())
}

fn finalize_if_ready<U: Undo>(market: &mut Market<U>, index: SideIndex) {
    let side = market.side(index);
    let ready = side.is(Mode::ResetPending)
        && side.oi_eff == 0
        && side.stale_positions == 0
        && side.stored_positions == 0;
    if ready {
        set_mode(market.side_mut(index), Mode::Normal);
    }
}

/// `ResetPending` → Normal for each side that nothing refers to any more.
pub fn finalize_ready_sides<U: Undo>(market: &mut Market<U>) {
    finalize_if_ready(market, SideIndex::Long);
    finalize_if_ready(market, SideIndex::Short);
}

fn clear_orphan<U: Undo>(market: &mut Market<U>, index: SideIndex) {
    market.side_mut(index).oi_eff = 0;
    market.flag(index);
}

/// Zeroes open interest that nobody holds, if the dust bound explains it (design 01 §5, end of instruction).
fn clear_orphans<U: Undo>(market: &mut Market<U>) -> Outcome<()> {
    let (long, short) = (&*market.long, &*market.short);
    let long_empty = long.stored_positions == 0;
    let short_empty = short.stored_positions == 0;
    if !long_empty && !short_empty {
        return Ok(());
    }
    let long_dust = if long_empty { long.phantom_dust_q } else { 0 };
    let short_dust = if short_empty { short.phantom_dust_q } else { 0 };
    if long.oi_eff == 0 && short.oi_eff == 0 && long_dust == 0 && short_dust == 0 {
        return Ok(());
    }
    if long.oi_eff != short.oi_eff || long.oi_eff > long_dust + short_dust {
        return Err(RiskError::CorruptState);
    }
    clear_orphan(market, SideIndex::Long);
    clear_orphan(market, SideIndex::Short);
    Ok(())
}

fn begin_if_flagged<U: Undo>(market: &mut Market<U>, index: SideIndex) -> Outcome<()> {
    let side = market.side(index);
    if side.is(Mode::DrainOnly) && side.oi_eff == 0 {
        market.flag(index);
    }
    let side = market.side(index);
    if !market.is_flagged(index) || side.is(Mode::ResetPending) {
        return Ok(());
    }
    if side.oi_eff != 0 {
        return Err(RiskError::CorruptState);
    }
    begin_reset(market, index)
}

/// `schedule` and `finalize` of design 01 §5: clears dust, begins flagged resets, finishes ready ones.
pub fn schedule_resets<U: Undo>(market: &mut Market<U>) -> Outcome<()> {
    clear_orphans(market)?;
    begin_if_flagged(market, SideIndex::Long)?;
    begin_if_flagged(market, SideIndex::Short)?;
    finalize_ready_sides(market);
    Ok(())
}
