//! The rules on numbers worked out by hand (design 01), and properties of whole sequences.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use common::Bench;
use proptest::prelude::*;
use risk::errors::RiskError;
use risk::wire::{MarketView, calculate_size, decode_instruction, is_valid};

const SLOT: i64 = 100;
/// 100 quote atoms per base.
const PRICE: i64 = 100;
/// One base in q-units.
const BASE: i64 = 1_000_000;

/// Parameters in the order of the layout: T 10, fee 0, MM 5 %, IM 10 %, liquidation fee 1 % from 1 to 50 atoms.
const PARAMS: [i64; 26] = [
    10,
    0,
    500,
    1_000,
    100,
    50,
    1,
    10,
    1,
    2,
    0,
    8,
    1_000_000_000_000,
    9_007_199_254,
    0,
    0,
    0,
    1,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
];

fn market(change: impl FnOnce(&mut [i64; 26])) -> Bench {
    let mut params = PARAMS;
    change(&mut params);
    let mut data = vec![0];
    data.extend(params.into_iter().flat_map(i64::to_le_bytes));
    data.extend(8_u32.to_le_bytes());
    data.extend(SLOT.to_le_bytes());
    data.extend(PRICE.to_le_bytes());
    data.push(1);
    let mut bench = Bench::new(8);
    bench.run(&data).unwrap();
    bench
}

fn encode(tag: u8, index: u32, words: &[i64]) -> Vec<u8> {
    let mut data = vec![tag];
    data.extend(index.to_le_bytes());
    data.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    data
}

fn deposit(bench: &mut Bench, index: u32, amount: i64) {
    let now = bench.view().globals.current_slot;
    bench.run(&encode(1, index, &[amount, now])).unwrap();
}

fn settle(index: u32, price: i64, slot: i64, rate: i64) -> Vec<u8> {
    encode(4, index, &[price, slot, rate])
}

fn trade(buyer: u32, seller: u32, size_q: i64, price: i64, slot: i64) -> Vec<u8> {
    let mut data = encode(7, buyer, &[]);
    data.extend(seller.to_le_bytes());
    data.extend(size_q.to_le_bytes());
    data.extend(price.to_le_bytes());
    data.push(0);
    data.extend([price, slot, 0].iter().flat_map(|word: &i64| word.to_le_bytes()));
    data
}

fn liquidate(index: u32, close_q: Option<i64>, price: i64, slot: i64) -> Vec<u8> {
    let mut data = encode(8, index, &[]);
    data.push(if close_q.is_some() { 2 } else { 1 });
    data.extend(close_q.unwrap_or(0).to_le_bytes());
    data.extend(u32::MAX.to_le_bytes());
    data.extend([price, slot, 0].iter().flat_map(|word: &i64| word.to_le_bytes()));
    data
}

/// Accounts 0 (long) and 1 (short) with 10 000 atoms each and 10 base between them.
fn pair(change: impl FnOnce(&mut [i64; 26])) -> Bench {
    let mut bench = market(change);
    deposit(&mut bench, 0, 10_000);
    deposit(&mut bench, 1, 10_000);
    bench.run(&trade(0, 1, 10 * BASE, PRICE, SLOT)).unwrap();
    bench
}

#[test]
fn marks_are_zero_sum_and_profit_waits_in_the_reserve() {
    let mut bench = pair(|_| ());
    // 3 atoms up on 10 base: 30 to the long, in reserve with a slope of 3 a slot; 30 from the short's capital.
    bench.run(&settle(0, PRICE + 3, SLOT, 0)).unwrap();
    bench.run(&settle(1, PRICE + 3, SLOT, 0)).unwrap();
    let view = bench.view();
    let (long, short) = (view.accounts[0], view.accounts[1]);
    assert_eq!((long.capital, long.pnl, long.reserved_pnl, long.warmup_slope), (10_000, 30, 30, 3));
    assert_eq!((short.capital, short.pnl), (9_970, 0));
    assert_eq!(
        (view.globals.c_tot, view.globals.pnl_pos_tot, view.globals.pnl_matured_pos_tot),
        (19_970, 30, 0)
    );
    // K moves by A·ΔP = 3·10^6 on each side, with opposite signs.
    assert_eq!((view.long.k.get(), view.short.k.get()), (3_000_000, -3_000_000));
    // Four slots later 12 are released.
    bench.run(&settle(0, PRICE + 3, SLOT + 4, 0)).unwrap();
    let view = bench.view();
    assert_eq!((view.accounts[0].reserved_pnl, view.globals.pnl_matured_pos_tot), (18, 12));
}

