//! The one wide value of the engine: K and its snapshots, signed 128-bit.

use crate::integers::{Exact, OutOfEnvelope, require_safe};

/// A signed 128-bit integer as two words, low word first. A native `i128` aligns to 16 bytes on the host and to 8 on
/// the chain; this type is 8-byte aligned on both (design 02 §5).
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wide {
    low: u64,
    high: i64,
}

impl Wide {
    /// Zero.
    pub const ZERO: Self = Self { low: 0, high: 0 };

    /// The value.
    #[must_use]
    pub fn get(self) -> i128 {
        (i128::from(self.high) << 64) | i128::from(self.low)
    }

    /// Sets the value.
    pub fn set(&mut self, value: i128) {
        let bytes = value.to_le_bytes();
        let (low, high) = bytes.split_at(8);
        self.low = low.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte));
        self.high = high.iter().rev().fold(0, |word, byte| (word << 8) | i64::from(*byte));
    }

    /// Adds a value; false and unchanged if 128 bits do not hold the sum.
    #[must_use]
    fn add(&mut self, value: i128) -> bool {
        let sum = self.get().checked_add(value);
        if let Some(value) = sum {
            self.set(value);
        }
        sum.is_some()
    }
}

/// floor(absBasis·(now − then)/(aBasis·scale)), the mathematical floor: what a position attached at multiplier
/// `a_basis` earned while K moved from `then` to `now` (design 01 §1).
pub fn calculate_k_pnl(abs_basis: i64, then: Wide, now: Wide, a_basis: i64, scale: i64) -> Exact<i64> {
    let (then, now) = (then.get(), now.get());
    let den = u128::from(a_basis.unsigned_abs()) * u128::from(scale.unsigned_abs());
    if now == then {
        return Ok(0);
    }
    // A product beyond 128 bits over a divisor below 2^73 is far outside the envelope.
    let product =
        u128::from(abs_basis.unsigned_abs()).checked_mul(now.abs_diff(then)).ok_or(OutOfEnvelope)?;
    let whole = product.checked_div(den).ok_or(OutOfEnvelope)?;
    let magnitude = if now < then && whole * den != product { whole + 1 } else { whole };
    let magnitude = i64::try_from(magnitude).map_err(|_| OutOfEnvelope)?;
    require_safe(if now < then { -magnitude } else { magnitude })
}

/// Subtracts ceil(a·b/d) from k for a, b ≥ 0 and d > 0, however wide the quotient; false and unchanged if 128 bits do
/// not hold it.
#[must_use]
pub fn subtract_mul_div_ceil(k: &mut Wide, a: i64, b: i64, d: i64) -> bool {
    let product = u128::from(a.unsigned_abs()) * u128::from(b.unsigned_abs());
    let divisor = u128::from(d.unsigned_abs());
    if divisor == 0 {
        return false;
    }
    i128::try_from(product.div_ceil(divisor)).is_ok_and(|delta| k.add(-delta))
}

/// The funding term of one accrual per unit of A (design 01 §4): Σ over sub-steps of at most `longest` slots of
/// floor(price·rate·chunk/den), with rate signed. All full sub-steps share one term, so this is O(1).
#[must_use]
pub fn calculate_funding_term(price: i64, rate: i64, dt: i64, longest: i64, den: i128) -> i128 {
    let full = i128::from(dt / longest);
    let rest = i128::from(dt % longest);
    let per_slot = i128::from(price) * i128::from(rate);
    full * (per_slot * i128::from(longest)).div_euclid(den) + (per_slot * rest).div_euclid(den)
}

/// k += sign·a·term; false and unchanged on 128-bit overflow.
#[must_use]
pub fn add_scaled_term(k: &mut Wide, a: i64, term: i128, sign: i64) -> bool {
    i128::from(sign * a).checked_mul(term).is_some_and(|delta| k.add(delta))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integers::MAX_SAFE;

    fn wide(value: i128) -> Wide {
        let mut k = Wide::ZERO;
        k.set(value);
        k
    }

    #[test]
    fn k_pnl_floors_towards_minus_infinity() {
        // 3 q-units at A = 10^6 over ΔK = ±10^12/2: ±1.5 atoms.
        assert_eq!(calculate_k_pnl(3, wide(0), wide(500_000_000_000), 1_000_000, 1_000_000), Ok(1));
        assert_eq!(calculate_k_pnl(3, wide(0), wide(-500_000_000_000), 1_000_000, 1_000_000), Ok(-2));
        assert_eq!(
            calculate_k_pnl(1, wide(i128::MIN), wide(i128::MAX), 1_000_000, 1_000_000),
            Err(OutOfEnvelope)
        );
        assert_eq!(calculate_k_pnl(MAX_SAFE, wide(-1), wide(0), 1, 1), Ok(MAX_SAFE));
    }

    #[test]
    fn k_keeps_its_value_when_it_would_overflow() {
        let mut k = wide(i128::MAX - 5);
        assert!(!add_scaled_term(&mut k, 3, 2, 1));
        assert_eq!(k.get(), i128::MAX - 5);
        assert!(add_scaled_term(&mut k, 5, 1, 1));
        assert_eq!(k.get(), i128::MAX);
        let mut low = wide(i128::MIN + 3);
        // ceil(7·1/2) = 4 is one too many.
        assert!(!subtract_mul_div_ceil(&mut low, 7, 1, 2));
        assert!(subtract_mul_div_ceil(&mut low, 6, 1, 2));
        assert_eq!(low.get(), i128::MIN);
    }

    #[test]
    fn funding_shares_one_term_among_full_sub_steps() {
        // Each sub-step floors on its own: −1·3/10 000 is −1 a sub-step, so 2 full ones and a rest give −3.
        assert_eq!(calculate_funding_term(1, -1, 7, 3, 10_000), -3);
        assert_eq!(calculate_funding_term(10_000, 2, 7, 3, 10_000), 14);
    }
}
