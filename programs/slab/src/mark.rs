//! Mark price, premium and funding rate (design 02 §3): what the book says about the index, bounded.

use crate::constants::BPS;
use crate::errors::Outcome;
use crate::journal::SlabUndo;
use crate::state::Slab;
use math::{floor_div, mul_div_floor, mul_div_floor_signed, narrow};

/// index + clamp(premium, ±floor(index·`band_bps`/10 000)), at least 1; quote atoms per base.
pub fn calculate_mark(index: i64, premium: i64, band_bps: i64) -> Outcome<i64> {
    let band = mul_div_floor(index, band_bps, BPS)?;
    Ok((index + premium.clamp(-band, band)).max(1))
}

/// The slab's mark at this index.
pub fn calculate_mark_price<U: SlabUndo>(slab: &Slab<U>, index: i64) -> Outcome<i64> {
    calculate_mark(index, slab.view.book.premium_ema, slab.view.slab_params.mark_band_bps)
}

/// The moving average of the premium `dt` slots after its last sample.
pub fn calculate_premium(ema: i64, sample: i64, dt: i64, window: i64) -> Outcome<i64> {
    Ok(ema + mul_div_floor_signed(sample - ema, dt.min(window), window)?)
}

/// The funding rate in bps per slot and funding scale, positive when the mark is above the index: floor of the premium's
/// share over the horizon, within ±`cap`.
pub fn calculate_funding_rate(
    mark: i64,
    index: i64,
    k_bps: i64,
    scale: i64,
    horizon_slots: i64,
    cap: i64,
) -> Outcome<i64> {
    let premium_bps = floor_div((mark - index) * BPS, index);
    let rate =
        (i128::from(premium_bps) * i128::from(k_bps * scale)).div_euclid(i128::from(BPS * horizon_slots));
    Ok(narrow(rate.clamp(i128::from(-cap), i128::from(cap)))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stays_within_its_band() {
        // 2 % of 1 049 is 20.98: the premium counts up to 20 either way.
        assert_eq!(calculate_mark(1_049, 7, 200), Ok(1_056));
        assert_eq!(calculate_mark(1_049, 21, 200), Ok(1_069));
        assert_eq!(calculate_mark(1_049, -21, 200), Ok(1_029));
        assert_eq!(calculate_mark(1, -1, 10_000), Ok(1));
    }

    #[test]
    fn the_premium_follows_its_samples_rounding_down() {
        // (10 − 0)·3/7 = 4.28…; (0 − 4)·3/7 = −1.71…; beyond the window the sample itself.
        assert_eq!(calculate_premium(0, 10, 3, 7), Ok(4));
        assert_eq!(calculate_premium(4, 0, 3, 7), Ok(2));
        assert_eq!(calculate_premium(4, -9, 8, 7), Ok(-9));
    }

    #[test]
    fn the_funding_rate_is_the_premium_over_the_horizon() {
        // 1 % premium, all of it, scale 10^6, over 28 800 slots: 100·10^4·10^6/(10^4·28 800) = 3 472.2….
        assert_eq!(calculate_funding_rate(101, 100, 10_000, 1_000_000, 28_800, 10_000), Ok(3_472));
        assert_eq!(calculate_funding_rate(99, 100, 10_000, 1_000_000, 28_800, 10_000), Ok(-3_473));
        assert_eq!(calculate_funding_rate(99, 100, 10_000, 1_000_000, 28_800, 3_000), Ok(-3_000));
    }
}
