//! The numbered errors of this program, the same names and numbers as `engine/slab/errors.ts`: the risk program's, then
//! its own.

use math::OutOfEnvelope;
use risk::errors::RiskError;

macro_rules! errors {
    ($($(#[$meta:meta])* $name:ident = $code:literal,)+) => {
        /// Why an instruction was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum SlabError {
            /// The risk program's reason.
            Risk(RiskError),
            $($(#[$meta])* $name,)+
        }

        impl SlabError {
            /// This program's own errors with their names and numbers.
            pub const OWN: &'static [(Self, &'static str, u32)] = &[$((Self::$name, stringify!($name), $code),)+];

            /// The number that leaves the program; 0 is success.
            #[must_use]
            pub const fn code(self) -> u32 {
                match self {
                    Self::Risk(error) => error.code(),
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

errors! {
    /// The price is not positive, beyond the largest or between ticks.
    InvalidPrice = 18,
    /// The quantity is not positive, too large or between lots; or the lifetime of a hold is.
    InvalidQuantity = 19,
    /// The account has as many open orders as it may.
    TooManyOrders = 20,
    /// No free order.
    OrdersFull = 21,
    /// A post-only order would trade.
    WouldCross = 22,
    /// A fill-or-kill order did not fill.
    NotFilled = 23,
    /// No such order.
    OrderNotFound = 24,
    /// What is asked for is locked by a hold.
    OrderReserved = 25,
    /// A reduce-only order has nothing to reduce.
    NothingToReduce = 26,
    /// The mark moved too far.
    KillBand = 27,
    /// The next batch is not due.
    BatchNotDue = 28,
    /// The book is not the one the route was planned on.
    StaleSeqno = 29,
    /// The account has as many holds as it may.
    TooManyHolds = 30,
    /// No free hold.
    HoldsFull = 31,
    /// No free slice.
    SlicesFull = 32,
    /// Nothing to lock or to trade within the limit.
    NoLiquidity = 33,
    /// No such hold.
    HoldNotFound = 34,
    /// The hold's time is over.
    HoldExpired = 35,
    /// The hold's time is not over yet.
    HoldNotExpired = 36,
    /// A maker cannot honour its order.
    MakerMargin = 37,
    /// The makers of the hold honour their orders.
    NotPrunable = 38,
    /// What backs bonds and reserved orders may not leave.
    ReservedMargin = 39,
    /// An order or a hold is still open.
    HasOrders = 40,
    /// The account is not in the reduce band.
    NotReducible = 41,
    /// No free row for an aggressor in this batch.
    AggressorsFull = 42,
}

/// What an instruction, or a step of one, comes to.
pub type Outcome<T> = Result<T, SlabError>;

impl From<RiskError> for SlabError {
    fn from(error: RiskError) -> Self {
        Self::Risk(error)
    }
}

impl From<OutOfEnvelope> for SlabError {
    fn from(_: OutOfEnvelope) -> Self {
        Self::OVERFLOW
    }
}

impl SlabError {
    /// A price, slot, size or result out of bounds.
    pub const OVERFLOW: Self = Self::Risk(RiskError::Overflow);
    /// The state contradicts itself.
    pub const CORRUPT: Self = Self::Risk(RiskError::CorruptState);
    /// No such account.
    pub const NO_ACCOUNT: Self = Self::Risk(RiskError::AccountNotFound);
    /// Nobody may do this to it now.
    pub const UNAUTHORIZED: Self = Self::Risk(RiskError::Unauthorized);
}

/// `error` unless `condition` holds.
pub fn require(condition: bool, error: SlabError) -> Outcome<()> {
    if condition { Ok(()) } else { Err(error) }
}
