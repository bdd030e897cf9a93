//! The account layout of a market and the one cast onto its bytes (design 02 §1 and §5). All words are little-endian.

use crate::errors::{Outcome, RiskError};
use crate::params::{Params, validate_params};
use crate::record::{Plain, record};
use crate::state::{Account, Globals, Side};

#[cfg(not(target_endian = "little"))]
compile_error!("the layout is little-endian");

/// First bytes of every market account.
pub const MAGIC: [u8; 8] = *b"PERCRISK";
/// Grows with every change of the layout.
pub const LAYOUT_VERSION: i64 = 1;

record! {
    /// What the account is, and who may act on it.
    Header, 64 {
        /// `MAGIC`.
        magic: [u8; 8] = 0,
        /// `LAYOUT_VERSION`.
        version: i64 = 8 => LAYOUT_VERSION..=LAYOUT_VERSION,
        /// Account slots that follow.
        max_slots: i64 = 16 => 1..=crate::constants::MAX_ACCOUNTS,
        /// Bytes of the whole account.
        size: i64 = 24 => 0..=math::MAX_SAFE,
        /// Who must sign every instruction.
        authority: [u8; 32] = 32,
    }
}

record! {
    /// Everything before the account slots.
    MarketRecord, 576 {
        /// Identity.
        header: Header = 0,
        /// Immutable parameters.
        params: Params = 64,
        /// Market-wide numbers.
        globals: Globals = 272,
        /// The long side.
        long: Side = 400,
        /// The short side.
        short: Side = 488,
    }
}

/// A market borrowed from account bytes, to be worked on in place.
pub struct MarketView<'a> {
    /// Identity.
    pub header: &'a Header,
    /// Immutable parameters.
    pub params: &'a Params,
    /// Market-wide numbers.
    pub globals: &'a mut Globals,
    /// The long side.
    pub long: &'a mut Side,
    /// The short side.
    pub short: &'a mut Side,
    /// All account slots.
    pub accounts: &'a mut [Account],
}

impl<'a> MarketView<'a> {
    /// Opens the bytes of an initialised market. `InvalidAccountData` if they are not exactly one of this layout.
    pub fn open(data: &'a mut [u8]) -> Outcome<Self> {
        let (record, accounts) = split(data)?;
        let header = &record.header;
        let slots = i64::try_from(accounts.len()).ok();
        if header.magic != MAGIC || !header.is_in_range() || slots != Some(header.max_slots) {
            return Err(RiskError::InvalidAccountData);
        }
        if i64::try_from(calculate_size(accounts.len())).ok() != Some(header.size) {
            return Err(RiskError::InvalidAccountData);
        }
        Ok(Self {
            header,
            params: &record.params,
            globals: &mut record.globals,
            long: &mut record.long,
            short: &mut record.short,
            accounts,
        })
    }
}

/// Bytes of a market account with this many slots.
#[must_use]
pub const fn calculate_size(slots: usize) -> usize {
    size_of::<MarketRecord>() + slots * size_of::<Account>()
}

/// The records over account bytes, whatever they hold. `InvalidAccountData` if the length or the alignment is wrong.
pub fn split(data: &mut [u8]) -> Outcome<(&mut MarketRecord, &mut [Account])> {
    let (head, tail) =
        data.split_at_mut_checked(size_of::<MarketRecord>()).ok_or(RiskError::InvalidAccountData)?;
    match (cast::<MarketRecord>(head), cast::<Account>(tail)) {
        (Some([record]), Some(accounts)) => Ok((record, accounts)),
        _ => Err(RiskError::InvalidAccountData),
    }
}

/// Bytes as records in place; `None` if they are misaligned or do not divide into whole records.
pub fn cast<T: Plain>(bytes: &mut [u8]) -> Option<&mut [T]> {
    let start = bytes.as_mut_ptr().cast::<T>();
    if !start.is_aligned() || bytes.len() % size_of::<T>() != 0 {
        return None;
    }
    // SAFETY: the pointer is aligned and covers exactly `bytes`, which stays mutably borrowed for the result's lifetime.
    // `Plain` types are made of integers alone and, as `record!` asserts, without padding: every bit pattern is a value
    // of T, and every value of T is initialised bytes.
    #[expect(unsafe_code, reason = "the one zero-copy cast of the program")]
    Some(unsafe { core::slice::from_raw_parts_mut(start, bytes.len() / size_of::<T>()) })
}

/// Could the rules have left these bytes behind? Each word in its range, and the parameters and accounts coherent. For
/// those who accept account bytes from outside; the program trusts what it owns.
pub fn is_valid(data: &mut [u8]) -> bool {
    let Ok(view) = MarketView::open(data) else {
        return false;
    };
    validate_params(view.params, false)
        && view.globals.is_in_range()
        && view.long.is_in_range()
        && view.short.is_in_range()
        && view.accounts.iter().all(is_account_valid)
}

/// The same of one account slot.
#[must_use]
pub fn is_account_valid(account: &Account) -> bool {
    if account.used == 0 {
        return *account == Account::FREE;
    }
    account.is_in_range()
        && account.a_basis > 0
        && account.hedge_gross > 0
        && account.hedge_net <= account.hedge_gross
        && account.reserved_pnl <= account.pnl.max(0)
}
