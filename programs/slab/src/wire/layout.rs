//! The account layout of a slab (docs/slab.md, "Memory"). All words are little-endian.

use crate::constants::{MAX_ACCOUNT_BYTES, MAX_ACCOUNTS, MAX_CAPACITY};
use crate::errors::{Outcome, SlabError};
use crate::params::{SlabParams, validate_slab_params};
use crate::state::{Aggressor, Book, Hold, Level, Node, Order, Quote, Quotes, Slice, TradeRow, Trader};
use risk::errors::RiskError;
use risk::params::{Params, validate_params};
use risk::record;
use risk::record::Plain;
use risk::state::{Account, Globals, Side};
use risk::wire::{cast, is_account_valid};

/// First bytes of every slab account.
pub const MAGIC: [u8; 8] = *b"PERCSLAB";
/// Grows with every change of the layout.
pub const LAYOUT_VERSION: i64 = 1;

record! {
    /// What the account is, how large its pools are, and who may act on it.
    Header, 136 {
        /// `MAGIC`.
        magic: [u8; 8] = 0,
        /// `LAYOUT_VERSION`.
        version: i64 = 8 => LAYOUT_VERSION..=LAYOUT_VERSION,
        /// Account slots.
        max_slots: i64 = 16 => 1..=MAX_ACCOUNTS,
        /// Orders, levels and nodes.
        max_orders: i64 = 24 => 1..=MAX_CAPACITY,
        /// Holds.
        max_holds: i64 = 32 => 1..=MAX_CAPACITY,
        /// Slices.
        max_slices: i64 = 40 => 1..=MAX_CAPACITY,
        /// Rows of the trades ring.
        max_trades: i64 = 48 => 1..=MAX_CAPACITY,
        /// Rows of the aggressor ledger.
        max_aggressors: i64 = 56 => 1..=MAX_CAPACITY,
        /// Bytes of the whole account.
        size: i64 = 64 => 0..=math::MAX_SAFE,
        /// Who must sign.
        authority: [u8; 32] = 72,
        /// Who must sign reservations of a slab for its router only.
        router: [u8; 32] = 104,
    }
}

record! {
    /// Everything before the account slots.
    SlabRecord, 1584 {
        /// Identity.
        header: Header = 0,
        /// Immutable parameters of the slab.
        slab_params: SlabParams = 136,
        /// Numbers of the book.
        book: Book = 304,
        /// The quote cache.
        quotes: Quotes = 560,
        /// Immutable parameters of the risk engine.
        params: Params = 1072,
        /// Its market-wide numbers.
        globals: Globals = 1280,
        /// The long side.
        long: Side = 1408,
        /// The short side.
        short: Side = 1496,
    }
}

/// How many entries each pool has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacities {
    /// Accounts and traders.
    pub slots: u32,
    /// Orders, levels and nodes.
    pub orders: u32,
    /// Holds.
    pub holds: u32,
    /// Slices.
    pub slices: u32,
    /// Rows of the trades ring.
    pub trades: u32,
    /// Rows of the aggressor ledger.
    pub aggressors: u32,
}

/// The capacities of design 02 §1.
pub const DEFAULT_CAPACITIES: Capacities = Capacities {
    slots: 4_096,
    orders: 30_000,
    holds: 4_000,
    slices: 16_000,
    trades: 10_000,
    aggressors: 4_000,
};

const _: () = assert!(calculate_slab_size(&DEFAULT_CAPACITIES) <= MAX_ACCOUNT_BYTES);

#[expect(clippy::as_conversions, reason = "a u32 fits a usize wherever this program runs; From is not const")]
const fn bytes_of<T>(count: u32) -> usize {
    const { assert!(size_of::<usize>() >= size_of::<u32>()) }
    count as usize * size_of::<T>()
}

/// Bytes of a slab account with these capacities.
#[must_use]
pub const fn calculate_slab_size(capacities: &Capacities) -> usize {
    let Capacities { slots, orders, holds, slices, trades, aggressors } = *capacities;
    size_of::<SlabRecord>()
        + bytes_of::<Account>(slots)
        + bytes_of::<Trader>(slots)
        + bytes_of::<Order>(orders)
        + bytes_of::<Level>(orders)
        + bytes_of::<Node>(orders)
        + bytes_of::<Hold>(holds)
        + bytes_of::<Slice>(slices)
        + bytes_of::<TradeRow>(trades)
        + bytes_of::<Aggressor>(aggressors)
}

/// A slab borrowed from account bytes, to be worked on in place.
pub struct SlabView<'a> {
    /// Identity.
    pub header: &'a Header,
    /// Immutable parameters of the slab.
    pub slab_params: &'a SlabParams,
    /// Numbers of the book.
    pub book: &'a mut Book,
    /// The quote cache.
    pub quotes: &'a mut Quotes,
    /// Immutable parameters of the risk engine.
    pub params: &'a Params,
    /// Its market-wide numbers.
    pub globals: &'a mut Globals,
    /// The long side.
    pub long: &'a mut Side,
    /// The short side.
    pub short: &'a mut Side,
    /// The accounts of the risk engine.
    pub accounts: &'a mut [Account],
    /// What the slab adds to each.
    pub traders: &'a mut [Trader],
    /// The pool of orders.
    pub orders: &'a mut [Order],
    /// The pool of levels.
    pub levels: &'a mut [Level],
    /// The pool of nodes.
    pub nodes: &'a mut [Node],
    /// The pool of holds.
    pub holds: &'a mut [Hold],
    /// The pool of slices.
    pub slices: &'a mut [Slice],
    /// The trades ring.
    pub trades: &'a mut [TradeRow],
    /// The aggressor ledger.
    pub aggressors: &'a mut [Aggressor],
}

