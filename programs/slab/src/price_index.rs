//! The levels of a side: a crit-bit tree over their prices to find one, and a list from the best to the worst to walk them
//! (docs/slab.md, "Price index"). The shape follows from the set of prices alone.

use crate::errors::{Outcome, SlabError, require};
use crate::instructions::OrderSide;
use crate::journal::SlabUndo;
use crate::pools::{give_back, take};
use crate::state::{Level, Node, Slab};

/// Nodes on the longest way to a level, one a bit: more of them run in circles.
const DEPTH: usize = 64;

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

/// Where a way down the tree ends: at a reference, the left or the right child of its parent, which itself is one of the
/// grandparent. Their links are 0 above the root.
#[derive(Clone, Copy, Default)]
struct Way {
    parent: (i64, bool),
    grandparent: (i64, bool),
    reference: i64,
}

/// The way down from a reference while `turn` says whether it goes right; `None` ends it. `CorruptState` for circles.
fn descend<U: SlabUndo>(
    slab: &Slab<U>,
    reference: i64,
    turn: impl Fn(&Node) -> Option<bool>,
) -> Outcome<Way> {
    let mut way = Way { reference, ..Way::default() };
    for _ in 0..=DEPTH {
        if way.reference <= 0 {
            return Ok(way);
        }
        let node = slab.get::<Node>(way.reference)?;
        let Some(right) = turn(node) else {
            return Ok(way);
        };
        let parent = (way.reference, right);
        way = Way { parent, grandparent: way.parent, reference: if right { node.right } else { node.left } };
    }
    Err(SlabError::CORRUPT)
}

/// The level of a side at this price, a link, made if there is none.
pub fn open_level<U: SlabUndo>(slab: &mut Slab<U>, side: OrderSide, price: i64) -> Outcome<i64> {
    let root = root_of(slab, side);
    if root == 0 {
        let level = take(slab, Level { price, ..Level::default() })?;
        *root_mut(slab, side) = -level;
        *best_mut(slab, side) = level;
        return Ok(level);
    }
    let near = -descend(slab, root, |node| Some(has_bit(price, node.bit)))?.reference;
    let differing = slab.get::<Level>(near)?.price ^ price;
    if differing == 0 {
        return Ok(near);
    }
    let bit = i64::from(differing.leading_zeros());
    let Way { parent, reference: at, .. } =
        descend(slab, root, |node| (node.bit <= bit).then(|| has_bit(price, node.bit)))?;
    let level = take(slab, Level { price, ..Level::default() })?;
    let is_higher = has_bit(price, bit);
    let (left, right) = if is_higher { (at, -level) } else { (-level, at) };
    let neighbour = -descend(slab, at, |_| Some(is_higher))?.reference;
    let node = take(slab, Node { bit, left, right, next: 0 })?;
    replace_child(slab, side, parent, node)?;
    let is_better = is_higher == (side == OrderSide::Buy);
    link_level(slab, side, level, neighbour, is_better)?;
    Ok(level)
}

/// Makes `reference` that child of a node, or the root.
fn replace_child<U: SlabUndo>(
    slab: &mut Slab<U>,
    side: OrderSide,
    (parent, is_right): (i64, bool),
    reference: i64,
) -> Outcome<()> {
    if parent == 0 {
        *root_mut(slab, side) = reference;
        return Ok(());
    }
    let node = slab.edit::<Node>(parent)?;
    if is_right {
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
    let Way { parent: (parent, is_right), grandparent, reference } =
        descend(slab, root_of(slab, side), |node| Some(has_bit(price, node.bit)))?;
    require(reference == -level, SlabError::CORRUPT)?;
    give_back::<Level, U>(slab, level)?;
    if parent == 0 {
        *root_mut(slab, side) = 0;
        return Ok(());
    }
    let node = slab.get::<Node>(parent)?;
    let sibling = if is_right { node.left } else { node.right };
    replace_child(slab, side, grandparent, sibling)?;
    give_back::<Node, U>(slab, parent)
}
