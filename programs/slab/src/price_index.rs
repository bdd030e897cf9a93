//! The levels of a side: a crit-bit tree over their prices to find one, and a list from the best to the worst to walk them
//! (docs/slab.md, "Price index"). The shape follows from the set of prices alone.

use crate::errors::Outcome;
use crate::instructions::OrderSide;
use crate::journal::SlabUndo;
use crate::pools::{give_back, take};
use crate::state::{Level, Node, Slab};

fn root_mut<'s, U: SlabUndo>(slab: &'s mut Slab<U>, side: OrderSide) -> &'s mut i64 {
    let book = slab.book_mut();
    match side {
        OrderSide::Buy => &mut book.bid_root,
        OrderSide::Sell => &mut book.ask_root,
    }
}

fn best_mut<'s, U: SlabUndo>(slab: &'s mut Slab<U>, side: OrderSide) -> &'s mut i64 {
    let book = slab.book_mut();
    match side {
        OrderSide::Buy => &mut book.best_bid,
        OrderSide::Sell => &mut book.best_ask,
    }
}

fn root_of<U: SlabUndo>(slab: &Slab<U>, side: OrderSide) -> i64 {
    match side {
        OrderSide::Buy => slab.view.book.bid_root,
        OrderSide::Sell => slab.view.book.ask_root,
    }
}

/// Is this bit of a price set, the most significant being 0?
const fn has_bit(price: i64, bit: i64) -> bool {
    (price >> (63 - bit)) & 1 == 1
}

const fn child_of(node: &Node, price: i64) -> i64 {
    if has_bit(price, node.bit) { node.right } else { node.left }
}

/// The level whose price agrees longest with `price`, a link; 0 in an empty tree.
fn nearest<U: SlabUndo>(slab: &Slab<U>, side: OrderSide, price: i64) -> Outcome<i64> {
    let mut at = root_of(slab, side);
    while at > 0 {
        at = child_of(slab.get::<Node>(at)?, price);
    }
    Ok(-at)
}

/// The highest or the lowest level below a reference, a link.
fn extreme<U: SlabUndo>(slab: &Slab<U>, reference: i64, highest: bool) -> Outcome<i64> {
    let mut at = reference;
    while at > 0 {
        let node = slab.get::<Node>(at)?;
        at = if highest { node.right } else { node.left };
    }
    Ok(-at)
}

/// The level of a side at this price, a link, made if there is none.
pub fn open_level<U: SlabUndo>(slab: &mut Slab<U>, side: OrderSide, price: i64) -> Outcome<i64> {
    let near = nearest(slab, side, price)?;
    if near == 0 {
        let level = take(slab, Level { price, ..Level::default() })?;
        *root_mut(slab, side) = -level;
        *best_mut(slab, side) = level;
        return Ok(level);
    }
    let differing = slab.get::<Level>(near)?.price ^ price;
    if differing == 0 {
        return Ok(near);
    }
    let bit = i64::from(differing.leading_zeros());
    let (mut parent, mut at) = (0, root_of(slab, side));
    while at > 0 {
        let node = slab.get::<Node>(at)?;
        if node.bit > bit {
            break;
        }
        parent = at;
        at = child_of(node, price);
    }
    let level = take(slab, Level { price, ..Level::default() })?;
    let is_higher = has_bit(price, bit);
    let (left, right) = if is_higher { (at, -level) } else { (-level, at) };
    let neighbour = extreme(slab, at, is_higher)?;
    let node = take(slab, Node { bit, left, right, next: 0 })?;
    replace_child(slab, side, parent, price, node)?;
    let is_better = is_higher == (side == OrderSide::Buy);
    link_level(slab, side, level, neighbour, is_better)?;
    Ok(level)
}

/// Makes `reference` the child of `parent` on the way to `price`, or the root.
fn replace_child<U: SlabUndo>(
    slab: &mut Slab<U>,
    side: OrderSide,
    parent: i64,
    price: i64,
    reference: i64,
) -> Outcome<()> {
    if parent == 0 {
        *root_mut(slab, side) = reference;
        return Ok(());
    }
    let node = slab.edit::<Node>(parent)?;
    if has_bit(price, node.bit) {
        node.right = reference;
    } else {
        node.left = reference;
    }
    Ok(())
}

/// Puts a level into the list, just before or just after its neighbour.
fn link_level<U: SlabUndo>(
    slab: &mut Slab<U>,
    side: OrderSide,
    level: i64,
    neighbour: i64,
    is_better: bool,
) -> Outcome<()> {
    let beside = slab.get::<Level>(neighbour)?;
    let (prev, next) = if is_better { (beside.prev, neighbour) } else { (neighbour, beside.next) };
    let record = slab.edit::<Level>(level)?;
    record.prev = prev;
    record.next = next;
    set_next(slab, side, prev, level)?;
    if next != 0 {
        slab.edit::<Level>(next)?.prev = level;
    }
    Ok(())
}

/// What follows `prev` in the list, or is its best.
fn set_next<U: SlabUndo>(slab: &mut Slab<U>, side: OrderSide, prev: i64, next: i64) -> Outcome<()> {
    if prev == 0 {
        *best_mut(slab, side) = next;
    } else {
        slab.edit::<Level>(prev)?.next = next;
    }
    Ok(())
}

/// Takes an empty level out of the tree and the list.
pub fn close_level<U: SlabUndo>(slab: &mut Slab<U>, side: OrderSide, level: i64) -> Outcome<()> {
    let Level { price, prev, next, .. } = *slab.get::<Level>(level)?;
    set_next(slab, side, prev, next)?;
    if next != 0 {
        slab.edit::<Level>(next)?.prev = prev;
    }
    let (mut grandparent, mut parent, mut at) = (0, 0, root_of(slab, side));
    while at > 0 {
        (grandparent, parent) = (parent, at);
        at = child_of(slab.get::<Node>(at)?, price);
    }
    give_back::<Level, U>(slab, level)?;
    if parent == 0 {
        *root_mut(slab, side) = 0;
        return Ok(());
    }
    let node = slab.get::<Node>(parent)?;
    let sibling = if has_bit(price, node.bit) { node.left } else { node.right };
    replace_child(slab, side, grandparent, price, sibling)?;
    give_back::<Node, U>(slab, parent)
}