/// The first bytes as `count` records, and the rest.
fn take_records<T: Plain>(bytes: &mut [u8], count: u32) -> Option<(&mut [T], &mut [u8])> {
    let (records, rest) = bytes.split_at_mut_checked(bytes_of::<T>(count))?;
    Some((cast(records)?, rest))
}

/// The fixed part of a slab account and what follows it. `InvalidAccountData` if it is too short or misaligned.
pub fn split_head(data: &mut [u8]) -> Outcome<(&mut SlabRecord, &mut [u8])> {
    const INVALID: SlabError = SlabError::Risk(RiskError::InvalidAccountData);
    let (head, rest) = data.split_at_mut_checked(size_of::<SlabRecord>()).ok_or(INVALID)?;
    match cast::<SlabRecord>(head) {
        Some([record]) => Ok((record, rest)),
        _ => Err(INVALID),
    }
}

impl Header {
    /// The capacities it names, if it is the header of a slab of `length` bytes.
    fn capacities(&self, length: usize) -> Option<Capacities> {
        if self.magic != MAGIC || !self.is_in_range() {
            return None;
        }
        let capacities = Capacities {
            slots: u32::try_from(self.max_slots).ok()?,
            orders: u32::try_from(self.max_orders).ok()?,
            holds: u32::try_from(self.max_holds).ok()?,
            slices: u32::try_from(self.max_slices).ok()?,
            trades: u32::try_from(self.max_trades).ok()?,
            aggressors: u32::try_from(self.max_aggressors).ok()?,
        };
        let size = calculate_slab_size(&capacities);
        (size == length && i64::try_from(size) == Ok(self.size)).then_some(capacities)
    }
}

impl<'a> SlabView<'a> {
    /// Opens the bytes of an initialised slab. `InvalidAccountData` if they are not exactly one of this layout.
    pub fn open(data: &'a mut [u8]) -> Outcome<Self> {
        let length = data.len();
        let (record, rest) = split_head(data)?;
        let capacities = record.header.capacities(length);
        capacities
            .and_then(|capacities| Self::over(record, rest, &capacities))
            .ok_or(SlabError::Risk(RiskError::InvalidAccountData))
    }

    fn over(record: &'a mut SlabRecord, rest: &'a mut [u8], capacities: &Capacities) -> Option<Self> {
        let (accounts, rest) = take_records(rest, capacities.slots)?;
        let (traders, rest) = take_records(rest, capacities.slots)?;
        let (orders, rest) = take_records(rest, capacities.orders)?;
        let (levels, rest) = take_records(rest, capacities.orders)?;
        let (nodes, rest) = take_records(rest, capacities.orders)?;
        let (holds, rest) = take_records(rest, capacities.holds)?;
        let (slices, rest) = take_records(rest, capacities.slices)?;
        let (trades, rest) = take_records(rest, capacities.trades)?;
        let (aggressors, _) = take_records(rest, capacities.aggressors)?;
        Some(Self {
            header: &record.header,
            slab_params: &record.slab_params,
            book: &mut record.book,
            quotes: &mut record.quotes,
            params: &record.params,
            globals: &mut record.globals,
            long: &mut record.long,
            short: &mut record.short,
            accounts,
            traders,
            orders,
            levels,
            nodes,
            holds,
            slices,
            trades,
            aggressors,
        })
    }
}

/// Could the rules have left these bytes behind? Each word in its range, and the parameters and accounts coherent; links
/// are not followed. For those who accept account bytes from outside; the program trusts what it owns.
pub fn is_valid_slab(data: &mut [u8]) -> bool {
    let Ok(view) = SlabView::open(data) else {
        return false;
    };
    let pools = [view.book.orders, view.book.levels, view.book.nodes, view.book.holds, view.book.slices];
    validate_params(view.params, false)
        && validate_slab_params(view.slab_params, view.params)
        && view.book.is_in_range()
        && pools.iter().all(crate::state::Pool::is_in_range)
        && view.quotes.bids.iter().chain(&view.quotes.asks).all(Quote::is_in_range)
        && view.globals.is_in_range()
        && view.long.is_in_range()
        && view.short.is_in_range()
        && view.accounts.iter().all(is_account_valid)
        && view.traders.iter().all(Trader::is_in_range)
        && view.orders.iter().all(Order::is_in_range)
        && view.levels.iter().all(Level::is_in_range)
        && view.nodes.iter().all(Node::is_in_range)
        && view.holds.iter().all(Hold::is_in_range)
        && view.slices.iter().all(Slice::is_in_range)
        && view.trades.iter().all(TradeRow::is_in_range)
        && view.aggressors.iter().all(Aggressor::is_in_range)
}
