//! The program's one entry (design 02 §5): what it is given is checked before any state is read.

use crate::apply::apply;
use crate::constants::MAX_ACCOUNTS;
use crate::errors::{Outcome, RiskError};
use crate::journal::Undo;
use crate::params::validate_params;
use crate::state::{Globals, Side};
use crate::wire::codec::{Initialize, Instruction, decode_instruction};
use crate::wire::layout::{Header, LAYOUT_VERSION, MAGIC, MarketRecord, MarketView, calculate_size, split};
use math::MAX_SAFE;

/// An account as the runtime hands it over.
pub struct AccountView<'a> {
    /// Its address.
    pub key: [u8; 32],
    /// The program it belongs to.
    pub owner: [u8; 32],
    /// Did its key sign?
    pub is_signer: bool,
    /// May it be written?
    pub is_writable: bool,
    /// Its bytes.
    pub data: &'a mut [u8],
}

/// Where the tests pretend the program lives.
pub const PROGRAM_ID: [u8; 32] = *b"percolator-lab/programs/risk/1/.";

/// Executes one instruction. Accounts: the market, writable and owned by this program; the authority, signing. The raw
/// engine takes prices, slots and rates from the instruction, so only the authority recorded at initialisation may act.
pub fn process_instruction<U: Undo>(
    program_id: &[u8; 32],
    accounts: &mut [AccountView<'_>],
    data: &[u8],
    undo: &mut U,
) -> Outcome<()> {
    let [market, authority, ..] = accounts else {
        return Err(RiskError::MissingAccount);
    };
    if market.owner != *program_id {
        return Err(RiskError::WrongOwner);
    }
    if !market.is_writable {
        return Err(RiskError::ReadOnlyAccount);
    }
    if !authority.is_signer {
        return Err(RiskError::MissingSigner);
    }
    match decode_instruction(data)? {
        Instruction::Initialize(instruction) => initialize(market.data, authority.key, &instruction),
        Instruction::Risk(instruction) => {
            let mut view = MarketView::open(market.data)?;
            if view.header.authority != authority.key {
                return Err(RiskError::WrongAuthority);
            }
            apply(&mut view, undo, &instruction)
        }
    }
}

fn initialize(data: &mut [u8], authority: [u8; 32], instruction: &Initialize) -> Outcome<()> {
    let Initialize { params, max_slots, init_slot, init_price, enforce_envelope } = *instruction;
    let max_slots = i64::from(max_slots);
    let accepted = validate_params(&params, enforce_envelope)
        && (1..=MAX_ACCOUNTS).contains(&max_slots)
        && (1..=params.max_price).contains(&init_price)
        && (0..=MAX_SAFE).contains(&init_slot);
    if !accepted {
        return Err(RiskError::InvalidParameters);
    }
    let length = data.len();
    let (record, accounts) = split(data)?;
    if record.header.magic == MAGIC {
        return Err(RiskError::AlreadyInitialized);
    }
    let size = i64::try_from(length).map_err(|_| RiskError::InvalidAccountData)?;
    // A zeroed slot is a free one, so the slots need no writing.
    if i64::try_from(accounts.len()) != Ok(max_slots) || length != calculate_size(accounts.len()) {
        return Err(RiskError::InvalidAccountData);
    }
    *record = MarketRecord {
        header: Header { magic: MAGIC, version: LAYOUT_VERSION, max_slots, size, authority },
        params,
        globals: Globals::new(init_slot, init_price),
        long: Side::NEW,
        short: Side::NEW,
    };
    Ok(())
}
