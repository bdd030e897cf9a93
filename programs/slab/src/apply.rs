//! The instructions of a slab (docs/slab.md, "Instructions").

use crate::batches::open_batch;
use crate::book::{cancel_orders, publish_book};
use crate::errors::{Outcome, SlabError, require};
use crate::guards::require_reserved_margin;
use crate::holds::{cancel_hold, commit, prune, release_hold, reserve};
use crate::instructions::{Index, RiskInstruction, SlabInputs, SlabInstruction};
use crate::journal::SlabUndo;
use crate::matching::{cancel_order, place_order, replace_order};
use crate::reduce_band::reduce_band;
use crate::state::{Slab, Trader, link_of};
use crate::wire::SlabView;
use math::require_safe;
use risk::apply::dispatch;
use risk::errors::RiskError;
use risk::instructions::{CrankCandidate, MarketInputs};

/// Applies one instruction to the slab. On an error the state is as before if `undo` can take changes back; on chain the
/// runtime does.
pub fn apply_slab<U, C>(
    view: &mut SlabView<'_>,
    undo: &mut U,
    instruction: &SlabInstruction<C>,
) -> Outcome<()>
where
    U: SlabUndo,
    C: IntoIterator<Item = CrankCandidate> + Clone,
{
    undo.mark();
    let mut slab = Slab { view, undo, book_changed: false, bids_changed: false, asks_changed: false };
    let outcome = execute(&mut slab, instruction).and_then(|()| publish_book(&mut slab));
    if outcome.is_ok() {
        undo.release();
    } else {
        undo.rollback_slab(view);
    }
    outcome
}

fn execute<U, C>(slab: &mut Slab<U>, instruction: &SlabInstruction<C>) -> Outcome<()>
where
    U: SlabUndo,
    C: IntoIterator<Item = CrankCandidate> + Clone,
{
    use SlabInstruction as Ix;
    match *instruction {
        Ix::PlaceOrder { ref terms, inputs } => {
            begin(slab, inputs)?;
            place_order(slab, terms, inputs)
        }
        Ix::CancelOrder { account, order, now_slot } => {
            set_clock(slab, now_slot)?;
            cancel_order(slab, account, order)
        }
        Ix::Risk(ref instruction) => apply_risk(slab, instruction),
        Ix::CancelAll { account, now_slot } => {
            set_clock(slab, now_slot)?;
            slab.account(account)?;
            cancel_orders(slab, link_of(account))
        }
        Ix::ReplaceOrder { account, order, price, qty, inputs } => {
            begin(slab, inputs)?;
            replace_order(slab, account, order, price, qty, inputs)
        }
        Ix::BatchOpen { inputs } => {
            begin(slab, inputs)?;
            open_batch(slab, inputs)
        }
        Ix::Reserve { ref terms, inputs } => {
            begin(slab, inputs)?;
            reserve(slab, terms, inputs)
        }
        Ix::Commit { account, hold, inputs } => {
            begin(slab, inputs)?;
            commit(slab, account, hold, inputs)
        }
        Ix::CancelHold { account, hold, now_slot } => {
            set_clock(slab, now_slot)?;
            cancel_hold(slab, account, hold)
        }
        Ix::ReleaseHold { hold, now_slot } => {
            set_clock(slab, now_slot)?;
            release_hold(slab, hold, now_slot)
        }
        Ix::Prune { hold, order, inputs } => {
            begin(slab, inputs)?;
            prune(slab, hold, order, inputs)
        }
        Ix::ReduceBand { account, caller, inputs } => {
            begin(slab, inputs)?;
            reduce_band(slab, account, caller, inputs)
        }
        Ix::SetDlp { account, flag } => set_dlp(slab, account, flag),
    }
}

/// `nowSlot` becomes current; time does not run backwards.
fn set_clock<U: SlabUndo>(slab: &mut Slab<U>, now_slot: i64) -> Outcome<()> {
    let (mut market, _) = slab.risk();
    require(now_slot >= market.globals.current_slot, SlabError::OVERFLOW)?;
    market.globals_mut().current_slot = require_safe(now_slot)?;
    Ok(())
}

/// Time and price of an instruction that may trade.
fn begin<U: SlabUndo>(slab: &mut Slab<U>, inputs: SlabInputs) -> Outcome<()> {
    set_clock(slab, inputs.now_slot)?;
    let valid = inputs.oracle_price > 0 && inputs.oracle_price <= slab.view.params.max_price;
    require(valid, SlabError::OVERFLOW)
}

fn set_dlp<U: SlabUndo>(slab: &mut Slab<U>, account: Index, flag: bool) -> Outcome<()> {
    slab.account(account)?;
    slab.edit::<Trader>(link_of(account))?.is_dlp = i64::from(flag);
    Ok(())
}

/// An instruction of the risk engine at the slab's funding rate, and what it means for the account's orders.
fn apply_risk<U, C>(slab: &mut Slab<U>, instruction: &RiskInstruction<C>) -> Outcome<()>
where
    U: SlabUndo,
    C: IntoIterator<Item = CrankCandidate> + Clone,
{
    if matches!(instruction, RiskInstruction::ExecuteTrade(_)) {
        return Err(SlabError::Risk(RiskError::InvalidInstruction));
    }
    let instruction = with_rate(instruction, slab.view.book.funding_rate);
    let (mut market, accounts) = slab.risk();
    dispatch(&mut market, accounts, &instruction)?;
    match instruction {
        RiskInstruction::Withdraw { account, .. } => require_reserved_margin(slab, account),
        RiskInstruction::CloseAccount { account, .. } | RiskInstruction::Reclaim { account } => {
            close_trader(slab, account)
        }
        _ => Ok(()),
    }
}

/// The instruction with the slab's funding rate in place of the caller's.
fn with_rate<C: Clone>(instruction: &RiskInstruction<C>, funding_rate: i64) -> RiskInstruction<C> {
    use RiskInstruction as Ix;
    let mut instruction = instruction.clone();
    match &mut instruction {
        Ix::SettleAccount { inputs, .. }
        | Ix::Withdraw { inputs, .. }
        | Ix::ConvertReleased { inputs, .. }
        | Ix::Liquidate { inputs, .. }
        | Ix::KeeperCrank { inputs, .. }
        | Ix::CloseAccount { inputs, .. } => *inputs = MarketInputs { funding_rate, ..*inputs },
        Ix::Deposit { .. }
        | Ix::DepositFeeCredits { .. }
        | Ix::TopUpInsurance { .. }
        | Ix::ExecuteTrade(_)
        | Ix::Reclaim { .. }
        | Ix::SetHedge { .. } => {}
    }
    instruction
}

/// A freed account leaves no order and no hold behind.
fn close_trader<U: SlabUndo>(slab: &mut Slab<U>, account: Index) -> Outcome<()> {
    let owner = link_of(account);
    cancel_orders(slab, owner)?;
    let trader = slab.edit::<Trader>(owner)?;
    require(trader.open_orders == 0 && trader.holds == 0, SlabError::HasOrders)?;
    *trader = Trader::default();
    Ok(())
}
