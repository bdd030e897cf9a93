//! Deliberately broken rules: the parity suite must catch each of them, or it proves nothing. Without the `canary`
//! feature nothing of this is compiled in.

/// Declares a program's canaries: the enum `Canary`, and `sings`, which says whether a rule is broken now. The feature
/// `canary` of the program that declares them counts.
#[macro_export]
macro_rules! canaries {
    ($($(#[$meta:meta])* $name:ident,)+) => {
        /// One broken rule each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Canary {
            $($(#[$meta])* $name,)+
        }

        impl Canary {
            /// All of them with their names.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$name, stringify!($name)),)+];
        }

        #[cfg(feature = "canary")]
        mod switch {
            use super::Canary;
            use core::sync::atomic::{AtomicUsize, Ordering};

            static ACTIVE: AtomicUsize = AtomicUsize::new(usize::MAX);

            /// Breaks the rule at this place of `Canary::ALL`.
            pub fn hatch(number: usize) {
                ACTIVE.store(number, Ordering::Relaxed);
            }

            /// Is this rule broken?
            #[must_use]
            pub fn sings(canary: Canary) -> bool {
                let active = ACTIVE.load(Ordering::Relaxed);
                Canary::ALL.get(active).is_some_and(|(hatched, _)| *hatched == canary)
            }
        }

        #[cfg(not(feature = "canary"))]
        mod switch {
            use super::Canary;

            /// Is this rule broken? Never, without the feature.
            #[must_use]
            pub const fn sings(_: Canary) -> bool {
                false
            }
        }

        pub use switch::*;
    };
}

canaries! {
    /// Each claim on the residual is rounded up.
    HaircutRoundsUp,
    /// New profit inherits old warmup progress.
    WarmupRestartSkipped,
    /// A loss eats released profit before the reserve.
    LossEatsReleasedFirst,
    /// A touch without new profit slows the release.
    SlopeRespreadOnTouch,
    /// The adaptive clock recovers without hysteresis.
    MultiplierFallsAtOnce,
    /// Replacing a fractional basis leaves two units of dust.
    DustOffByOne,
    /// Shrinking a side counts no dust for its holders.
    ShrinkDustForgetsHolders,
    /// A reset keeps the dust of the last epoch.
    ResetKeepsDust,
    /// Insurance pays below its floor.
    InsuranceFloorIgnored,
    /// The trading fee is rounded down.
    TradingFeeRoundsDown,
    /// The liquidation fee has no cap.
    LiquidationFeeUncapped,
    /// What capital cannot pay of a fee is forgotten.
    FeeShortfallForgotten,
    /// Equity equal to the requirement counts as healthy.
    MaintenanceNotStrict,
    /// The margin rule of a reducing trade ignores its fee.
    FeeNotAddedBack,
    /// Funding uses the price of this accrual instead of the stored sample.
    FundingAtNewPrice,
    /// Funding is not split into sub-steps.
    FundingUnsplit,
    /// A hedge credit outlives its position.
    HedgeSurvivesFlat,
    /// The keeper is rewarded for fees that became debt.
    KeeperPaidOnDebt,
    /// A conversion does not pay fee debt.
    ConversionSkipsSweep,
}
