//! Reserve, commit, cancel, expire, prune (design 02 §1, "Reserve → commit"): quantities of resting orders locked for one
//! taker, for a bond.

use crate::book::{change_reserved, find_order, remove_order};
use crate::canary::{Canary, sings};
use crate::constants::{BPS, POS_SCALE};
use crate::errors::{Outcome, SlabError, require};
use crate::fills::{Fault, Taker, Trial, fill};
use crate::guards::{charge_into_insurance, require_in_kill_band, tax_round_trips};
use crate::instructions::{HoldTerms, Index, Named, OrderSide, SlabInputs};
use crate::journal::SlabUndo;
use crate::mark::calculate_mark_price;
use crate::matching::{Walk, require_price, require_quantity};
use crate::pools::{give_back, require_end, take};
use crate::state::{Hold, Order, REDUCE_ONLY, Slab, Slice, Trader, account_of, add, link_of};
use math::{MAX_SAFE, mul_div_ceil, mul_div_floor, require_safe};
use risk::errors::RiskError;

/// The link of the hold at this place with this id.
fn find_hold<U: SlabUndo>(slab: &Slab<U>, named: Named) -> Outcome<i64> {
    let link = link_of(named.place);
    let hold = slab.get::<Hold>(link).map_err(|_| SlabError::HoldNotFound)?;
    require(hold.id != 0 && hold.id == named.id, SlabError::HoldNotFound)?;
    Ok(link)
}

/// The largest trading fee of so much at a price.
fn calculate_charge<U: SlabUndo>(slab: &Slab<U>, q: i64, price: i64) -> Outcome<i64> {
    let notional = mul_div_floor(q, price, POS_SCALE)?;
    Ok(mul_div_ceil(notional, slab.view.params.trading_fee_bps, BPS)?)
}

/// `reserve` of docs/slab.md.
pub fn reserve<U: SlabUndo>(slab: &mut Slab<U>, terms: &HoldTerms, inputs: SlabInputs) -> Outcome<()> {
    let HoldTerms { route, account, side, qty, limit, ttl, seqno } = *terms;
    let capital = slab.account(account)?.capital;
    require((0..=MAX_SAFE).contains(&route), SlabError::OVERFLOW)?;
    require_price(slab, limit)?;
    require_quantity(slab, qty, true)?;
    let ttl = i64::from(ttl);
    require(ttl >= 1 && ttl <= slab.view.slab_params.max_hold_slots, SlabError::InvalidQuantity)?;
    require(seqno == slab.view.book.seqno, SlabError::StaleSeqno)?;
    let trader = *slab.get::<Trader>(link_of(account))?;
    require(trader.holds < slab.view.slab_params.max_holds, SlabError::TooManyHolds)?;
    let id = slab.view.book.next_hold_id;
    let link =
        take(slab, Hold { id, route, account: terms.account.into(), side: side.word(), ..Hold::default() })?;
    slab.book_mut().next_hold_id = require_safe(id + 1)?;
    lock_slices(slab, link, &Taker { account, side, limit, inputs, is_booked: true }, qty)?;
    let mark = calculate_mark_price(slab, inputs.oracle_price)?;
    let hold_fee_bps = slab.view.slab_params.hold_fee_bps;
    let hold = slab.edit::<Hold>(link)?;
    hold.expiry_slot = require_safe(inputs.now_slot + ttl)?;
    hold.mark = mark;
    hold.bond = mul_div_ceil(hold.notional, hold_fee_bps * ttl, BPS)?;
    let locked_bond = trader.locked_bond + hold.bond;
    require(capital >= locked_bond, SlabError::Risk(RiskError::InsufficientBalance))?;
    let trader = slab.edit::<Trader>(link_of(account))?;
    trader.locked_bond = locked_bond;
    add(&mut trader.holds, 1)?;
    Ok(())
}

/// Locks up to `qty` of the contra side for a hold, without cancelling anything on the way.
fn lock_slices<U: SlabUndo>(slab: &mut Slab<U>, hold: i64, taker: &Taker, qty: i64) -> Outcome<()> {
    let mut walk = Walk::begin(slab, taker);
    let (mut left, mut last) = (qty, 0);
    while left > 0 {
        let link = walk.next(slab, taker)?;
        if link == 0 {
            break;
        }
        let order = *slab.get::<Order>(link)?;
        if order.account == i64::from(taker.account) || order.flags & REDUCE_ONLY != 0 {
            continue;
        }
        let most = if sings(Canary::OverReservation) { order.qty } else { order.available() };
        let q = left.min(most);
        left -= q;
        last = lock_slice(slab, hold, link, last, q)?;
    }
    require(last != 0, SlabError::NoLiquidity)
}

