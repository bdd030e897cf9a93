//! The records of a slab beside those of its risk engine (docs/slab.md, "Memory"). A link is index + 1 and 0 is none.

use crate::constants::{BPS, MAX_ACCOUNTS, MAX_CAPACITY, MAX_ORACLE_PRICE, MAX_TRADE_SIZE_Q, QUOTE_LEVELS};
use math::MAX_SAFE;
use risk::record;

/// What `Order::state` holds.
pub mod order_state {
    /// In a level of the book.
    pub const RESTING: i64 = 1;
    /// Waits for the next batch.
    pub const PENDING: i64 = 2;
}

/// Bit of `Order::flags`: only reduces its owner's position.
pub const REDUCE_ONLY: i64 = 1;
/// Bit of `Order::flags`: never takes.
pub const POST_ONLY: i64 = 2;

record! {
    /// Where a pool stands.
    Pool, 24 {
        /// First free entry, a link.
        free: i64 = 0 => 0..=MAX_CAPACITY,
        /// Entries ever used.
        fresh: i64 = 8 => 0..=MAX_CAPACITY,
        /// Entries in use.
        used: i64 = 16 => 0..=MAX_CAPACITY,
    }
}

record! {
    /// Numbers of the whole book.
    Book, 256 {
        /// Instructions that changed a resting order.
        seqno: i64 = 0 => 0..=MAX_SAFE,
        /// Id of the next order.
        next_order_id: i64 = 8 => 1..=MAX_SAFE,
        /// Id of the next hold.
        next_hold_id: i64 = 16 => 1..=MAX_SAFE,
        /// Number of the batch.
        batch_epoch: i64 = 24 => 1..=MAX_SAFE,
        /// Slot in which it opened.
        batch_slot: i64 = 32 => 0..=MAX_SAFE,
        /// Mark at the opening.
        batch_mark: i64 = 40 => 1..=2 * MAX_ORACLE_PRICE,
        /// Moving average of the book's middle less the index.
        premium_ema: i64 = 48 => -MAX_ORACLE_PRICE..=MAX_ORACLE_PRICE,
        /// Slot of its last sample.
        premium_slot: i64 = 56 => 0..=MAX_SAFE,
        /// Bps per slot and funding scale; positive when longs pay.
        funding_rate: i64 = 64 => -BPS..=BPS,
        /// Trades ever.
        trade_count: i64 = 72 => 0..=MAX_SAFE,
        /// Rows of the ledger used in this batch.
        aggressors_used: i64 = 80 => 0..=MAX_CAPACITY,
        /// First pending order, a link.
        pending_head: i64 = 88 => 0..=MAX_CAPACITY,
        /// Last pending order, a link.
        pending_tail: i64 = 96 => 0..=MAX_CAPACITY,
        /// Root of the bids' tree.
        bid_root: i64 = 104 => -MAX_CAPACITY..=MAX_CAPACITY,
        /// Root of the asks' tree.
        ask_root: i64 = 112 => -MAX_CAPACITY..=MAX_CAPACITY,
        /// Best level of the bids, a link.
        best_bid: i64 = 120 => 0..=MAX_CAPACITY,
        /// Best level of the asks, a link.
        best_ask: i64 = 128 => 0..=MAX_CAPACITY,
        /// The pool of orders.
        orders: Pool = 136,
        /// The pool of levels.
        levels: Pool = 160,
        /// The pool of nodes.
        nodes: Pool = 184,
        /// The pool of holds.
        holds: Pool = 208,
        /// The pool of slices.
        slices: Pool = 232,
    }
}

impl Book {
    /// The book of a slab that starts at `slot` and `price`.
    #[must_use]
    pub fn new(slot: i64, price: i64) -> Self {
        Self {
            next_order_id: 1,
            next_hold_id: 1,
            batch_epoch: 1,
            batch_slot: slot,
            batch_mark: price,
            ..Self::default()
        }
    }
}

record! {
    /// A level as the quote cache shows it.
    Quote, 16 {
        /// Its price; 0 in an unused row.
        price: i64 = 0 => 0..=MAX_ORACLE_PRICE,
        /// What no hold has locked.
        available_q: i64 = 8 => 0..=MAX_SAFE,
    }
}

