//! Instructions of a slab (design 02 §1). Amounts and prices in quote atoms, quantities in q-units.

pub use risk::instructions::{Index, RiskInstruction};

/// Which side an order is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderSide {
    /// Bids.
    Buy,
    /// Asks.
    Sell,
}

impl OrderSide {
    /// The number in the layout.
    #[must_use]
    pub const fn word(self) -> i64 {
        match self {
            Self::Buy => 0,
            Self::Sell => 1,
        }
    }

    /// The side with this number.
    #[must_use]
    pub const fn of(word: i64) -> Self {
        if word == 0 { Self::Buy } else { Self::Sell }
    }

    /// The other one.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

/// How long an order is good, and whether it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderKind {
    /// Takes what it crosses and rests.
    Limit,
    /// Rests or is refused.
    PostOnly,
    /// Takes what it crosses.
    Ioc,
    /// Takes all of its quantity or nothing.
    Fok,
}

/// A place in a pool and the id that has to be found there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Index from 0.
    pub place: Index,
    /// Its id.
    pub id: i64,
}

/// What an order asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderTerms {
    /// Whose.
    pub account: Index,
    /// Which side.
    pub side: OrderSide,
    /// What kind.
    pub kind: OrderKind,
    /// Worst price.
    pub price: i64,
    /// How much.
    pub qty: i64,
    /// May it only reduce the position?
    pub reduce_only: bool,
}

/// What a hold asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldTerms {
    /// The route's number, kept for its owner.
    pub route: i64,
    /// Whose.
    pub account: Index,
    /// Which side it takes.
    pub side: OrderSide,
    /// At most how much.
    pub qty: i64,
    /// Worst price.
    pub limit: i64,
    /// Life in slots.
    pub ttl: u32,
    /// The book it was planned on.
    pub seqno: i64,
}

/// Price and time of an instruction that may trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlabInputs {
    /// Quote atoms per base.
    pub oracle_price: i64,
    /// The slot.
    pub now_slot: i64,
}

/// One instruction; `C` lists the candidates of a crank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields mean what docs/slab.md says of each instruction")]
pub enum SlabInstruction<C> {
    Risk(RiskInstruction<C>),
    SetDlp { account: Index, flag: bool },
    PlaceOrder { terms: OrderTerms, inputs: SlabInputs },
    CancelOrder { account: Index, order: Named, now_slot: i64 },
    CancelAll { account: Index, now_slot: i64 },
    ReplaceOrder { account: Index, order: Named, price: i64, qty: i64, inputs: SlabInputs },
    BatchOpen { inputs: SlabInputs },
    Reserve { terms: HoldTerms, inputs: SlabInputs },
    Commit { account: Index, hold: Named, inputs: SlabInputs },
    CancelHold { account: Index, hold: Named, now_slot: i64 },
    ReleaseHold { hold: Named, now_slot: i64 },
    Prune { hold: Named, order: Named, inputs: SlabInputs },
    ReduceBand { account: Index, caller: Index, inputs: SlabInputs },
}
