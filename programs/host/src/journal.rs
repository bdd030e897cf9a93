//! The undo journal of the host: pre-images, saved once per savepoint (design 05 §4).

use risk::journal::Undo;
use risk::state::{Account, Globals, Side, SideIndex};
use risk::wire::MarketView;
use slab::journal::{Image, SlabUndo};
use slab::records::{Aggressor, Book, Hold, Level, Node, Order, Quotes, Slice, TradeRow, Trader};
use slab::wire::SlabView;

/// Pre-images of one kind of record.
struct Log<T> {
    images: Vec<(usize, T)>,
    /// By place: the serial at its last image.
    stamps: Vec<u64>,
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self { images: Vec::new(), stamps: Vec::new() }
    }
}

impl<T: Copy> Log<T> {
    fn save(&mut self, point: &Savepoint, serial: u64, place: usize, record: &T) {
        if self.stamps.len() <= place {
            self.stamps.resize(place + 1, 0);
        }
        match self.stamps.get_mut(place) {
            Some(stamp) if *stamp < point.serial => {
                *stamp = serial;
                self.images.push((place, *record));
            }
            _ => {}
        }
    }

    fn restore(&mut self, used: usize, records: &mut [T]) {
        for (place, image) in self.images.drain(used..).rev() {
            if let Some(record) = records.get_mut(place) {
                *record = image;
            }
            if let Some(stamp) = self.stamps.get_mut(place) {
                *stamp = 0;
            }
        }
    }

    fn dirty(&self, kind: Kind, used: usize) -> impl Iterator<Item = (Kind, usize)> {
        self.images.iter().skip(used).map(move |(place, _)| (kind, *place))
    }
}

macro_rules! journal {
    ($($log:ident: $record:ident = $kind:ident,)+) => {
        /// A kind of record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($kind,)+
        }

        #[derive(Default, Clone, Copy)]
        struct Savepoint {
            serial: u64,
            $($log: usize,)+
        }

        /// Logs of pre-images. Outside any savepoint nothing is saved.
        #[derive(Default)]
        pub struct Journal {
            savepoints: Vec<Savepoint>,
            serial: u64,
            $($log: Log<$record>,)+
        }

        impl Journal {
            /// The records that may have changed since the innermost savepoint with their places, each once or more.
            pub fn dirty(&self) -> impl Iterator<Item = (Kind, usize)> {
                let point = self.savepoints.last().copied().unwrap_or_default();
                std::iter::empty()$(.chain(self.$log.dirty(Kind::$kind, point.$log)))+
            }

            fn open(&mut self) {
                self.serial += 1;
                self.savepoints.push(Savepoint { serial: self.serial, $($log: self.$log.images.len(),)+ });
            }

            fn close(&mut self) {
                self.savepoints.pop();
                if self.savepoints.is_empty() {
                    $(self.$log.images.clear();)+
                }
            }
        }
    };
}

journal! {
    accounts: Account = Account,
    sides: Side = Side,
    globals: Globals = Globals,
    books: Book = Book,
    quotes: Quotes = Quotes,
    traders: Trader = Trader,
    orders: Order = Order,
    levels: Level = Level,
    nodes: Node = Node,
    holds: Hold = Hold,
    slices: Slice = Slice,
    trades: TradeRow = Trade,
    aggressors: Aggressor = Aggressor,
}

/// The place of a side among the sides.
const fn place_of(index: SideIndex) -> usize {
    match index {
        SideIndex::Long => 0,
        SideIndex::Short => 1,
    }
}

impl Journal {
    /// Restores the records of the risk engine.
    fn restore_market(
        &mut self,
        point: &Savepoint,
        accounts: &mut [Account],
        sides: [&mut Side; 2],
        globals: &mut Globals,
    ) {
        self.accounts.restore(point.accounts, accounts);
        let [long, short] = sides;
        let mut copies = [*long, *short];
        self.sides.restore(point.sides, &mut copies);
        [*long, *short] = copies;
        self.globals.restore(point.globals, std::slice::from_mut(globals));
    }
}

impl Undo for Journal {
    fn mark(&mut self) {
        self.open();
    }

    fn release(&mut self) {
        self.close();
    }

    fn rollback(&mut self, view: &mut MarketView<'_>) {
        let point = self.savepoints.pop().unwrap_or_default();
        self.restore_market(&point, view.accounts, [view.long, view.short], view.globals);
    }

    fn save_account(&mut self, index: u32, account: &Account) {
        let (Some(point), Ok(place)) = (self.savepoints.last(), usize::try_from(index)) else {
            return;
        };
        self.accounts.save(point, self.serial, place, account);
    }

    fn save_side(&mut self, index: SideIndex, side: &Side) {
        if let Some(point) = self.savepoints.last() {
            self.sides.save(point, self.serial, place_of(index), side);
        }
    }

    fn save_globals(&mut self, globals: &Globals) {
        if let Some(point) = self.savepoints.last() {
            self.globals.save(point, self.serial, 0, globals);
        }
    }
}

impl SlabUndo for Journal {
    fn save(&mut self, image: Image<'_>) {
        let Some(point) = self.savepoints.last() else {
            return;
        };
        let serial = self.serial;
        match image {
            Image::Book(book) => self.books.save(point, serial, 0, book),
            Image::Quotes(quotes) => self.quotes.save(point, serial, 0, quotes),
            Image::Trader(place, trader) => self.traders.save(point, serial, place, trader),
            Image::Order(place, order) => self.orders.save(point, serial, place, order),
            Image::Level(place, level) => self.levels.save(point, serial, place, level),
            Image::Node(place, node) => self.nodes.save(point, serial, place, node),
            Image::Hold(place, hold) => self.holds.save(point, serial, place, hold),
            Image::Slice(place, slice) => self.slices.save(point, serial, place, slice),
            Image::Trade(place, row) => self.trades.save(point, serial, place, row),
            Image::Aggressor(place, row) => self.aggressors.save(point, serial, place, row),
        }
    }

    fn rollback_slab(&mut self, view: &mut SlabView<'_>) {
        let point = self.savepoints.pop().unwrap_or_default();
        self.restore_market(&point, view.accounts, [view.long, view.short], view.globals);
        self.books.restore(point.books, std::slice::from_mut(view.book));
        self.quotes.restore(point.quotes, std::slice::from_mut(view.quotes));
        self.traders.restore(point.traders, view.traders);
        self.orders.restore(point.orders, view.orders);
        self.levels.restore(point.levels, view.levels);
        self.nodes.restore(point.nodes, view.nodes);
        self.holds.restore(point.holds, view.holds);
        self.slices.restore(point.slices, view.slices);
        self.trades.restore(point.trades, view.trades);
        self.aggressors.restore(point.aggressors, view.aggressors);
    }
}