record! {
    /// The best levels of both sides, best first.
    Quotes, 512 {
        /// Of the bids.
        bids: [Quote; QUOTE_LEVELS] = 0,
        /// Of the asks.
        asks: [Quote; QUOTE_LEVELS] = 256,
    }
}

record! {
    /// What the slab knows of an account beside its risk record.
    Trader, 64 {
        /// First of its orders, a link.
        orders_head: i64 = 0 => 0..=MAX_CAPACITY,
        /// Orders resting or pending.
        open_orders: i64 = 8 => 0..=MAX_CAPACITY,
        /// 1: a designated LP.
        is_dlp: i64 = 16 => 0..=1,
        /// Holds open.
        holds: i64 = 24 => 0..=MAX_CAPACITY,
        /// Notional that holds have locked in its orders.
        reserved_notional: i64 = 32 => 0..=MAX_SAFE,
        /// Bonds of its holds.
        locked_bond: i64 = 40 => 0..=MAX_SAFE,
        /// Its row of the aggressor ledger, a link.
        aggressor: i64 = 48 => 0..=MAX_CAPACITY,
        /// The batch that row belongs to.
        aggressor_epoch: i64 = 56 => 0..=MAX_SAFE,
    }
}

record! {
    /// An order that rests or waits.
    Order, 120 {
        /// Its number.
        id: i64 = 0 => 0..=MAX_SAFE,
        /// Whose.
        account: i64 = 8 => 0..=MAX_ACCOUNTS - 1,
        /// 0 buy, 1 sell.
        side: i64 = 16 => 0..=1,
        /// Its price.
        price: i64 = 24 => 0..=MAX_ORACLE_PRICE,
        /// What is left of it.
        qty: i64 = 32 => 0..=MAX_TRADE_SIZE_Q,
        /// How much of that holds have locked.
        reserved_q: i64 = 40 => 0..=MAX_TRADE_SIZE_Q,
        /// 0 free, 1 resting, 2 pending.
        state: i64 = 48 => 0..=2,
        /// `REDUCE_ONLY`, `POST_ONLY`.
        flags: i64 = 56 => 0..=3,
        /// The batch in which it was submitted.
        epoch: i64 = 64 => 0..=MAX_SAFE,
        /// Its level, a link.
        level: i64 = 72 => 0..=MAX_CAPACITY,
        /// Before it in its level or the pending list, a link.
        prev: i64 = 80 => 0..=MAX_CAPACITY,
        /// After it; in a free entry the next free one.
        next: i64 = 88 => 0..=MAX_CAPACITY,
        /// Before it in its account's list, a link.
        account_prev: i64 = 96 => 0..=MAX_CAPACITY,
        /// After it in its account's list, a link.
        account_next: i64 = 104 => 0..=MAX_CAPACITY,
        /// First of its slices, a link.
        slices: i64 = 112 => 0..=MAX_CAPACITY,
    }
}

impl Order {
    /// What no hold has locked.
    #[must_use]
    pub const fn available(&self) -> i64 {
        self.qty - self.reserved_q
    }
}

record! {
    /// All orders of a side at one price, first in first out.
    Level, 64 {
        /// The price.
        price: i64 = 0 => 0..=MAX_ORACLE_PRICE,
        /// First order, a link.
        head: i64 = 8 => 0..=MAX_CAPACITY,
        /// Last order, a link.
        tail: i64 = 16 => 0..=MAX_CAPACITY,
        /// How many.
        orders: i64 = 24 => 0..=MAX_CAPACITY,
        /// Sum of their quantities.
        total_q: i64 = 32 => 0..=MAX_SAFE,
        /// How much of that holds have locked.
        reserved_q: i64 = 40 => 0..=MAX_SAFE,
        /// The next better level, a link.
        prev: i64 = 48 => 0..=MAX_CAPACITY,
        /// The next worse level; in a free entry the next free one.
        next: i64 = 56 => 0..=MAX_CAPACITY,
    }
}

