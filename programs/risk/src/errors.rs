//! The numbered errors of this program, the same names and numbers as `engine/wire/errors.ts` (design 02 §5).

use math::OutOfEnvelope;

macro_rules! errors {
    ($($(#[$meta:meta])* $name:ident = $code:literal,)+) => {
        /// Why an instruction was refused. The first eight are the rules' own (design 01 §10).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum RiskError {
            $($(#[$meta])* $name,)+
        }

        impl RiskError {
            /// Every error with its name and number.
            pub const ALL: &'static [(Self, &'static str, u32)] = &[$((Self::$name, stringify!($name), $code),)+];

            /// The number that leaves the program; 0 is success.
            #[must_use]
            pub const fn code(self) -> u32 {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

errors! {
    /// More is asked for than is there, or too little would stay.
    InsufficientBalance = 1,
    /// Margin does not allow it, or the account is not liquidatable.
    Undercollateralized = 2,
    /// Nobody may do this to this account now.
    Unauthorized = 3,
    /// A price, slot, size, rate or result out of bounds.
    Overflow = 4,
    /// No such account.
    AccountNotFound = 5,
    /// The side takes no new exposure.
    SideBlocked = 6,
    /// The state contradicts itself; nothing was done.
    CorruptState = 7,
    /// The account still holds profit that is not released.
    PnlNotWarmedUp = 8,
    /// The instruction bytes are truncated, oversized or not an instruction.
    InvalidInstruction = 9,
    /// Fewer accounts than the instruction needs.
    MissingAccount = 10,
    /// The market account belongs to another program.
    WrongOwner = 11,
    /// The market account is not writable.
    ReadOnlyAccount = 12,
    /// The authority did not sign.
    MissingSigner = 13,
    /// The account bytes are not a market of this layout.
    InvalidAccountData = 14,
    /// The market is already initialised.
    AlreadyInitialized = 15,
    /// The signer is not the authority recorded in the market.
    WrongAuthority = 16,
    /// The engine refuses this parameter set.
    InvalidParameters = 17,
}

/// What an instruction, or a step of one, comes to.
pub type Outcome<T> = Result<T, RiskError>;

impl From<OutOfEnvelope> for RiskError {
    fn from(_: OutOfEnvelope) -> Self {
        Self::Overflow
    }
}
