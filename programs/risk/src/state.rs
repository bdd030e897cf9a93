//! The state of one market (design 01 §2), as records of the account layout that are worked on in place.

use crate::constants::{ADL_ONE, BPS, MAX_ACCOUNTS, MAX_ORACLE_PRICE};
use crate::errors::{Outcome, RiskError};
use crate::journal::Undo;
use crate::params::Params;
use crate::record::record;
use math::{MAX_SAFE, Wide};

/// A side's mode; the layout holds the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Open to new exposure.
    Normal,
    /// A is exhausted: no new exposure.
    DrainOnly,
    /// Stale positions still settle against the last epoch.
    ResetPending,
}

impl Mode {
    /// The number in the layout.
    #[must_use]
    pub const fn word(self) -> i64 {
        match self {
            Self::Normal => 0,
            Self::DrainOnly => 1,
            Self::ResetPending => 2,
        }
    }
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideIndex {
    /// Positions above zero.
    Long,
    /// Positions below zero.
    Short,
}

impl SideIndex {
    /// The other one.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Long => Self::Short,
            Self::Short => Self::Long,
        }
    }
}

record! {
    /// One trader's claim on the market. A free slot is all zeros.
    Account, 120 {
        /// 1 if the slot is taken.
        used: i64 = 0 => 0..=1,
        /// C: principal, quote atoms.
        capital: i64 = 8 => 0..=MAX_SAFE,
        /// Signed profit and loss, quote atoms.
        pnl: i64 = 16 => -MAX_SAFE..=MAX_SAFE,
        /// R: the part of a positive pnl that still warms up.
        reserved_pnl: i64 = 24 => 0..=MAX_SAFE,
        /// Signed stored position, q-units, at the multiplier `a_basis`.
        basis_q: i64 = 32 => -MAX_SAFE..=MAX_SAFE,
        /// A of the side when the position was attached.
        a_basis: i64 = 40 => 0..=ADL_ONE,
        /// K of the side at the last settlement.
        k_snap: Wide = 48,
        /// Epoch of the side when the position was attached.
        epoch_snap: i64 = 64 => 0..=MAX_SAFE,
        /// ≤ 0; negative is fee debt.
        fee_credits: i64 = 72 => -MAX_SAFE..=0,
        /// Where the warmup clock stood at the last release.
        warmup_start: i64 = 80 => 0..=MAX_SAFE,
        /// Atoms released per tick of the warmup clock.
        warmup_slope: i64 = 88 => 0..=MAX_SAFE,
        /// Metadata only.
        last_fee_slot: i64 = 96 => 0..=MAX_SAFE,
        /// Hedge credit, numerator.
        hedge_net: i64 = 104 => 0..=MAX_SAFE,
        /// Hedge credit, denominator.
        hedge_gross: i64 = 112 => 0..=MAX_SAFE,
    }
}

impl Account {
    /// A free slot.
    pub const FREE: Self = Self { used: 0, a_basis: 0, hedge_net: 0, hedge_gross: 0, ..Self::FLAT };

    /// A flat account without anything: what a new account starts from.
    pub const FLAT: Self = Self {
        used: 1,
        capital: 0,
        pnl: 0,
        reserved_pnl: 0,
        basis_q: 0,
        a_basis: ADL_ONE,
        k_snap: Wide::ZERO,
        epoch_snap: 0,
        fee_credits: 0,
        warmup_start: 0,
        warmup_slope: 0,
        last_fee_slot: 0,
        hedge_net: 1,
        hedge_gross: 1,
    };
}

record! {
    /// One side of the market: the lazy indices A and K and what hangs on them.
    Side, 88 {
        /// A: what a position attached at `ADL_ONE` still is, in millionths.
        a: i64 = 0 => 1..=ADL_ONE,
        /// K: cumulative pnl per unit of A-adjusted basis.
        k: Wide = 8,
        /// Number of resets begun.
        epoch: i64 = 24 => 0..=MAX_SAFE,
        /// K when the current epoch began.
        k_epoch_start: Wide = 32,
        /// Effective open interest, q-units.
        oi_eff: i64 = 48 => 0..=MAX_SAFE,
        /// The number of a `Mode`.
        mode: i64 = 56 => 0..=2,
        /// Accounts with a position on this side, stale ones included.
        stored_positions: i64 = 64 => 0..=MAX_ACCOUNTS,
        /// Accounts whose position belongs to the last epoch.
        stale_positions: i64 = 72 => 0..=MAX_ACCOUNTS,
        /// Upper bound of open interest that no account holds any more.
        phantom_dust_q: i64 = 80 => 0..=MAX_SAFE,
    }
}

impl Side {
    /// A side of a new market.
    pub const NEW: Self = Self {
        a: ADL_ONE,
        k: Wide::ZERO,
        epoch: 0,
        k_epoch_start: Wide::ZERO,
        oi_eff: 0,
        mode: Mode::Normal.word(),
        stored_positions: 0,
        stale_positions: 0,
        phantom_dust_q: 0,
    };

    /// Is the side in this mode?
    #[must_use]
    pub const fn is(&self, mode: Mode) -> bool {
        self.mode == mode.word()
    }
}

