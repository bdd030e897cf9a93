//! The program's one entry (design 02 §5): what it is given is checked before any state is read.

use crate::apply::apply_slab;
use crate::constants::{MAX_ACCOUNTS, MAX_CAPACITY};
use crate::errors::{Outcome, SlabError};
use crate::instructions::SlabInstruction;
use crate::journal::SlabUndo;
use crate::params::validate_slab_params;
use crate::state::{Book, Quotes};
use crate::wire::codec::{Initialize, Instruction, decode_slab_instruction};
use crate::wire::layout::{
    Capacities, Header, LAYOUT_VERSION, MAGIC, SlabRecord, SlabView, calculate_slab_size, split_head,
};
use math::MAX_SAFE;
use risk::errors::RiskError;
use risk::params::validate_params;
use risk::state::{Globals, Side};
use risk::wire::AccountView;

/// Where the tests pretend the program lives.
pub const PROGRAM_ID: [u8; 32] = *b"percolator-lab/programs/slab/1/.";

/// Executes one instruction. Accounts: the slab, writable and owned by this program; the authority (the router, where the
/// slab wants it), signing; for an initialisation the router.
pub fn process_slab_instruction<U: SlabUndo>(
    program_id: &[u8; 32],
    accounts: &mut [AccountView<'_>],
    data: &[u8],
    undo: &mut U,
) -> Outcome<()> {
    let [slab, signer, others @ ..] = accounts else {
        return Err(RiskError::MissingAccount.into());
    };
    if slab.owner != *program_id {
        return Err(RiskError::WrongOwner.into());
    }
    if !slab.is_writable {
        return Err(RiskError::ReadOnlyAccount.into());
    }
    if !signer.is_signer {
        return Err(RiskError::MissingSigner.into());
    }
    match decode_slab_instruction(data)? {
        Instruction::Initialize(instruction) => {
            let router = others.first().ok_or(RiskError::MissingAccount)?;
            initialize(slab.data, signer.key, router.key, &instruction)
        }
        Instruction::Slab(instruction) => {
            let mut view = SlabView::open(slab.data)?;
            if signer.key != *required_signer(&view, &instruction) {
                return Err(RiskError::WrongAuthority.into());
            }
            apply_slab(&mut view, undo, &instruction)
        }
    }
}

/// Prices come with the instruction, so only the authority may act; on reservations only the router, if the slab says so.
fn required_signer<'v, C>(view: &'v SlabView<'_>, instruction: &SlabInstruction<C>) -> &'v [u8; 32] {
    use SlabInstruction as Ix;
    let is_routed = matches!(instruction, Ix::Reserve { .. } | Ix::Commit { .. } | Ix::CancelHold { .. });
    if is_routed && view.slab_params.router_only != 0 { &view.header.router } else { &view.header.authority }
}

fn is_acceptable(instruction: &Initialize) -> bool {
    let Initialize { params, slab_params, capacities, init_slot, init_price } = instruction;
    let Capacities { slots, orders, holds, slices, trades, aggressors } = *capacities;
    let pools = [orders, holds, slices, trades, aggressors];
    validate_params(params, true)
        && validate_slab_params(slab_params, params)
        && (1..=MAX_ACCOUNTS).contains(&slots.into())
        && pools.into_iter().all(|pool| (1..=MAX_CAPACITY).contains(&pool.into()))
        && (1..=params.max_price).contains(init_price)
        && (0..=MAX_SAFE).contains(init_slot)
}

fn initialize(
    data: &mut [u8],
    authority: [u8; 32],
    router: [u8; 32],
    instruction: &Initialize,
) -> Outcome<()> {
    if !is_acceptable(instruction) {
        return Err(RiskError::InvalidParameters.into());
    }
    let Initialize { params, slab_params, capacities, init_slot, init_price } = *instruction;
    let length = data.len();
    let (record, _) = split_head(data)?;
    if record.header.magic == MAGIC {
        return Err(RiskError::AlreadyInitialized.into());
    }
    if length != calculate_slab_size(&capacities) {
        return Err(RiskError::InvalidAccountData.into());
    }
    let header = Header {
        magic: MAGIC,
        version: LAYOUT_VERSION,
        max_slots: capacities.slots.into(),
        max_orders: capacities.orders.into(),
        max_holds: capacities.holds.into(),
        max_slices: capacities.slices.into(),
        max_trades: capacities.trades.into(),
        max_aggressors: capacities.aggressors.into(),
        size: i64::try_from(length).map_err(|_| SlabError::CORRUPT)?,
        authority,
        router,
    };
    // Zeroed pools are empty ones, so they need no writing.
    *record = SlabRecord {
        header,
        slab_params,
        book: Book::new(init_slot, init_price),
        quotes: Quotes::default(),
        params,
        globals: Globals::new(init_slot, init_price),
        long: Side::NEW,
        short: Side::NEW,
    };
    Ok(())
}
