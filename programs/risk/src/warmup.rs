//! The release of reserved profit over time (design 01 §6) and its adaptive clock (§12).

use crate::bookkeeping::{set_reserved, warmup_now};
use crate::canary::{Canary, sings};
use crate::constants::BPS;
use crate::errors::Outcome;
use crate::journal::Undo;
use crate::params::Params;
use crate::state::{Account, Globals, Market};
use math::{floor_div, mul_div_floor, mul_div_floor_signed, require_safe};

/// Releases what the slope allows since the last touch (design 01 §6). Touches without new profit never slow it.
pub fn advance_warmup<U: Undo>(market: &mut Market<U>, account: &mut Account) -> Outcome<()> {
    let now = warmup_now(market);
    let reserved = account.reserved_pnl;
    let period = market.params.warmup_period_slots;
    if reserved > 0 {
        // The product saturates: beyond R its exact value does not matter.
        let released = account.warmup_slope.saturating_mul(now - account.warmup_start);
        let release = if period == 0 { reserved } else { reserved.min(released) };
        if release > 0 {
            set_reserved(market, account, reserved - release)?;
            if sings(Canary::SlopeRespreadOnTouch) && account.reserved_pnl > 0 && period > 0 {
                account.warmup_slope = floor_div(account.reserved_pnl, period).max(1);
            }
        }
    }
    if account.reserved_pnl == 0 {
        account.warmup_slope = 0;
    }
    account.warmup_start = now;
    Ok(())
}

/// The share of its average, in bps, by which `C_tot` lies below it.
fn calculate_drain_bps(ema: i64, c_tot: i64) -> Outcome<i64> {
    Ok(if ema > c_tot { mul_div_floor(ema - c_tot, BPS, ema)? } else { 0 })
}

fn calculate_ema(ema: i64, c_tot: i64, dt: i64, window: i64) -> Outcome<i64> {
    Ok(ema + mul_div_floor_signed(c_tot - ema, dt.min(window), window)?)
}

/// Moves the adaptive warmup clock by `dt` > 0 slots (design 01 §12).
pub fn advance_adaptive_clock(g: &mut Globals, params: &Params, dt: i64) -> Outcome<()> {
    g.ema_fast = calculate_ema(g.ema_fast, g.c_tot, dt, params.fast_window_slots)?;
    g.ema_slow = calculate_ema(g.ema_slow, g.c_tot, dt, params.slow_window_slots)?;
    let drain = calculate_drain_bps(g.ema_fast, g.c_tot)?.max(calculate_drain_bps(g.ema_slow, g.c_tot)?);
    let saturation = params.saturation_bps;
    let target = BPS + floor_div((params.max_multiplier_bps - BPS) * drain.min(saturation), saturation);
    let before = g.warmup_multiplier_bps;
    let floor = before - floor_div(before * params.hysteresis_bps, BPS);
    let multiplier = if sings(Canary::MultiplierFallsAtOnce) { target } else { target.max(floor) };
    g.warmup_multiplier_bps = multiplier;
    if drain >= params.freeze_bps {
        return Ok(());
    }
    let whole = floor_div(dt, multiplier);
    let rest = (dt - whole * multiplier) * BPS + g.warmup_remainder;
    let ticks = floor_div(rest, multiplier);
    g.warmup_remainder = rest - ticks * multiplier;
    g.warmup_clock = require_safe(g.warmup_clock + whole * BPS + ticks)?;
    Ok(())
}
