//! Orders in the book: placing, taking away, shrinking; the quote cache (docs/slab.md).

use crate::canary::{Canary, sings};
use crate::constants::QUOTE_LEVELS;
use crate::errors::{Outcome, SlabError, require};
use crate::instructions::{Named, OrderSide};
use crate::journal::{Image, SlabUndo};
use crate::pools::{give_back, require_end, take};
use crate::price_index::{close_level, open_level};
use crate::state::{Level, Order, Quote, Slab, Trader, add, link_of, order_state};

/// Is `price` at least as good for someone on `side` as their limit?
#[must_use]
pub const fn is_within(side: OrderSide, price: i64, limit: i64) -> bool {
    match side {
        OrderSide::Buy => price <= limit,
        OrderSide::Sell => price >= limit,
    }
}

/// Would an order at `price` trade with the best contra level, whatever is available there?
pub fn is_crossing<U: SlabUndo>(slab: &Slab<U>, side: OrderSide, price: i64) -> Outcome<bool> {
    let best = slab.best(side.opposite());
    Ok(best != 0 && is_within(side, slab.get::<Level>(best)?.price, price))
}

/// The link of the order at this place with this id.
pub fn find_order<U: SlabUndo>(slab: &Slab<U>, named: Named) -> Outcome<i64> {
    let link = link_of(named.place);
    let order = slab.get::<Order>(link).map_err(|_| SlabError::OrderNotFound)?;
    require(order.state != 0 && order.id == named.id, SlabError::OrderNotFound)?;
    Ok(link)
}

/// Puts a new order into the pool and its account's list, not yet into the book. It gets its id here.
pub fn create_order<U: SlabUndo>(slab: &mut Slab<U>, order: Order) -> Outcome<i64> {
    let owner = order.account + 1;
    let head = slab.get::<Trader>(owner)?.orders_head;
    let id = slab.view.book.next_order_id;
    let epoch = slab.view.book.batch_epoch;
    let link = take(slab, Order { id, epoch, account_next: head, ..order })?;
    slab.book_mut().next_order_id = math::require_safe(id + 1)?;
    if head != 0 {
        slab.edit::<Order>(head)?.account_prev = link;
    }
    let trader = slab.edit::<Trader>(owner)?;
    trader.orders_head = link;
    add(&mut trader.open_orders, 1)?;
    Ok(link)
}

/// Puts an order at the end of its level. `Overflow`, and nothing is changed, if the level cannot hold it.
pub fn rest_order<U: SlabUndo>(slab: &mut Slab<U>, link: i64) -> Outcome<()> {
    let Order { price, qty, side, .. } = *slab.get::<Order>(link)?;
    let side = OrderSide::of(side);
    let level = open_level(slab, side, price)?;
    let capacity = slab.view.header.max_orders;
    let record = slab.edit::<Level>(level)?;
    record.total_q = math::require_safe(record.total_q + qty)?;
    require(record.orders < capacity, SlabError::CORRUPT)?;
    add(&mut record.orders, 1)?;
    if sings(Canary::TimePriorityLost) {
        return rest_first(slab, link, level);
    }
    let prev = record.tail;
    record.tail = link;
    if prev == 0 {
        record.head = link;
    } else {
        slab.edit::<Order>(prev)?.next = link;
    }
    let order = slab.edit::<Order>(link)?;
    order.state = order_state::RESTING;
    order.level = level;
    order.prev = prev;
    slab.touch(side, price);
    Ok(())
}

/// What the canary does instead: the order goes before the others of its level.
fn rest_first<U: SlabUndo>(slab: &mut Slab<U>, link: i64, level: i64) -> Outcome<()> {
    let record = slab.edit::<Level>(level)?;
    let next = record.head;
    record.head = link;
    if next == 0 {
        record.tail = link;
    } else {
        slab.edit::<Order>(next)?.prev = link;
    }
    let order = slab.edit::<Order>(link)?;
    (order.state, order.level, order.next) = (order_state::RESTING, level, next);
    let (side, price) = (OrderSide::of(order.side), order.price);
    slab.touch(side, price);
    Ok(())
}

/// Puts an order at the end of the pending list.
pub fn suspend_order<U: SlabUndo>(slab: &mut Slab<U>, link: i64) -> Outcome<()> {
    let book = slab.book_mut();
    let prev = book.pending_tail;
    book.pending_tail = link;
    if prev == 0 {
        book.pending_head = link;
    } else {
        slab.edit::<Order>(prev)?.next = link;
    }
    let order = slab.edit::<Order>(link)?;
    order.state = order_state::PENDING;
    order.prev = prev;
    Ok(())
}

