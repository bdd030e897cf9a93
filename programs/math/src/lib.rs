//! Exact integers (design 01 §1), the twin of `engine/math`. Where TypeScript keeps a product exact in pairs of doubles,
//! this crate uses 128-bit words; results and refusals are the same.
#![no_std]

mod integers;
mod wide;

pub use integers::{
    Exact, MAX_SAFE, OutOfEnvelope, calculate_sum_sign, floor_div, mul_div_ceil, mul_div_floor,
    mul_div_floor_signed, narrow, require_safe,
};
pub use wide::{Wide, add_scaled_term, calculate_funding_term, calculate_k_pnl, subtract_mul_div_ceil};
