//! Walking and matching the contra side, and placing orders (docs/slab.md, "Matching" and "Instructions").

use crate::book::{
    cancel_available, create_order, find_order, is_crossing, is_within, remove_order, rest_order,
    shrink_order, suspend_order,
};
use crate::canary::{Canary, sings};
use crate::constants::MAX_TRADE_SIZE_Q;
use crate::errors::{Outcome, SlabError, require};
use crate::fills::{Fault, Taker, fill, is_live};
use crate::guards::{clamp_reducing, require_in_kill_band, tax_round_trips};
use crate::instructions::{Index, Named, OrderKind, OrderSide, OrderTerms, SlabInputs};
use crate::journal::SlabUndo;
use crate::mark::calculate_mark_price;
use crate::state::{Level, Order, POST_ONLY, REDUCE_ONLY, Slab, Trader, account_of, link_of};

/// A walk through the contra side, from the best level within the limit, first in first out. Orders may leave behind it.
pub struct Walk {
    next_level: i64,
    next_order: i64,
    levels_left: i64,
    frozen_levels: i64,
    /// Levels and orders met.
    steps: usize,
}

impl Walk {
    /// Begins at the best contra level.
    #[must_use]
    pub fn begin<U: SlabUndo>(slab: &Slab<U>, taker: &Taker) -> Self {
        let params = slab.view.slab_params;
        let is_frozen = !sings(Canary::FreezeIgnored)
            && taker.inputs.now_slot - slab.view.book.batch_slot < params.freeze_slots;
        Self {
            next_level: slab.best(taker.side.opposite()),
            next_order: 0,
            levels_left: -1,
            frozen_levels: if is_frozen { params.freeze_levels } else { 0 },
            steps: 0,
        }
    }

    /// One more level or order; `CorruptState` if that can only be a walk in circles.
    fn step<U: SlabUndo>(&mut self, slab: &Slab<U>) -> Outcome<()> {
        self.steps += 1;
        require(self.steps <= 2 * slab.view.orders.len(), SlabError::CORRUPT)
    }

    /// The next order that has something available and is not frozen, a link; 0 at the end.
    pub fn next<U: SlabUndo>(&mut self, slab: &Slab<U>, taker: &Taker) -> Outcome<i64> {
        loop {
            if self.next_order == 0 {
                if self.next_level == 0 {
                    return Ok(0);
                }
                let level = slab.get::<Level>(self.next_level)?;
                if !is_within(taker.side, level.price, taker.limit) {
                    return Ok(0);
                }
                self.next_order = level.head;
                self.next_level = level.next;
                self.levels_left += 1;
                self.step(slab)?;
                continue;
            }
            let link = self.next_order;
            let order = slab.get::<Order>(link)?;
            self.step(slab)?;
            self.next_order = order.next;
            let is_frozen = self.levels_left < self.frozen_levels && !is_live(slab, order);
            if order.available() > 0 && !is_frozen {
                return Ok(link);
            }
        }
    }
}

/// How much an order may trade now with a taker who wants `qty`; 0 and nothing available any more if it is the taker's
/// own, or reduce-only with nothing to reduce.
pub fn offer<U: SlabUndo>(slab: &mut Slab<U>, link: i64, taker: &Taker, qty: i64) -> Outcome<i64> {
    let order = *slab.get::<Order>(link)?;
    let maker = account_of(order.account)?;
    if maker == taker.account && sings(Canary::OwnOrderStays) {
        return Ok(0);
    }
    let q = if maker == taker.account {
        0
    } else if order.flags & REDUCE_ONLY != 0 && !sings(Canary::ReduceOnlyMakerOvershoots) {
        clamp_reducing(slab, maker, OrderSide::of(order.side), qty.min(order.available()))?
    } else {
        qty.min(order.available())
    };
    if q == 0 {
        cancel_available(slab, link)?;
    }
    Ok(q)
}

/// What a match came to: how much it filled, and the taker's error if that is why it stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matched {
    /// q-units.
    pub filled: i64,
    /// The taker's.
    pub failure: Option<SlabError>,
}

/// Fills up to `qty` from the contra side.
pub fn match_order<U: SlabUndo>(slab: &mut Slab<U>, taker: &Taker, qty: i64) -> Outcome<Matched> {
    let mut matched = Matched { filled: 0, failure: None };
    let mut walk = Walk::begin(slab, taker);
    while matched.filled < qty {
        let link = walk.next(slab, taker)?;
        if link == 0 {
            break;
        }
        let q = offer(slab, link, taker, qty - matched.filled)?;
        if q == 0 {
            continue;
        }
        match fill(slab, link, taker, q)? {
            Ok(_) => matched.filled += q,
            Err(Fault::Maker(_)) if sings(Canary::FailingMakerStays) => {}
            Err(Fault::Maker(_)) => cancel_available(slab, link)?,
            Err(Fault::Taker(error)) => {
                matched.failure = Some(error);
                break;
            }
        }
    }
    tax_round_trips(slab, taker.account)?;
    Ok(matched)
}

/// `InvalidPrice` unless it is a positive multiple of the tick within bounds.
pub fn require_price<U: SlabUndo>(slab: &Slab<U>, price: i64) -> Outcome<()> {
    let valid = price > 0 && price <= slab.view.params.max_price;
    require(valid && price.checked_rem(slab.view.slab_params.tick_atoms) == Some(0), SlabError::InvalidPrice)
}

