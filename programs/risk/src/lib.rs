//! The risk engine of one market (design 01) as an on-chain program. It works in place on account bytes, without a heap
//! and without floating point. Read `apply` first; `wire::process_instruction` is the entry.
#![no_std]

pub mod apply;
pub mod bookkeeping;
pub mod canary;
pub mod constants;
pub mod errors;
pub mod funds;
pub mod instructions;
pub mod journal;
pub mod lifecycle;
pub mod liquidation;
pub mod losses_and_fees;
pub mod margin;
pub mod params;
pub mod record;
pub mod resets;
pub mod side_index;
pub mod solvency;
pub mod state;
pub mod steps;
pub mod trade;
pub mod warmup;
pub mod wire;