/// Takes an order out of its level or the pending list; an empty level closes. The order keeps its entry.
pub fn detach_order<U: SlabUndo>(slab: &mut Slab<U>, link: i64) -> Outcome<()> {
    let Order { level, next, prev, price, qty, reserved_q, side, state, .. } = *slab.get::<Order>(link)?;
    if prev != 0 {
        slab.edit::<Order>(prev)?.next = next;
    }
    if next != 0 {
        slab.edit::<Order>(next)?.prev = prev;
    }
    let order = slab.edit::<Order>(link)?;
    (order.level, order.prev, order.next) = (0, 0, 0);
    if state == order_state::PENDING {
        let book = slab.book_mut();
        if prev == 0 {
            book.pending_head = next;
        }
        if next == 0 {
            book.pending_tail = prev;
        }
        return Ok(());
    }
    let side = OrderSide::of(side);
    slab.touch(side, price);
    let record = slab.edit::<Level>(level)?;
    add(&mut record.orders, -1)?;
    add(&mut record.total_q, -qty)?;
    add(&mut record.reserved_q, -reserved_q)?;
    if prev == 0 {
        record.head = next;
    }
    if next == 0 {
        record.tail = prev;
    }
    if record.orders == 0 { close_level(slab, side, level) } else { Ok(()) }
}

/// Takes a detached order out of its account's list and the pool.
pub fn free_order<U: SlabUndo>(slab: &mut Slab<U>, link: i64) -> Outcome<()> {
    let Order { account, account_next, account_prev, .. } = *slab.get::<Order>(link)?;
    if account_prev != 0 {
        slab.edit::<Order>(account_prev)?.account_next = account_next;
    }
    if account_next != 0 {
        slab.edit::<Order>(account_next)?.account_prev = account_prev;
    }
    let trader = slab.edit::<Trader>(account + 1)?;
    add(&mut trader.open_orders, -1)?;
    if account_prev == 0 {
        trader.orders_head = account_next;
    }
    give_back::<Order, U>(slab, link)
}

/// The order leaves.
pub fn remove_order<U: SlabUndo>(slab: &mut Slab<U>, link: i64) -> Outcome<()> {
    detach_order(slab, link)?;
    free_order(slab, link)
}

/// Takes `q` off an order, locked or not, and off its level; an empty order leaves.
pub fn shrink_order<U: SlabUndo>(slab: &mut Slab<U>, link: i64, q: i64) -> Outcome<()> {
    let Order { level, price, qty, side, state, .. } = *slab.get::<Order>(link)?;
    if q == qty {
        return remove_order(slab, link);
    }
    add(&mut slab.edit::<Order>(link)?.qty, -q)?;
    if state == order_state::RESTING {
        add(&mut slab.edit::<Level>(level)?.total_q, -q)?;
        slab.touch(OrderSide::of(side), price);
    }
    Ok(())
}

/// What holds have locked of an order changes by `delta`.
pub fn change_reserved<U: SlabUndo>(slab: &mut Slab<U>, link: i64, delta: i64) -> Outcome<()> {
    let order = slab.edit::<Order>(link)?;
    add(&mut order.reserved_q, delta)?;
    let (level, price, side) = (order.level, order.price, order.side);
    add(&mut slab.edit::<Level>(level)?.reserved_q, delta)?;
    slab.touch(OrderSide::of(side), price);
    Ok(())
}

/// Cancels what no hold has locked of an order.
pub fn cancel_available<U: SlabUndo>(slab: &mut Slab<U>, link: i64) -> Outcome<()> {
    let available = slab.get::<Order>(link)?.available();
    if available == 0 { Ok(()) } else { shrink_order(slab, link, available) }
}

/// Cancels what no hold has locked of all orders of an account.
pub fn cancel_orders<U: SlabUndo>(slab: &mut Slab<U>, owner: i64) -> Outcome<()> {
    let mut link = slab.get::<Trader>(owner)?.orders_head;
    let mut steps = 0;
    while link != 0 {
        steps += 1;
        require_end::<Order, U>(slab, steps)?;
        let next = slab.get::<Order>(link)?.account_next;
        cancel_available(slab, link)?;
        link = next;
    }
    Ok(())
}

fn read_quotes<U: SlabUndo>(slab: &Slab<U>, side: OrderSide) -> Outcome<[Quote; QUOTE_LEVELS]> {
    let mut quotes = [Quote::default(); QUOTE_LEVELS];
    let mut link = slab.best(side);
    for quote in &mut quotes {
        if link == 0 {
            break;
        }
        let level = slab.get::<Level>(link)?;
        require(level.total_q >= level.reserved_q, SlabError::CORRUPT)?;
        *quote = Quote { price: level.price, available_q: level.total_q - level.reserved_q };
        link = level.next;
    }
    Ok(quotes)
}

/// The end of an instruction: seqno and quote cache follow what it changed in the book.
pub fn publish_book<U: SlabUndo>(slab: &mut Slab<U>) -> Outcome<()> {
    if !slab.book_changed {
        return Ok(());
    }
    let book = slab.book_mut();
    if !sings(Canary::SeqnoNotBumped) {
        book.seqno = math::require_safe(book.seqno + 1)?;
    }
    slab.undo.save(Image::Quotes(slab.view.quotes));
    if slab.bids_changed {
        slab.view.quotes.bids = read_quotes(slab, OrderSide::Buy)?;
    }
    if slab.asks_changed {
        slab.view.quotes.asks = read_quotes(slab, OrderSide::Sell)?;
    }
    Ok(())
}
