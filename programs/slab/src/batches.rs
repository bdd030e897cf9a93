//! The opening of a batch (docs/slab.md, `batchOpen`): mark and funding rate, then the orders that waited for it.

use crate::book::{detach_order, free_order, is_crossing, rest_order};
use crate::canary::{Canary, sings};
use crate::errors::{Outcome, SlabError, require};
use crate::fills::{Taker, market_inputs};
use crate::guards::clamp_reducing;
use crate::instructions::{OrderSide, RiskInstruction, SlabInputs};
use crate::journal::SlabUndo;
use crate::mark::{calculate_funding_rate, calculate_mark_price, calculate_premium};
use crate::matching::{Matched, match_order};
use crate::pools::require_end;
use crate::state::{Level, Order, POST_ONLY, REDUCE_ONLY, Slab, account_of};
use core::iter::Empty;
use math::{floor_div, require_safe};
use risk::apply::dispatch;
use risk::instructions::CrankCandidate;

/// `batchOpen` of docs/slab.md.
pub fn open_batch<U: SlabUndo>(slab: &mut Slab<U>, inputs: SlabInputs) -> Outcome<()> {
    let due = slab.view.book.batch_slot + slab.view.slab_params.batch_slots;
    require(inputs.now_slot >= due, SlabError::BatchNotDue)?;
    sample_premium(slab, inputs)?;
    let mark = calculate_mark_price(slab, inputs.oracle_price)?;
    slab.book_mut().funding_rate = funding_rate_at(slab, mark, inputs.oracle_price)?;
    accrue_market(slab, inputs)?;
    let book = slab.book_mut();
    book.batch_epoch = require_safe(book.batch_epoch + 1)?;
    book.batch_slot = inputs.now_slot;
    book.batch_mark = mark;
    if !sings(Canary::LedgerNotCleared) {
        book.aggressors_used = 0;
    }
    promote_orders(slab, inputs)
}

/// The middle of the book less the index joins the moving average, if there is a middle.
fn sample_premium<U: SlabUndo>(slab: &mut Slab<U>, inputs: SlabInputs) -> Outcome<()> {
    let (bid, ask) = (slab.view.book.best_bid, slab.view.book.best_ask);
    if bid == 0 || ask == 0 {
        return Ok(());
    }
    let middle = floor_div(slab.get::<Level>(bid)?.price + slab.get::<Level>(ask)?.price, 2);
    let window = slab.view.slab_params.mark_window_slots;
    let book = slab.book_mut();
    let dt = inputs.now_slot - book.premium_slot;
    require(dt >= 0, SlabError::CORRUPT)?;
    book.premium_ema = calculate_premium(book.premium_ema, middle - inputs.oracle_price, dt, window)?;
    book.premium_slot = inputs.now_slot;
    Ok(())
}

fn funding_rate_at<U: SlabUndo>(slab: &Slab<U>, mark: i64, index: i64) -> Outcome<i64> {
    let p = slab.view.slab_params;
    let scale = slab.view.params.funding_scale;
    calculate_funding_rate(mark, index, p.funding_k_bps, scale, p.funding_horizon_slots, p.funding_cap)
}

/// The risk engine's `keeper_crank` without candidates, so that the new rate counts from here.
fn accrue_market<U: SlabUndo>(slab: &mut Slab<U>, inputs: SlabInputs) -> Outcome<()> {
    let inputs = market_inputs(slab, inputs);
    let (mut market, accounts) = slab.risk();
    let candidates: Empty<CrankCandidate> = core::iter::empty();
    let crank = RiskInstruction::KeeperCrank { candidates, max_revalidations: 0, keeper: None, inputs };
    Ok(dispatch(&mut market, accounts, &crank)?)
}

/// Each pending order once, in id order: that of the list.
fn promote_orders<U: SlabUndo>(slab: &mut Slab<U>, inputs: SlabInputs) -> Outcome<()> {
    let mut steps = 0;
    loop {
        let link = slab.view.book.pending_head;
        if link == 0 {
            return Ok(());
        }
        steps += 1;
        require_end::<Order, U>(slab, steps)?;
        detach_order(slab, link)?;
        let qty = promote_order(slab, link, inputs)?;
        if qty == 0 {
            free_order(slab, link)?;
            continue;
        }
        slab.edit::<Order>(link)?.qty = qty;
        // Nobody may block an opening: an order that its level cannot hold is dropped.
        match rest_order(slab, link) {
            Err(SlabError::OVERFLOW) => free_order(slab, link)?,
            rested => rested?,
        }
    }
}

/// What may rest of an order after it took what it crosses; 0 if it is dropped.
fn promote_order<U: SlabUndo>(slab: &mut Slab<U>, link: i64, inputs: SlabInputs) -> Outcome<i64> {
    let order = *slab.get::<Order>(link)?;
    let (account, side) = (account_of(order.account)?, OrderSide::of(order.side));
    let crosses = is_crossing(slab, side, order.price)?;
    if crosses && order.flags & POST_ONLY != 0 {
        return Ok(0);
    }
    let mut qty = order.qty;
    if order.flags & REDUCE_ONLY != 0 {
        qty = clamp_reducing(slab, account, side, qty)?;
    }
    if !crosses || qty == 0 {
        return Ok(qty);
    }
    let taker = Taker { account, side, limit: order.price, inputs, is_booked: true };
    let Matched { filled, failure } = match_order(slab, &taker, qty)?;
    let is_dropped = failure.is_some() || filled == qty || is_crossing(slab, side, order.price)?;
    Ok(if is_dropped { 0 } else { qty - filled })
}
