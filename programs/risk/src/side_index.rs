//! Lazy settlement through the side indices A and K (design 01 §4).

use crate::bookkeeping::set_pnl;
use crate::canary::{Canary, sings};
use crate::constants::{ADL_ONE, BPS, MAX_FUNDING_DT, POS_SCALE};
use crate::errors::{Outcome, RiskError};
use crate::journal::Undo;
use crate::state::{Account, Market, Mode, Side, SideIndex};
use crate::warmup::advance_adaptive_clock;
use math::{
    Wide, add_scaled_term, calculate_funding_term, calculate_k_pnl, mul_div_ceil, mul_div_floor, require_safe,
};

/// The side a non-zero position is on.
#[must_use]
pub const fn side_of(position: i64) -> SideIndex {
    if position > 0 { SideIndex::Long } else { SideIndex::Short }
}

/// `floor(|basis_q|·a_side/a_basis)`: rounds the position down, against its holder.
fn calculate_scaled_basis(account: &Account, side: &Side) -> Outcome<i64> {
    let abs_basis = account.basis_q.abs();
    if side.a == account.a_basis {
        return Ok(abs_basis);
    }
    Ok(mul_div_floor(abs_basis, side.a, account.a_basis)?)
}

/// Signed effective position in q-units (design 01 §4); 0 for a flat account and for one of another epoch.
pub fn calculate_effective_position<U: Undo>(market: &Market<U>, account: &Account) -> Outcome<i64> {
    if account.basis_q == 0 {
        return Ok(0);
    }
    let side = market.side(side_of(account.basis_q));
    if account.epoch_snap != side.epoch {
        return Ok(0);
    }
    let size = calculate_scaled_basis(account, side)?;
    Ok(if account.basis_q > 0 { size } else { -size })
}

/// Moves both K indices to `price` and `now_slot`: mark first, funding after (design 01 §4). K overflow → Overflow.
pub fn accrue<U: Undo>(market: &mut Market<U>, now_slot: i64, price: i64) -> Outcome<()> {
    let g = *market.globals_mut();
    let dt = now_slot - g.slot_last;
    let step = price - g.price_last;
    let has_long = market.long.oi_eff > 0;
    let has_short = market.short.oi_eff > 0;
    if step != 0 {
        if has_long {
            add_to_k(market, SideIndex::Long, i128::from(step), 1)?;
        }
        if has_short {
            add_to_k(market, SideIndex::Short, i128::from(step), -1)?;
        }
    }
    if g.funding_rate != 0 && dt > 0 && has_long && has_short {
        let den = i128::from(BPS) * i128::from(market.params.funding_scale);
        let sample = if sings(Canary::FundingAtNewPrice) { price } else { g.funding_price_last };
        let longest = if sings(Canary::FundingUnsplit) { i64::MAX } else { MAX_FUNDING_DT };
        let term = calculate_funding_term(sample, g.funding_rate, dt, longest, den);
        add_to_k(market, SideIndex::Long, term, -1)?;
        add_to_k(market, SideIndex::Short, term, 1)?;
    }
    let params = market.params;
    let g = market.globals_mut();
    g.slot_last = require_safe(now_slot)?;
    g.price_last = price;
    g.funding_price_last = price;
    if params.adaptive_warmup != 0 && dt > 0 {
        advance_adaptive_clock(g, params, dt)?;
    }
    Ok(())
}

fn add_to_k<U: Undo>(market: &mut Market<U>, index: SideIndex, term: i128, sign: i64) -> Outcome<()> {
    let side = market.side_mut(index);
    if add_scaled_term(&mut side.k, side.a, term, sign) { Ok(()) } else { Err(RiskError::Overflow) }
}

/// One position less on the side; `CorruptState` if it counts none.
fn uncount(side: &mut Side) -> Outcome<()> {
    if side.stored_positions == 0 {
        return Err(RiskError::CorruptState);
    }
    side.stored_positions -= 1;
    Ok(())
}

/// The account's position becomes the canonical zero and leaves the side's count.
fn canonicalize(account: &mut Account, side: &mut Side) -> Outcome<()> {
    uncount(side)?;
    clear_position(account);
    Ok(())
}

fn clear_position(account: &mut Account) {
    account.basis_q = 0;
    account.a_basis = ADL_ONE;
    account.k_snap = Wide::ZERO;
    account.epoch_snap = 0;
    if !sings(Canary::HedgeSurvivesFlat) {
        account.hedge_net = 1;
        account.hedge_gross = 1;
    }
}

/// Brings the account's pnl up to its side's K (design 01 §4). Any epoch gap but the allowed one is `CorruptState`.
pub fn settle<U: Undo>(market: &mut Market<U>, account: &mut Account) -> Outcome<()> {
    let basis_q = account.basis_q;
    if basis_q == 0 {
        return Ok(());
    }
    let side_index = side_of(basis_q);
    let side = market.side(side_index);
    let stale = account.epoch_snap != side.epoch;
    if stale && !(side.is(Mode::ResetPending) && account.epoch_snap + 1 == side.epoch) {
        return Err(RiskError::CorruptState);
    }
    let k = if stale { side.k_epoch_start } else { side.k };
    let delta = calculate_k_pnl(basis_q.abs(), account.k_snap, k, account.a_basis, POS_SCALE)?;
    if delta != 0 {
        set_pnl(market, account, account.pnl + delta)?;
    }
    if stale {
        let side = market.side_mut(side_index);
        canonicalize(account, side)?;
        if side.stale_positions == 0 {
            return Err(RiskError::CorruptState);
        }
        side.stale_positions -= 1;
    } else if calculate_scaled_basis(account, market.side(side_index))? == 0 {
        let side = market.side_mut(side_index);
        side.phantom_dust_q = require_safe(side.phantom_dust_q + 1)?;
        canonicalize(account, side)?;
    } else {
        account.k_snap = k;
    }
    Ok(())
}

/// Gives the account the effective position `q` (design 01 §2). Replacing a basis whose scaled size is not whole leaves
/// a fraction of a q-unit behind, which the side's dust bound absorbs.
pub fn attach<U: Undo>(market: &mut Market<U>, account: &mut Account, q: i64) -> Outcome<()> {
    let before = account.basis_q;
    if before != 0 {
        let side = market.side_mut(side_of(before));
        if account.epoch_snap == side.epoch && side.a != account.a_basis {
            let abs_basis = before.abs();
            let whole = mul_div_floor(abs_basis, side.a, account.a_basis)?;
            if mul_div_ceil(abs_basis, side.a, account.a_basis)? != whole {
                let dust = if sings(Canary::DustOffByOne) { 2 } else { 1 };
                side.phantom_dust_q = require_safe(side.phantom_dust_q + dust)?;
            }
        }
        uncount(side)?;
    }
    if q == 0 {
        clear_position(account);
        return Ok(());
    }
    let side = market.side_mut(side_of(q));
    side.stored_positions += 1;
    account.basis_q = q;
    account.a_basis = side.a;
    account.k_snap = side.k;
    account.epoch_snap = side.epoch;
    Ok(())
}
