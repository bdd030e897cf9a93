//! One slab (design 02 §1): the risk engine of one market, its order book, reservations and anti-toxicity guards, as an
//! on-chain program that works in place on account bytes, without a heap and without floating point. `docs/slab.md` has the
//! rules. Read `apply` first; `wire::process_instruction` is the entry.
#![no_std]

pub mod apply;
pub mod batches;
pub mod book;
pub mod canary;
pub mod constants;
pub mod errors;
pub mod fills;
pub mod guards;
pub mod holds;
pub mod instructions;
pub mod journal;
pub mod mark;
pub mod matching;
pub mod params;
pub mod pools;
pub mod price_index;
pub mod records;
pub mod reduce_band;
pub mod state;
pub mod wire;