/// Locks `q` of an order as the slice after `last` in the hold; returns its link.
fn lock_slice<U: SlabUndo>(slab: &mut Slab<U>, hold: i64, link: i64, last: i64, q: i64) -> Outcome<i64> {
    let order = *slab.get::<Order>(link)?;
    let notional = mul_div_ceil(q, order.price, POS_SCALE)?;
    let charge = calculate_charge(slab, q, order.price)?;
    let slice = take(
        slab,
        Slice { hold, order: link, qty: q, notional, order_next: order.slices, ..Slice::default() },
    )?;
    if order.slices != 0 {
        slab.edit::<Slice>(order.slices)?.order_prev = slice;
    }
    slab.edit::<Order>(link)?.slices = slice;
    change_reserved(slab, link, q)?;
    let maker = slab.edit::<Trader>(order.account + 1)?;
    maker.reserved_notional = require_safe(maker.reserved_notional + notional)?;
    if last != 0 {
        slab.edit::<Slice>(last)?.next = slice;
    }
    let record = slab.edit::<Hold>(hold)?;
    if last == 0 {
        record.slices = slice;
    }
    add(&mut record.slice_count, 1)?;
    add(&mut record.qty, q)?;
    record.notional = require_safe(record.notional + notional)?;
    record.worst_price = order.price;
    record.max_charge = require_safe(record.max_charge + charge)?;
    Ok(slice)
}

/// Frees a slice and what it locked. Its hold's list is the caller's business.
fn unlock_slice<U: SlabUndo>(slab: &mut Slab<U>, link: i64) -> Outcome<()> {
    let Slice { notional, order, order_next, order_prev, qty, .. } = *slab.get::<Slice>(link)?;
    if order_next != 0 {
        slab.edit::<Slice>(order_next)?.order_prev = order_prev;
    }
    if order_prev != 0 {
        slab.edit::<Slice>(order_prev)?.order_next = order_next;
    }
    let owner = slab.edit::<Order>(order)?;
    if order_prev == 0 {
        owner.slices = order_next;
    }
    let maker = owner.account + 1;
    change_reserved(slab, order, if sings(Canary::DoubleRelease) { -2 * qty } else { -qty })?;
    add(&mut slab.edit::<Trader>(maker)?.reserved_notional, -notional)?;
    give_back::<Slice, U>(slab, link)
}

/// A hold without slices goes; its bond is no longer locked.
fn close_hold<U: SlabUndo>(slab: &mut Slab<U>, link: i64) -> Outcome<()> {
    let Hold { account, bond, .. } = *slab.get::<Hold>(link)?;
    let trader = slab.edit::<Trader>(account + 1)?;
    add(&mut trader.holds, -1)?;
    add(&mut trader.locked_bond, -bond)?;
    give_back::<Hold, U>(slab, link)
}

/// `commit` of docs/slab.md.
pub fn commit<U: SlabUndo>(
    slab: &mut Slab<U>,
    account: Index,
    named: Named,
    inputs: SlabInputs,
) -> Outcome<()> {
    let link = find_hold(slab, named)?;
    let hold = *slab.get::<Hold>(link)?;
    require(hold.account == i64::from(account), SlabError::UNAUTHORIZED)?;
    let early = i64::from(sings(Canary::HoldExpiresEarly));
    require(inputs.now_slot + early <= hold.expiry_slot, SlabError::HoldExpired)?;
    let mark = calculate_mark_price(slab, inputs.oracle_price)?;
    require_in_kill_band(slab, mark, hold.mark)?;
    let taker = taker_of(&hold, inputs)?;
    let mut at = hold.slices;
    while at != 0 {
        let Slice { next, order, qty, .. } = *slab.get::<Slice>(at)?;
        unlock_slice(slab, at)?;
        fill(slab, order, &taker, qty)?.map_err(|fault| match fault {
            Fault::Maker(_) => SlabError::MakerMargin,
            Fault::Taker(error) => error,
        })?;
        at = next;
    }
    close_hold(slab, link)?;
    tax_round_trips(slab, account)
}

/// The taker of a hold's slices.
fn taker_of(hold: &Hold, inputs: SlabInputs) -> Outcome<Taker> {
    let Hold { side, worst_price, .. } = *hold;
    let account = account_of(hold.account)?;
    Ok(Taker { account, side: OrderSide::of(side), limit: worst_price, inputs, is_booked: true })
}

/// `cancelHold` of docs/slab.md.
pub fn cancel_hold<U: SlabUndo>(slab: &mut Slab<U>, account: Index, named: Named) -> Outcome<()> {
    let Ok(link) = find_hold(slab, named) else {
        return Ok(());
    };
    require(slab.get::<Hold>(link)?.account == i64::from(account), SlabError::UNAUTHORIZED)?;
    forfeit_hold(slab, link)
}

/// `releaseHold` of docs/slab.md.
pub fn release_hold<U: SlabUndo>(slab: &mut Slab<U>, named: Named, now_slot: i64) -> Outcome<()> {
    let link = find_hold(slab, named)?;
    require(now_slot > slab.get::<Hold>(link)?.expiry_slot, SlabError::HoldNotExpired)?;
    forfeit_hold(slab, link)
}