#[test]
fn conversion_is_floored_at_the_haircut() {
    // T = 0 releases at once. The short is not settled, so nothing backs the profit: h = 0 until it is.
    let mut bench = pair(|p| p[0] = 0);
    bench.run(&settle(0, PRICE + 3, SLOT, 0)).unwrap();
    let convert = |x: i64| encode(6, 0, &[x, PRICE + 3, SLOT, 0]);
    assert_eq!(bench.run(&convert(31)), Err(RiskError::Overflow));
    bench.run(&convert(10)).unwrap();
    let view = bench.view();
    assert_eq!((view.accounts[0].capital, view.accounts[0].pnl), (10_000, 20));
    // 30 settle in; they back the 20 that are left in full.
    bench.run(&settle(1, PRICE + 3, SLOT, 0)).unwrap();
    bench.run(&convert(20)).unwrap();
    assert_eq!(bench.view().accounts[0].capital, 10_020);
}

#[test]
fn funding_floors_each_sub_step_and_uses_the_stored_sample() {
    let mut bench = pair(|_| ());
    bench.run(&settle(0, PRICE, SLOT, 7)).unwrap();
    // 2 full sub-steps of 65 535 slots at floor(100·7·65 535/10 000) = 4 587, then 5 slots at floor(0.35) = 0.
    bench.run(&settle(2, PRICE, SLOT + 2 * 65_535 + 5, 0)).unwrap_err();
    bench.run(&settle(0, PRICE, SLOT + 2 * 65_535 + 5, 0)).unwrap();
    assert_eq!(bench.view().long.k.get(), -9_174 * 1_000_000);
    // The long pays 10 base · 9 174 = 91 740, but has 10 000: the rest stays as a loss.
    assert_eq!((bench.view().accounts[0].capital, bench.view().accounts[0].pnl), (0, -81_740));
}

#[test]
fn a_bankruptcy_is_socialised_through_k_and_shrinks_the_other_side() {
    let mut bench = market(|_| ());
    for index in 0..3 {
        deposit(&mut bench, index, 1_000);
    }
    bench.run(&trade(0, 1, 3 * BASE, PRICE, SLOT)).unwrap();
    bench.run(&trade(2, 1, 4 * BASE, PRICE, SLOT)).unwrap();
    // At 700 the short of 7 base owes 4 200 and has 1 000: D = 3 200. The fee, 1 % of 4 900, becomes debt.
    bench.run(&liquidate(1, None, 700, SLOT + 1)).unwrap();
    let view = bench.view();
    assert_eq!((view.accounts[1].basis_q, view.accounts[1].pnl, view.accounts[1].fee_credits), (0, 0, -49));
    // All 7 base are closed: the long side is empty and resets; its K carries ceil(3 200·10^12/(7·10^6)) first.
    let socialised = (3_200 * 1_000_000_000_000_i128 + 6_999_999) / 7_000_000;
    assert_eq!(view.long.k_epoch_start.get(), 600 * 1_000_000 - socialised);
    assert_eq!(
        (view.long.mode, view.long.epoch, view.long.stale_positions, view.long.a),
        (2, 1, 2, 1_000_000)
    );
    assert_eq!((view.short.mode, view.short.epoch), (0, 1));
    // Stale holders settle at the old K: 3 base · 600 − ceil share 1 372 = 428 (floored), 4 base: 2 400 − 1 829 = 571.
    bench.run(&settle(0, 700, SLOT + 1, 0)).unwrap();
    bench.run(&settle(2, 700, SLOT + 1, 0)).unwrap();
    let view = bench.view();
    assert_eq!((view.accounts[0].pnl, view.accounts[2].pnl), (428, 571));
    assert_eq!((view.long.mode, view.long.stored_positions), (0, 0));
}

