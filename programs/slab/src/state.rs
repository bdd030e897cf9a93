//! The state of one slab, worked on in place: its records, found by their links (docs/slab.md, "Memory").

use crate::book::is_within;
use crate::errors::{Outcome, SlabError, require};
use crate::instructions::{Index, OrderSide};
use crate::journal::{Image, SlabUndo};
pub use crate::records::*;
use crate::wire::SlabView;
use math::MAX_SAFE;
use risk::record::Plain;
use risk::state::{Account, Market};

/// A record of which the slab has many.
pub trait Entry: Plain {
    /// All of them.
    fn all<'v>(view: &'v SlabView<'_>) -> &'v [Self];
    /// All of them for writing.
    fn all_mut<'v>(view: &'v mut SlabView<'_>) -> &'v mut [Self];
    /// Its pre-image.
    fn image(&self, place: usize) -> Image<'_>;
}

macro_rules! entries {
    ($($record:ident $field:ident $image:ident;)+) => {
        $(impl Entry for $record {
            fn all<'v>(view: &'v SlabView<'_>) -> &'v [Self] {
                view.$field
            }
            fn all_mut<'v>(view: &'v mut SlabView<'_>) -> &'v mut [Self] {
                view.$field
            }
            fn image(&self, place: usize) -> Image<'_> {
                Image::$image(place, self)
            }
        })+
    };
}

entries! {
    Trader traders Trader;
    Order orders Order;
    Level levels Level;
    Node nodes Node;
    Hold holds Hold;
    Slice slices Slice;
    TradeRow trades Trade;
    Aggressor aggressors Aggressor;
}

/// The place a link leads to; none is beyond every pool.
pub(crate) fn place_of(link: i64) -> usize {
    usize::try_from(link - 1).unwrap_or(usize::MAX)
}

/// Adds to a word; `CorruptState` if it was not what the rules leave behind, so that this takes it out of its range.
pub(crate) fn add(word: &mut i64, delta: i64) -> Outcome<()> {
    *word += delta;
    require((0..=MAX_SAFE).contains(word), SlabError::CORRUPT)
}

/// The link of an account or of a place named from outside.
pub(crate) fn link_of(place: Index) -> i64 {
    i64::from(place) + 1
}

/// The account a record names.
pub(crate) fn account_of(word: i64) -> Outcome<Index> {
    Index::try_from(word).map_err(|_| SlabError::CORRUPT)
}

/// What an instruction works on: the records, the journal, and which sides of the book it changed.
pub struct Slab<'s, 'v, U: SlabUndo> {
    /// Read freely; write through the methods.
    pub view: &'s mut SlabView<'v>,
    /// Keeps pre-images.
    pub undo: &'s mut U,
    /// A resting order changed.
    pub book_changed: bool,
    /// Of the bids that the quote cache shows.
    pub bids_changed: bool,
    /// Of the asks that it shows.
    pub asks_changed: bool,
}

impl<U: SlabUndo> Slab<'_, '_, U> {
    /// The record a link leads to.
    pub fn get<T: Entry>(&self, link: i64) -> Outcome<&T> {
        T::all(self.view).get(place_of(link)).ok_or(SlabError::CORRUPT)
    }

    /// The record a link leads to, for writing.
    pub fn edit<T: Entry>(&mut self, link: i64) -> Outcome<&mut T> {
        let place = place_of(link);
        let record = T::all_mut(self.view).get_mut(place).ok_or(SlabError::CORRUPT)?;
        self.undo.save(record.image(place));
        Ok(record)
    }

    /// The numbers of the book, for writing.
    pub fn book_mut(&mut self) -> &mut Book {
        self.undo.save(Image::Book(self.view.book));
        self.view.book
    }

    /// The risk engine's market with its accounts, as one of its instructions finds them: no reset flagged.
    pub fn risk(&mut self) -> (Market<'_, U>, &mut [Account]) {
        let market = Market {
            params: self.view.params,
            globals: self.view.globals,
            long: self.view.long,
            short: self.view.short,
            undo: self.undo,
            long_flagged: false,
            short_flagged: false,
        };
        (market, self.view.accounts)
    }

    /// The used account at `index`.
    pub fn account(&self, index: Index) -> Outcome<&Account> {
        let account = self.view.accounts.get(place_of(link_of(index)));
        account.filter(|account| account.used != 0).ok_or(SlabError::NO_ACCOUNT)
    }

    /// The best level of a side, a link.
    #[must_use]
    pub fn best(&self, side: OrderSide) -> i64 {
        match side {
            OrderSide::Buy => self.view.book.best_bid,
            OrderSide::Sell => self.view.book.best_ask,
        }
    }

    /// A resting order of the side at this price changed. Beyond the last level shown nothing shows.
    pub fn touch(&mut self, side: OrderSide, price: i64) {
        self.book_changed = true;
        let (quotes, changed) = match side {
            OrderSide::Buy => (&self.view.quotes.bids, &mut self.bids_changed),
            OrderSide::Sell => (&self.view.quotes.asks, &mut self.asks_changed),
        };
        let worst = quotes.last().map_or(0, |quote| quote.price);
        *changed |= worst == 0 || is_within(side.opposite(), price, worst);
    }
}
