//! Exact arithmetic on words inside the 53-bit envelope, |x| ≤ 2^53 − 1.

/// Largest magnitude of any persistent number: 2^53 − 1.
pub const MAX_SAFE: i64 = (1 << 53) - 1;

/// The exact result does not fit the 53-bit envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfEnvelope;

/// An exact result, or the refusal to round it.
pub type Exact<T> = Result<T, OutOfEnvelope>;

/// Narrows an exact wide value to the envelope.
pub fn narrow(value: i128) -> Exact<i64> {
    i64::try_from(value).map_err(|_| OutOfEnvelope).and_then(require_safe)
}

/// `x` if it lies in the envelope. Callers whose sum might leave the word itself add saturating.
pub const fn require_safe(x: i64) -> Exact<i64> {
    if x <= MAX_SAFE && x >= -MAX_SAFE { Ok(x) } else { Err(OutOfEnvelope) }
}

/// The exact product a·b and its divisor, for a, b, d ≥ 0.
fn widen(a: i64, b: i64, d: i64) -> (u128, u128) {
    debug_assert!(a >= 0 && b >= 0 && d >= 0);
    let product = u128::from(a.unsigned_abs()) * u128::from(b.unsigned_abs());
    (product, u128::from(d.unsigned_abs()))
}

/// floor(a·b/d) for a, b ≥ 0 and d > 0; rounds against whoever receives the quotient.
pub fn mul_div_floor(a: i64, b: i64, d: i64) -> Exact<i64> {
    if let Some(product) = a.checked_mul(b) {
        return product.checked_div(d).ok_or(OutOfEnvelope).and_then(require_safe);
    }
    let (product, divisor) = widen(a, b, d);
    let quotient = product.checked_div(divisor).ok_or(OutOfEnvelope)?;
    i64::try_from(quotient).map_err(|_| OutOfEnvelope).and_then(require_safe)
}

/// ceil(a·b/d) for a, b ≥ 0 and d > 0; rounds against whoever pays the quotient.
pub fn mul_div_ceil(a: i64, b: i64, d: i64) -> Exact<i64> {
    let (product, divisor) = widen(a, b, d);
    if divisor == 0 {
        return Err(OutOfEnvelope);
    }
    let quotient = match (u64::try_from(product), u64::try_from(divisor)) {
        (Ok(small), Ok(by)) => u128::from(small.div_ceil(by)),
        _ => product.div_ceil(divisor),
    };
    i64::try_from(quotient).map_err(|_| OutOfEnvelope).and_then(require_safe)
}

/// Mathematical floor of a·b/d for signed a, b ≥ 0 and d > 0.
pub fn mul_div_floor_signed(a: i64, b: i64, d: i64) -> Exact<i64> {
    if a >= 0 { mul_div_floor(a, b, d) } else { mul_div_ceil(-a, b, d).map(|ceiling| -ceiling) }
}

/// Mathematical floor of n/d for signed n and d > 0.
#[must_use]
pub const fn floor_div(n: i64, d: i64) -> i64 {
    n.div_euclid(d)
}

/// Sign (−1, 0, 1) of the exact sum a + b + c + d + e, however wide the partial sums are.
pub fn calculate_sum_sign(a: i64, b: i64, c: i64, d: i64, e: i64) -> i32 {
    match [a, b, c, d, e].into_iter().map(i128::from).sum::<i128>() {
        0 => 0,
        sum if sum > 0 => 1,
        _ => -1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_as_its_name_says() {
        assert_eq!(mul_div_floor(7, 3, 2), Ok(10));
        assert_eq!(mul_div_ceil(7, 3, 2), Ok(11));
        assert_eq!(mul_div_ceil(6, 3, 2), Ok(9));
        assert_eq!(mul_div_floor_signed(-7, 3, 2), Ok(-11));
        assert_eq!(floor_div(-7, 2), -4);
        assert_eq!(calculate_sum_sign(MAX_SAFE, MAX_SAFE, -MAX_SAFE, -MAX_SAFE, -1), -1);
    }

    #[test]
    fn refuses_what_leaves_the_envelope() {
        assert_eq!(mul_div_floor(MAX_SAFE, 2, 2), Ok(MAX_SAFE));
        assert_eq!(mul_div_floor(MAX_SAFE, MAX_SAFE, MAX_SAFE - 1), Err(OutOfEnvelope));
        // (2^53 − 1)·3/3 is exactly the bound; one more numerator unit in the ceiling is beyond it.
        assert_eq!(mul_div_ceil(MAX_SAFE, 3, 3), Ok(MAX_SAFE));
        assert_eq!(mul_div_ceil(MAX_SAFE, 1_000_001, 1_000_000), Err(OutOfEnvelope));
        assert_eq!(require_safe(MAX_SAFE + 1), Err(OutOfEnvelope));
        assert_eq!(narrow(-i128::from(MAX_SAFE)), Ok(-MAX_SAFE));
        assert_eq!(mul_div_floor(1, 1, 0), Err(OutOfEnvelope));
        assert_eq!(mul_div_ceil(1, 1, 0), Err(OutOfEnvelope));
    }
}