/// `InvalidQuantity` unless it is positive, within bounds and, if `in_lots`, a multiple of the lot.
pub fn require_quantity<U: SlabUndo>(slab: &Slab<U>, qty: i64, in_lots: bool) -> Outcome<()> {
    let valid = qty > 0 && qty <= MAX_TRADE_SIZE_Q;
    let whole = !in_lots || qty.checked_rem(slab.view.slab_params.lot_q) == Some(0);
    require(valid && whole, SlabError::InvalidQuantity)
}

/// `placeOrder` of docs/slab.md.
pub fn place_order<U: SlabUndo>(slab: &mut Slab<U>, terms: &OrderTerms, inputs: SlabInputs) -> Outcome<()> {
    slab.account(terms.account)?;
    require_price(slab, terms.price)?;
    require_quantity(slab, terms.qty, !terms.reduce_only)?;
    let may_rest = matches!(terms.kind, OrderKind::Limit | OrderKind::PostOnly);
    let open = slab.get::<Trader>(link_of(terms.account))?.open_orders;
    require(!may_rest || open < slab.view.slab_params.max_orders_per_account, SlabError::TooManyOrders)?;
    submit(slab, terms, inputs)
}

/// Places an order whose terms were checked.
fn submit<U: SlabUndo>(slab: &mut Slab<U>, terms: &OrderTerms, inputs: SlabInputs) -> Outcome<()> {
    let may_rest = matches!(terms.kind, OrderKind::Limit | OrderKind::PostOnly);
    let is_dlp = slab.get::<Trader>(link_of(terms.account))?.is_dlp != 0;
    let is_early = sings(Canary::PendingMatchedEarly);
    if may_rest && !is_dlp && slab.view.slab_params.pending_promotion != 0 && !is_early {
        let link = create_order(slab, order_of(terms, terms.qty))?;
        return suspend_order(slab, link);
    }
    if terms.kind == OrderKind::PostOnly {
        require(!is_crossing(slab, terms.side, terms.price)?, SlabError::WouldCross)?;
        let link = create_order(slab, order_of(terms, terms.qty))?;
        return rest_order(slab, link);
    }
    if is_crossing(slab, terms.side, terms.price)? {
        let mark = calculate_mark_price(slab, inputs.oracle_price)?;
        require_in_kill_band(slab, mark, slab.view.book.batch_mark)?;
    }
    let mut qty = terms.qty;
    if terms.reduce_only {
        qty = clamp_reducing(slab, terms.account, terms.side, qty)?;
        require(qty > 0, SlabError::NothingToReduce)?;
    }
    let taker =
        Taker { account: terms.account, side: terms.side, limit: terms.price, inputs, is_booked: true };
    let Matched { filled, failure } = match_order(slab, &taker, qty)?;
    if let (0, Some(error)) = (filled, failure) {
        return Err(error);
    }
    require(terms.kind != OrderKind::Fok || filled == qty, SlabError::NotFilled)?;
    let rests = terms.kind == OrderKind::Limit && filled < qty && failure.is_none();
    if !rests || is_crossing(slab, terms.side, terms.price)? {
        return Ok(());
    }
    let link = create_order(slab, order_of(terms, qty - filled))?;
    rest_order(slab, link)
}

/// A new order of these terms over `qty`.
fn order_of(terms: &OrderTerms, qty: i64) -> Order {
    let reduce_only = if terms.reduce_only { REDUCE_ONLY } else { 0 };
    let post_only = if terms.kind == OrderKind::PostOnly { POST_ONLY } else { 0 };
    Order {
        account: i64::from(terms.account),
        side: terms.side.word(),
        price: terms.price,
        qty,
        flags: reduce_only | post_only,
        ..Order::default()
    }
}

/// The order at this place, if it is the account's.
fn find_own<U: SlabUndo>(slab: &Slab<U>, account: Index, named: Named) -> Outcome<i64> {
    let link = find_order(slab, named)?;
    require(slab.get::<Order>(link)?.account == i64::from(account), SlabError::UNAUTHORIZED)?;
    Ok(link)
}

/// `cancelOrder` of docs/slab.md.
pub fn cancel_order<U: SlabUndo>(slab: &mut Slab<U>, account: Index, named: Named) -> Outcome<()> {
    let link = find_own(slab, account, named)?;
    require(slab.get::<Order>(link)?.available() > 0, SlabError::OrderReserved)?;
    cancel_available(slab, link)
}

/// `replaceOrder` of docs/slab.md.
pub fn replace_order<U: SlabUndo>(
    slab: &mut Slab<U>,
    account: Index,
    named: Named,
    price: i64,
    qty: i64,
    inputs: SlabInputs,
) -> Outcome<()> {
    let link = find_own(slab, account, named)?;
    let order = *slab.get::<Order>(link)?;
    let reduce_only = order.flags & REDUCE_ONLY != 0;
    require_price(slab, price)?;
    require_quantity(slab, qty, !reduce_only)?;
    if price == order.price && qty < order.qty {
        require(qty >= order.reserved_q, SlabError::OrderReserved)?;
        return shrink_order(slab, link, order.qty - qty);
    }
    require(order.reserved_q == 0, SlabError::OrderReserved)?;
    remove_order(slab, link)?;
    let kind = if order.flags & POST_ONLY != 0 { OrderKind::PostOnly } else { OrderKind::Limit };
    submit(
        slab,
        &OrderTerms { account, side: OrderSide::of(order.side), kind, price, qty, reduce_only },
        inputs,
    )
}
