//! What the host needs to take a whole instruction back (design 05 §4); on chain the runtime does.

use crate::state::{Aggressor, Book, Hold, Level, Node, Order, Quotes, Slice, TradeRow, Trader};
use crate::wire::SlabView;
use risk::journal::{NoUndo, Undo};

/// A record of the slab beside those of the risk engine, with its place in its pool.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the variants are the records of docs/slab.md by name")]
pub enum Image<'r> {
    Book(&'r Book),
    Quotes(&'r Quotes),
    Trader(usize, &'r Trader),
    Order(usize, &'r Order),
    Level(usize, &'r Level),
    Node(usize, &'r Node),
    Hold(usize, &'r Hold),
    Slice(usize, &'r Slice),
    Trade(usize, &'r TradeRow),
    Aggressor(usize, &'r Aggressor),
}

/// `Undo` for a whole slab.
pub trait SlabUndo: Undo {
    /// Told before a record may be written.
    fn save(&mut self, image: Image<'_>);
    /// Closes the innermost savepoint and restores its state.
    fn rollback_slab(&mut self, view: &mut SlabView<'_>);
}

impl SlabUndo for NoUndo {
    fn save(&mut self, _: Image<'_>) {}
    fn rollback_slab(&mut self, _: &mut SlabView<'_>) {}
}