record! {
    /// Where two groups of prices part. A reference is a link to a node, or a link to a level with its sign turned.
    Node, 32 {
        /// First bit in which they differ, the most significant being 0.
        bit: i64 = 0 => 0..=63,
        /// The group with a 0 there.
        left: i64 = 8 => -MAX_CAPACITY..=MAX_CAPACITY,
        /// The group with a 1 there.
        right: i64 = 16 => -MAX_CAPACITY..=MAX_CAPACITY,
        /// In a free entry the next free one.
        next: i64 = 24 => 0..=MAX_CAPACITY,
    }
}

record! {
    /// Quantities of several orders locked for one taker.
    Hold, 112 {
        /// Its number.
        id: i64 = 0 => 0..=MAX_SAFE,
        /// The route's number.
        route: i64 = 8 => 0..=MAX_SAFE,
        /// Whose.
        account: i64 = 16 => 0..=MAX_ACCOUNTS - 1,
        /// Which side it takes.
        side: i64 = 24 => 0..=1,
        /// Sum of its slices.
        qty: i64 = 32 => 0..=MAX_TRADE_SIZE_Q,
        /// Sum of their notionals.
        notional: i64 = 40 => 0..=MAX_SAFE,
        /// Price of the last slice.
        worst_price: i64 = 48 => 0..=MAX_ORACLE_PRICE,
        /// Largest trading fee.
        max_charge: i64 = 56 => 0..=MAX_SAFE,
        /// Last slot of its life.
        expiry_slot: i64 = 64 => 0..=MAX_SAFE,
        /// Mark when it was made.
        mark: i64 = 72 => 0..=2 * MAX_ORACLE_PRICE,
        /// What it costs unless it is committed.
        bond: i64 = 80 => 0..=MAX_SAFE,
        /// First slice, a link.
        slices: i64 = 88 => 0..=MAX_CAPACITY,
        /// How many.
        slice_count: i64 = 96 => 0..=MAX_CAPACITY,
        /// In a free entry the next free one.
        next: i64 = 104 => 0..=MAX_CAPACITY,
    }
}

record! {
    /// A hold's part of one order.
    Slice, 56 {
        /// Of which hold, a link.
        hold: i64 = 0 => 0..=MAX_CAPACITY,
        /// Of which order, a link.
        order: i64 = 8 => 0..=MAX_CAPACITY,
        /// How much.
        qty: i64 = 16 => 0..=MAX_TRADE_SIZE_Q,
        /// At the order's price, rounded up.
        notional: i64 = 24 => 0..=MAX_SAFE,
        /// After it in the hold; in a free entry the next free one.
        next: i64 = 32 => 0..=MAX_CAPACITY,
        /// Before it in its order's list, a link.
        order_prev: i64 = 40 => 0..=MAX_CAPACITY,
        /// After it in its order's list, a link.
        order_next: i64 = 48 => 0..=MAX_CAPACITY,
    }
}

record! {
    /// A row of the trades ring.
    TradeRow, 64 {
        /// Its number, from 0.
        seq: i64 = 0 => 0..=MAX_SAFE,
        /// When.
        slot: i64 = 8 => 0..=MAX_SAFE,
        /// At which price.
        price: i64 = 16 => 0..=MAX_ORACLE_PRICE,
        /// How much.
        qty: i64 = 24 => 0..=MAX_TRADE_SIZE_Q,
        /// Whose order rested.
        maker: i64 = 32 => 0..=MAX_ACCOUNTS - 1,
        /// Who took it.
        taker: i64 = 40 => 0..=MAX_ACCOUNTS - 1,
        /// On which side.
        taker_side: i64 = 48 => 0..=1,
        /// The id of the order that rested.
        maker_order: i64 = 56 => 0..=MAX_SAFE,
    }
}

record! {
    /// What an account took in this batch.
    Aggressor, 48 {
        /// Whose.
        account: i64 = 0 => 0..=MAX_ACCOUNTS - 1,
        /// Bought.
        buy_q: i64 = 8 => 0..=MAX_SAFE,
        /// For how much, each fill rounded down.
        buy_notional: i64 = 16 => 0..=MAX_SAFE,
        /// Sold.
        sell_q: i64 = 24 => 0..=MAX_SAFE,
        /// For how much, each fill rounded up.
        sell_notional: i64 = 32 => 0..=MAX_SAFE,
        /// Taxed so far.
        taxed: i64 = 40 => 0..=MAX_SAFE,
    }
}