#[test]
fn a_partial_liquidation_scales_a_and_bounds_the_dust() {
    let mut bench = market(|p| p[6] = 0);
    for (index, amount) in [(0, 20_000), (1, 400), (2, 20_000)] {
        deposit(&mut bench, index, amount);
    }
    bench.run(&trade(0, 1, 3 * BASE, PRICE, SLOT)).unwrap();
    bench.run(&trade(0, 2, 4 * BASE, PRICE, SLOT)).unwrap();
    // At 220 the short of 3 base has 400 − 360 = 40 left; MM is floor(660·5 %) = 33, so it is still healthy.
    assert_eq!(bench.run(&liquidate(1, Some(BASE), 220, SLOT)), Err(RiskError::Undercollateralized));
    // At 223: 400 − 369 = 31 ≤ 33. Closing 1 base costs ceil(2.23) = 3 and leaves 28 > floor(446·5 %) = 22.
    bench.run(&liquidate(1, Some(BASE), 223, SLOT)).unwrap();
    let view = bench.view();
    assert_eq!((view.accounts[1].basis_q, view.accounts[1].capital), (-2 * BASE, 28));
    // A = floor(10^6·6/7), with a remainder: dust grows by N + ceil((OI + N)/A) = 1 + ceil(7 000 001/10^6) = 9.
    assert_eq!((view.long.a, view.long.oi_eff, view.long.phantom_dust_q), (857_142, 6 * BASE, 9));
    assert_eq!(bench.run(&liquidate(1, None, 223, SLOT)), Err(RiskError::Undercollateralized));
}

#[test]
fn errors_change_no_byte_and_come_in_order() {
    let mut bench = pair(|_| ());
    let before = bench.bytes().to_vec();
    assert_eq!(bench.run(&settle(5, 0, SLOT - 1, 0)), Err(RiskError::Overflow));
    assert_eq!(bench.run(&settle(5, PRICE, SLOT - 1, 0)), Err(RiskError::AccountNotFound));
    assert_eq!(bench.run(&settle(0, PRICE, SLOT - 1, 0)), Err(RiskError::Overflow));
    assert_eq!(bench.run(&settle(0, PRICE, SLOT, 10_001)), Err(RiskError::Overflow));
    assert_eq!(bench.run(&settle(0, PRICE, SLOT, i64::MIN)), Err(RiskError::Overflow));
    assert_eq!(bench.run(&encode(1, 3, &[9, SLOT])), Err(RiskError::InsufficientBalance));
    assert_eq!(bench.run(&encode(1, 8, &[10, SLOT])), Err(RiskError::AccountNotFound));
    assert_eq!(bench.run(&encode(1, 3, &[i64::MAX, SLOT])), Err(RiskError::Overflow));
    assert_eq!(bench.run(&trade(0, 0, BASE, PRICE, SLOT)), Err(RiskError::Overflow));
    assert_eq!(bench.run(&trade(0, 1, 1_000 * BASE, PRICE, SLOT)), Err(RiskError::Undercollateralized));
    assert_eq!(bench.run(&encode(11, 0, &[PRICE, SLOT, 0])), Err(RiskError::Undercollateralized));
    assert_eq!(bench.bytes(), before);
}

#[test]
fn a_position_that_its_side_does_not_count_is_corrupt() {
    for close in [trade(1, 0, 10 * BASE, PRICE, SLOT), trade(0, 1, 1, PRICE, SLOT)] {
        let mut bench = pair(|_| {});
        bench.view().long.stored_positions = 0;
        assert_eq!(bench.run(&close), Err(RiskError::CorruptState));
    }
}

