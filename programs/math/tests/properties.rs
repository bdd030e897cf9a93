//! The definitions of the exact helpers (design 01 §1), on random and structured inputs.

use math::{
    MAX_SAFE, OutOfEnvelope, Wide, calculate_k_pnl, mul_div_ceil, mul_div_floor, mul_div_floor_signed,
    subtract_mul_div_ceil,
};
use proptest::prelude::*;

fn wide(value: i128) -> Wide {
    let mut k = Wide::ZERO;
    k.set(value);
    k
}

/// Words of all widths, and the edges of the envelope.
fn word() -> impl Strategy<Value = i64> {
    prop_oneof![
        (0..54u32, 0..=MAX_SAFE).prop_map(|(bits, x)| x >> (53 - bits.min(53))),
        MAX_SAFE - 2..=MAX_SAFE
    ]
}

proptest! {
    #[test]
    fn quotient_and_remainder_give_back_the_product(a in word(), b in word(), d in word().prop_map(|d| d.max(1))) {
        let product = i128::from(a) * i128::from(b);
        let (q, rest) = (product / i128::from(d), product % i128::from(d));
        let floor = i64::try_from(q).ok().filter(|q| *q <= MAX_SAFE).ok_or(OutOfEnvelope);
        let above = q + i128::from(rest != 0);
        let ceil = i64::try_from(above).ok().filter(|q| *q <= MAX_SAFE).ok_or(OutOfEnvelope);
        prop_assert_eq!(mul_div_floor(a, b, d), floor);
        prop_assert_eq!(mul_div_ceil(a, b, d), ceil);
        prop_assert_eq!(mul_div_floor_signed(-a, b, d), ceil.map(|x| -x));
    }

    /// (d + x)(d + y) ≡ x·y (mod d): products beside a multiple of d, where a rounded quotient would go wrong.
    #[test]
    fn products_beside_a_multiple_round_exactly(d in 4..MAX_SAFE - 2, x in -2..=2i64, y in -2..=2i64) {
        let wide = i128::from(d) + i128::from(x) + i128::from(y) + i128::from((x * y).div_euclid(d));
        let expected = i64::try_from(wide).ok().filter(|q| *q <= MAX_SAFE).ok_or(OutOfEnvelope);
        prop_assert_eq!(mul_div_floor(d + x, d + y, d), expected);
    }

    #[test]
    fn words_hold_every_value(value: i128) {
        prop_assert_eq!(wide(value).get(), value);
    }

    /// What a long gains a short loses, up to the flooring of each by less than one atom.
    #[test]
    fn k_pnl_of_opposite_moves_floors_both(basis in word(), from in -1i128 << 90..1 << 90, step in -1i128 << 60..1 << 60) {
        let up = calculate_k_pnl(basis, wide(from), wide(from + step), 1_000_000, 1_000_000);
        let down = calculate_k_pnl(basis, wide(from + step), wide(from), 1_000_000, 1_000_000);
        if let (Ok(up), Ok(down)) = (up, down) {
            prop_assert!((-1..=0).contains(&(up + down)));
        }
    }

    #[test]
    fn socialised_loss_covers_the_deficit(rest in 1..=MAX_SAFE, a in 1..=1_000_000i64, oi in 1..=MAX_SAFE) {
        let mut k = wide(0);
        prop_assert!(subtract_mul_div_ceil(&mut k, rest, a, oi));
        let (taken, owed) = (-k.get() * i128::from(oi), i128::from(rest) * i128::from(a));
        prop_assert!(taken >= owed && taken - owed < i128::from(oi));
    }
}