/// Releases a hold's slices and charges its bond.
fn forfeit_hold<U: SlabUndo>(slab: &mut Slab<U>, link: i64) -> Outcome<()> {
    let hold = *slab.get::<Hold>(link)?;
    let mut at = hold.slices;
    while at != 0 {
        let next = slab.get::<Slice>(at)?.next;
        unlock_slice(slab, at)?;
        at = next;
    }
    close_hold(slab, link)?;
    let bond = if sings(Canary::BondNotForfeited) { 0 } else { hold.bond };
    charge_into_insurance(slab, account_of(hold.account)?, bond)
}

/// `prune` of docs/slab.md.
pub fn prune<U: SlabUndo>(
    slab: &mut Slab<U>,
    named_hold: Named,
    named_order: Named,
    inputs: SlabInputs,
) -> Outcome<()> {
    let hold_link = find_hold(slab, named_hold)?;
    let link = find_order(slab, named_order)?;
    let hold = *slab.get::<Hold>(hold_link)?;
    let order = *slab.get::<Order>(link)?;
    require(has_slice(slab, &hold, link)?, SlabError::OrderNotFound)?;
    let maker = account_of(order.account)?;
    require(is_failing(slab, &hold, maker, inputs)?, SlabError::NotPrunable)?;
    while slab.get::<Order>(link)?.slices != 0 {
        let slice = slab.get::<Order>(link)?.slices;
        drop_slice(slab, slice)?;
    }
    remove_order(slab, link)
}

fn has_slice<U: SlabUndo>(slab: &Slab<U>, hold: &Hold, order: i64) -> Outcome<bool> {
    let (mut at, mut steps) = (hold.slices, 0);
    while at != 0 {
        let slice = slab.get::<Slice>(at)?;
        if slice.order == order {
            return Ok(true);
        }
        steps += 1;
        require_end::<Slice, U>(slab, steps)?;
        at = slice.next;
    }
    Ok(false)
}

/// Does the maker fail one of its slices in the hold? Tried, and taken back.
fn is_failing<U: SlabUndo>(
    slab: &mut Slab<U>,
    hold: &Hold,
    maker: Index,
    inputs: SlabInputs,
) -> Outcome<bool> {
    let taker = taker_of(hold, inputs)?;
    let trial = Trial::begin(slab, maker, &taker)?;
    let mut fault = None;
    let (mut at, mut steps) = (hold.slices, 0);
    while at != 0 && fault.is_none() {
        steps += 1;
        require_end::<Slice, U>(slab, steps)?;
        let Slice { next, order, qty, .. } = *slab.get::<Slice>(at)?;
        let order = *slab.get::<Order>(order)?;
        if order.account == i64::from(maker) {
            fault = trial.trade(slab, &order, &taker, qty).err();
        }
        at = next;
    }
    trial.end(slab);
    Ok(matches!(fault, Some(Fault::Maker(_))))
}

/// Takes a slice out of its hold, whose bond is no longer locked; without slices the hold goes.
fn drop_slice<U: SlabUndo>(slab: &mut Slab<U>, link: i64) -> Outcome<()> {
    let slice = *slab.get::<Slice>(link)?;
    let charge = calculate_charge(slab, slice.qty, slab.get::<Order>(slice.order)?.price)?;
    unlink_slice(slab, slice.hold, link, slice.next)?;
    unlock_slice(slab, link)?;
    let hold = slab.edit::<Hold>(slice.hold)?;
    let (owner, bond) = (hold.account + 1, hold.bond);
    hold.bond = 0;
    add(&mut hold.qty, -slice.qty)?;
    add(&mut hold.notional, -slice.notional)?;
    add(&mut hold.max_charge, -charge)?;
    add(&mut hold.slice_count, -1)?;
    let is_empty = hold.slice_count == 0;
    if !sings(Canary::PrunedBondStays) {
        add(&mut slab.edit::<Trader>(owner)?.locked_bond, -bond)?;
    }
    if is_empty { close_hold(slab, slice.hold) } else { Ok(()) }
}

/// Takes a slice out of its hold's list.
fn unlink_slice<U: SlabUndo>(slab: &mut Slab<U>, hold: i64, link: i64, next: i64) -> Outcome<()> {
    let (mut at, mut steps) = (slab.get::<Hold>(hold)?.slices, 0);
    if at == link {
        slab.edit::<Hold>(hold)?.slices = next;
        return Ok(());
    }
    while at != 0 {
        steps += 1;
        require_end::<Slice, U>(slab, steps)?;
        let following = slab.get::<Slice>(at)?.next;
        if following == link {
            slab.edit::<Slice>(at)?.next = next;
            return Ok(());
        }
        at = following;
    }
    Err(SlabError::CORRUPT)
}
