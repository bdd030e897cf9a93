//! Deliberately broken rules: the parity suite must catch each of them, or it proves nothing. Without the `canary`
//! feature nothing of this is compiled in.

risk::canaries! {
    /// A new order goes before the others of its level.
    TimePriorityLost,
    /// A reservation locks what other holds have locked.
    OverReservation,
    /// Releasing a hold unlocks its slices twice.
    DoubleRelease,
    /// An instruction that changes the book keeps its seqno.
    SeqnoNotBumped,
    /// A late order earns its rebate in spite of the penalty.
    JitRebatePaid,
    /// Frozen levels fill from late orders.
    FreezeIgnored,
    /// The round-trip tax is rounded for the trader.
    TaxRoundedDown,
    /// An order matches instead of waiting for its batch.
    PendingMatchedEarly,
    /// A hold that was not committed costs nothing.
    BondNotForfeited,
    /// A move by exactly the kill band is too far.
    KillBandOffByOne,
    /// A forced reduction closes the whole position.
    ReduceBandOvershoots,
    /// The ledger of aggressors outlives its batch.
    LedgerNotCleared,
    /// A maker that fails keeps its order.
    FailingMakerStays,
    /// A taker passes its own orders and leaves them.
    OwnOrderStays,
    /// What is locked may be withdrawn.
    ReservedMarginIgnored,
    /// The caller of a reduction is paid what makers were rebated.
    RewardIgnoresRebates,
    /// A hold dies a slot early.
    HoldExpiresEarly,
    /// The bond of a pruned hold stays locked.
    PrunedBondStays,
    /// A reduce-only maker trades all of its order.
    ReduceOnlyMakerOvershoots,
}