#[test]
fn account_bytes_are_opened_only_whole_aligned_and_marked() {
    let mut bench = pair(|_| ());
    assert!(is_valid(bench.bytes()));
    let size = bench.bytes().len();
    assert_eq!(size, calculate_size(8));
    for end in [0, 1, 575, 576, size - 120, size - 1] {
        assert_eq!(MarketView::open(&mut bench.bytes()[..end]).err(), Some(RiskError::InvalidAccountData));
    }
    let mut shifted = vec![0; size + 8];
    for offset in 0..8 {
        shifted[offset..offset + size].copy_from_slice(bench.bytes());
        let aligned = shifted[offset..].as_ptr().align_offset(8) == 0;
        assert_eq!(MarketView::open(&mut shifted[offset..offset + size]).is_ok(), aligned);
    }
    bench.bytes()[0] ^= 1;
    assert!(!is_valid(bench.bytes()));
    assert_eq!(bench.run(&settle(0, PRICE, SLOT, 0)), Err(RiskError::InvalidAccountData));
}

/// What always holds (design 01 §11, 1 and 2), as far as bytes alone show it.
fn assert_sound(bench: &mut Bench) -> Result<(), TestCaseError> {
    prop_assert!(is_valid(bench.bytes()));
    let view = bench.view();
    let g = &*view.globals;
    let sum = |field: fn(&risk::state::Account) -> i64| view.accounts.iter().map(field).sum::<i64>();
    prop_assert!(g.vault >= g.c_tot + g.insurance);
    prop_assert_eq!(g.c_tot, sum(|a| a.capital));
    prop_assert_eq!(g.pnl_pos_tot, sum(|a| a.pnl.max(0)));
    prop_assert_eq!(g.pnl_matured_pos_tot, sum(|a| a.pnl.max(0) - a.reserved_pnl));
    prop_assert_eq!(view.long.oi_eff, view.short.oi_eff);
    Ok(())
}

fn step() -> impl Strategy<Value = Vec<u8>> {
    let index = || 0..5_u32;
    let price = || 20..500_i64;
    // Slots are made monotone by the test.
    prop_oneof![
        (index(), 10..5_000_i64).prop_map(|(i, amount)| encode(1, i, &[amount, 0])),
        (index(), index(), 1..50 * BASE, price()).prop_map(|(a, b, size, price)| trade(a, b, size, price, 0)),
        (index(), price(), -20..20_i64).prop_map(|(i, price, rate)| settle(i, price, 0, rate)),
        (index(), prop::option::of(1..20 * BASE), price())
            .prop_map(|(i, q, price)| liquidate(i, q, price, 0)),
        (index(), 0..3_000_i64, price()).prop_map(|(i, amount, price)| encode(5, i, &[amount, price, 0, 0])),
        (index(), 1..100_i64, price()).prop_map(|(i, x, price)| encode(6, i, &[x, price, 0, 0])),
        index().prop_map(|i| encode(10, i, &[])),
        (index(), price()).prop_map(|(i, price)| encode(11, i, &[price, 0, 0])),
    ]
}

/// Writes the slot into the bytes of a `step`: each kind has it at its own place from the end.
fn at_slot(mut data: Vec<u8>, slot: i64) -> Vec<u8> {
    let from_end = match data[0] {
        1 => 8,
        10 => return data,
        _ => 16,
    };
    let at = data.len() - from_end;
    data[at..at + 8].copy_from_slice(&slot.to_le_bytes());
    data
}

proptest! {
    #[test]
    fn sequences_keep_the_books(steps in prop::collection::vec((step(), 0..30_i64), 1..60), period in 0..40_i64) {
        let mut bench = market(|p| p[0] = period);
        let mut slot = SLOT;
        for (data, wait) in steps {
            slot += wait;
            let before = bench.bytes().to_vec();
            let outcome = bench.run(&at_slot(data, slot));
            prop_assert_ne!(outcome, Err(RiskError::CorruptState));
            if outcome.is_err() {
                prop_assert_eq!(bench.bytes(), before);
            }
            assert_sound(&mut bench)?;
        }
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(data in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut bench = pair(|_| ());
        let outcome = bench.run(&data);
        if decode_instruction(&data).is_err() {
            prop_assert_eq!(outcome, Err(RiskError::InvalidInstruction));
        }
        assert_sound(&mut bench)?;
    }
}
