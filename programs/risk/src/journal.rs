//! The undo journal as a trait (design 05 §4): empty on chain, where a failed transaction is rolled back whole, and a log
//! of pre-images in the host.

use crate::state::{Account, Globals, Side, SideIndex};
use crate::wire::MarketView;

/// Keeps what is needed to take changes back. Marks nest.
pub trait Undo {
    /// Opens a savepoint.
    fn mark(&mut self);
    /// Closes the innermost savepoint and keeps what happened since.
    fn release(&mut self);
    /// Closes the innermost savepoint and restores its state.
    fn rollback(&mut self, view: &mut MarketView<'_>);
    /// Told before an account may be written.
    fn save_account(&mut self, index: u32, account: &Account);
    /// Told before a side may be written.
    fn save_side(&mut self, index: SideIndex, side: &Side);
    /// Told before the globals may be written.
    fn save_globals(&mut self, globals: &Globals);
}

/// On chain: the runtime undoes.
pub struct NoUndo;

impl Undo for NoUndo {
    fn mark(&mut self) {}
    fn release(&mut self) {}
    fn rollback(&mut self, _: &mut MarketView<'_>) {}
    fn save_account(&mut self, _: u32, _: &Account) {}
    fn save_side(&mut self, _: SideIndex, _: &Side) {}
    fn save_globals(&mut self, _: &Globals) {}
}
