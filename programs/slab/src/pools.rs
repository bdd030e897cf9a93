//! Pools with free lists (docs/slab.md, "Memory"): the first free entry, else the entry after the last one ever used.

use crate::errors::{Outcome, SlabError, require};
use crate::journal::SlabUndo;
use crate::state::{Book, Entry, Hold, Level, Node, Order, Pool, Slab, Slice, add, place_of};

/// A record that is taken from a pool and given back.
pub trait Pooled: Entry + Default {
    /// What runs out.
    const FULL: SlabError;
    /// Its pool.
    fn pool(book: &mut Book) -> &mut Pool;
    /// The link that chains free entries.
    fn next(&mut self) -> &mut i64;
}

macro_rules! pooled {
    ($($record:ident $field:ident $full:ident;)+) => {
        $(impl Pooled for $record {
            const FULL: SlabError = SlabError::$full;
            fn pool(book: &mut Book) -> &mut Pool {
                &mut book.$field
            }
            fn next(&mut self) -> &mut i64 {
                &mut self.next
            }
        })+
    };
}

pooled! {
    Order orders OrdersFull;
    Level levels CORRUPT;
    Node nodes CORRUPT;
    Hold holds HoldsFull;
    Slice slices SlicesFull;
}

/// `CorruptState` after more steps than a list of the pool has: it runs in circles.
pub fn require_end<T: Pooled, U: SlabUndo>(slab: &Slab<U>, steps: usize) -> Outcome<()> {
    require(steps <= T::all(slab.view).len(), SlabError::CORRUPT)
}

/// Puts a record into a free entry and returns its link.
pub fn take<T: Pooled, U: SlabUndo>(slab: &mut Slab<U>, record: T) -> Outcome<i64> {
    let capacity = T::all(slab.view).len();
    let pool = *T::pool(slab.view.book);
    require(place_of(pool.used + 1) < capacity, T::FULL)?;
    let (link, free, fresh) = if pool.free != 0 {
        (pool.free, *slab.edit::<T>(pool.free)?.next(), pool.fresh)
    } else if place_of(pool.fresh + 1) < capacity {
        (pool.fresh + 1, 0, pool.fresh + 1)
    } else {
        return Err(T::FULL);
    };
    *slab.edit::<T>(link)? = record;
    *T::pool(slab.book_mut()) = Pool { free, fresh, used: pool.used + 1 };
    Ok(link)
}

/// Gives an entry back; the next taken is this one.
pub fn give_back<T: Pooled, U: SlabUndo>(slab: &mut Slab<U>, link: i64) -> Outcome<()> {
    let free = T::pool(slab.view.book).free;
    let record = slab.edit::<T>(link)?;
    *record = T::default();
    *record.next() = free;
    let pool = T::pool(slab.book_mut());
    pool.free = link;
    add(&mut pool.used, -1)?;
    Ok(())
}