record! {
    /// Market-wide numbers outside the two sides.
    Globals, 128 {
        /// V: what the vault holds.
        vault: i64 = 0 => 0..=MAX_SAFE,
        /// I: the insurance fund inside the vault.
        insurance: i64 = 8 => 0..=MAX_SAFE,
        /// Σ capital.
        c_tot: i64 = 16 => 0..=MAX_SAFE,
        /// Σ max(pnl, 0).
        pnl_pos_tot: i64 = 24 => 0..=MAX_SAFE,
        /// Σ released.
        pnl_matured_pos_tot: i64 = 32 => 0..=MAX_SAFE,
        /// Slot of the last instruction.
        current_slot: i64 = 40 => 0..=MAX_SAFE,
        /// Slot of the last accrual.
        slot_last: i64 = 48 => 0..=MAX_SAFE,
        /// Price of the last accrual.
        price_last: i64 = 56 => 1..=MAX_ORACLE_PRICE,
        /// Funding price sampled at the end of the last accrual.
        funding_price_last: i64 = 64 => 1..=MAX_ORACLE_PRICE,
        /// Bps per slot; positive when longs pay.
        funding_rate: i64 = 72 => -BPS..=BPS,
        /// Accounts in use.
        used_accounts: i64 = 80 => 0..=MAX_ACCOUNTS,
        /// W: the warmup clock, unless it is the slot itself.
        warmup_clock: i64 = 88 => 0..=MAX_SAFE,
        /// What the last division of the warmup clock left over.
        warmup_remainder: i64 = 96 => 0..=1_000 * BPS,
        /// How much slower than slots the warmup clock runs.
        warmup_multiplier_bps: i64 = 104 => BPS..=1_000 * BPS,
        /// Fast moving average of `c_tot`.
        ema_fast: i64 = 112 => 0..=MAX_SAFE,
        /// Slow moving average of `c_tot`.
        ema_slow: i64 = 120 => 0..=MAX_SAFE,
    }
}

impl Globals {
    /// The globals of a market that starts at `slot` and `price`.
    #[must_use]
    pub const fn new(slot: i64, price: i64) -> Self {
        Self {
            vault: 0,
            insurance: 0,
            c_tot: 0,
            pnl_pos_tot: 0,
            pnl_matured_pos_tot: 0,
            current_slot: slot,
            slot_last: slot,
            price_last: price,
            funding_price_last: price,
            funding_rate: 0,
            used_accounts: 0,
            warmup_clock: slot,
            warmup_remainder: 0,
            warmup_multiplier_bps: 10_000,
            ema_fast: 0,
            ema_slow: 0,
        }
    }
}

/// What an instruction sees of a market, without its accounts: those are borrowed one by one beside it.
pub struct Market<'a, U: Undo> {
    /// Immutable parameters.
    pub params: &'a Params,
    /// Read freely; write through `globals_mut`.
    pub globals: &'a mut Globals,
    /// Read freely; write through `side_mut`.
    pub long: &'a mut Side,
    /// Read freely; write through `side_mut`.
    pub short: &'a mut Side,
    /// Keeps pre-images.
    pub undo: &'a mut U,
    /// Reset flag of the long side in the running instruction (design 01 §5).
    pub long_flagged: bool,
    /// The same of the short side.
    pub short_flagged: bool,
}

impl<U: Undo> Market<'_, U> {
    /// A side for reading.
    #[must_use]
    pub fn side(&self, index: SideIndex) -> &Side {
        match index {
            SideIndex::Long => self.long,
            SideIndex::Short => self.short,
        }
    }

    /// A side for writing.
    pub fn side_mut(&mut self, index: SideIndex) -> &mut Side {
        let side = match index {
            SideIndex::Long => &mut *self.long,
            SideIndex::Short => &mut *self.short,
        };
        self.undo.save_side(index, side);
        side
    }

    /// The globals for writing.
    pub fn globals_mut(&mut self) -> &mut Globals {
        self.undo.save_globals(self.globals);
        self.globals
    }

    /// Sets a side's reset flag.
    pub fn flag(&mut self, index: SideIndex) {
        match index {
            SideIndex::Long => self.long_flagged = true,
            SideIndex::Short => self.short_flagged = true,
        }
    }

    /// Is a side's reset flag set?
    #[must_use]
    pub fn is_flagged(&self, index: SideIndex) -> bool {
        match index {
            SideIndex::Long => self.long_flagged,
            SideIndex::Short => self.short_flagged,
        }
    }

    /// The account record at `index` for writing, used or not.
    pub fn account_mut<'s>(&mut self, accounts: &'s mut [Account], index: u32) -> Outcome<&'s mut Account> {
        let account = usize::try_from(index).ok().and_then(|at| accounts.get_mut(at));
        let account = account.ok_or(RiskError::AccountNotFound)?;
        self.undo.save_account(index, account);
        Ok(account)
    }

    /// Two different used accounts for writing.
    pub fn accounts_mut<'s>(
        &mut self,
        accounts: &'s mut [Account],
        first: u32,
        second: u32,
    ) -> Outcome<[&'s mut Account; 2]> {
        let (Ok(a), Ok(b)) = (usize::try_from(first), usize::try_from(second)) else {
            return Err(RiskError::AccountNotFound);
        };
        let (lower, upper) = accounts.split_at_mut_checked(a.max(b)).ok_or(RiskError::AccountNotFound)?;
        let (Some(low), Some(high)) = (lower.get_mut(a.min(b)), upper.first_mut()) else {
            return Err(RiskError::AccountNotFound);
        };
        let [a, b] = if a < b { [low, high] } else { [high, low] };
        self.undo.save_account(first, a);
        self.undo.save_account(second, b);
        Ok([a, b])
    }
}

/// Is the index that of a used account?
#[must_use]
pub fn is_used(accounts: &[Account], index: u32) -> bool {
    usize::try_from(index).is_ok_and(|at| accounts.get(at).is_some_and(|account| account.used != 0))
}
