//! The rules of docs/slab.md on numbers worked out by hand.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod broken_links;
mod common;

use common::{AUTHORITY, BASE, Bench, CAPACITIES, Guards, Ix, OFF, PRICE, ROUTER, encode_initialize, risk};
use risk::errors::RiskError;
use risk::instructions::{MarketInputs, RiskInstruction};
use slab::errors::SlabError;
use slab::instructions::OrderKind::{Fok, Ioc, Limit, PostOnly};
use slab::instructions::OrderSide::{Buy, Sell};
use slab::instructions::{Named, OrderTerms, SlabInputs};
use slab::records::{Order, Pool, Trader};
use slab::wire::{DEFAULT_CAPACITIES, calculate_slab_size};

#[test]
fn the_full_size_fits_a_chain_account() {
    // 1 584 + 4 096·(120 + 64) + 30 000·(120 + 64 + 32) + 4 000·112 + 16 000·56 + 10 000·64 + 4 000·48.
    assert_eq!(calculate_slab_size(&DEFAULT_CAPACITIES), 9_411_248);
}

#[test]
fn better_prices_fill_first_and_older_orders_before_younger() {
    let mut bench = Bench::new(OFF);
    bench.rest(1, Sell, 1_000, 1_000);
    bench.rest(2, Sell, 1_000, 1_000);
    bench.rest(3, Sell, 990, 1_000);
    bench.hit(0, Buy, 1_000, 2_500);
    let view = bench.view();
    let fills: Vec<_> = view.trades.iter().map(|row| (row.seq, row.price, row.qty, row.maker)).collect();
    assert_eq!(fills, [(0, 990, BASE, 3), (1, 1_000, BASE, 1), (2, 1_000, BASE / 2, 2)]);
    assert_eq!(view.quotes.asks[0], slab::records::Quote { price: 1_000, available_q: BASE / 2 });
    assert_eq!((view.quotes.asks[1].price, view.book.seqno, view.book.orders.used), (0, 4, 1));
    // Fees of 990·0.1 % = 0.99, 1 000·0.1 % = 1 and 500·0.1 % = 0.5, each rounded up: 3; 2 500 at 1 000 for 990 + 1 500.
    assert_eq!((bench.position(0), bench.capital(0)), (2_500, 10_000 - 3));
    assert_eq!(bench.view().accounts[0].pnl, 10);
    // The makers' rebates, floor(990·0.05 %) = floor(1 000·0.05 %) = 0.
    assert_eq!((bench.capital(1), bench.view().globals.insurance), (10_000, 3));
}

#[test]
fn levels_form_one_tree_whatever_the_order_and_leave_nothing() {
    let prices = [1_000, 960, 1_010, 970, 1_020, 980];
    let mut trees = Vec::new();
    for turn in [0, 3] {
        let mut bench = Bench::new(OFF);
        for at in 0..6 {
            let price = prices[(at + turn) % 6];
            bench.rest(u32::try_from(at).unwrap(), Sell, price, 1);
        }
        let view = bench.view();
        let mut ladder = Vec::new();
        let mut link = view.book.best_ask;
        while let Ok(at) = usize::try_from(link - 1) {
            ladder.push(view.levels[at].price);
            link = view.levels[at].next;
        }
        assert_eq!(ladder, [960, 970, 980, 1_000, 1_010, 1_020]);
        let mut bits: Vec<_> = view.nodes.iter().take(5).map(|node| node.bit).collect();
        bits.sort_unstable();
        trees.push(bits);
        for account in 0..6 {
            let now_slot = bench.now();
            bench.run(&Ix::CancelAll { account, now_slot }).unwrap();
        }
        let view = bench.view();
        assert_eq!((view.book.ask_root, view.book.best_ask, view.quotes.asks[0].price), (0, 0, 0));
        for Pool { fresh, used, .. } in [view.book.orders, view.book.levels] {
            assert_eq!((fresh, used), (6, 0));
        }
        assert_eq!((view.book.nodes.fresh, view.book.nodes.used), (5, 0));
        assert!(view.traders.iter().all(|trader| *trader == Trader::default()));
    }
    assert_eq!(trees[0], trees[1]);
}

#[test]
fn a_freed_entry_is_the_next_taken() {
    let mut bench = Bench::new(OFF);
    for price in [1_010, 1_020, 1_030] {
        bench.rest(1, Sell, price, 1);
    }
    let now_slot = bench.now();
    for (place, id) in [(0, 1), (2, 3)] {
        bench.run(&Ix::CancelOrder { account: 1, order: Named { place, id }, now_slot }).unwrap();
    }
    let view = bench.view();
    assert_eq!((view.book.orders, view.orders[2].next), (Pool { free: 3, fresh: 3, used: 1 }, 1));
    assert_eq!(view.orders[0], Order::default());
    bench.rest(1, Sell, 1_040, 1);
    assert_eq!((bench.view().orders[2].id, bench.view().book.orders.free), (4, 1));
    let gone = Ix::CancelOrder { account: 1, order: Named { place: 2, id: 3 }, now_slot };
    assert_eq!(bench.run(&gone), Err(SlabError::OrderNotFound));
    let foreign = Ix::CancelOrder { account: 2, order: Named { place: 2, id: 4 }, now_slot };
    assert_eq!(bench.run(&foreign), Err(SlabError::UNAUTHORIZED));
}

#[test]
fn each_kind_of_order_does_as_it_says() {
    let mut bench = Bench::new(OFF);
    bench.rest(1, Sell, 1_000, 1_000);
    assert_eq!(bench.place(0, Buy, PostOnly, 1_000, 1), Err(SlabError::WouldCross));
    assert_eq!(bench.place(0, Buy, Fok, 1_000, 1_001), Err(SlabError::NotFilled));
    assert_eq!(bench.position(0), 0);
    bench.place(0, Buy, Fok, 1_000, 400).unwrap();
    bench.place(0, Buy, Ioc, 1_000, 900).unwrap();
    assert_eq!((bench.position(0), bench.view().book.orders.used), (1_000, 0));
    bench.place(0, Buy, Ioc, 1_000, 900).unwrap();
    bench.place(0, Buy, Limit, 1_000, 5).unwrap();
    assert_eq!(bench.view().quotes.bids[0].price, 1_000);
    assert_eq!(bench.place(0, Buy, Limit, 1_005, 5), Err(SlabError::InvalidPrice));
    assert_eq!(bench.place(0, Buy, Limit, 1_000, 0), Err(SlabError::InvalidQuantity));
    assert_eq!(bench.place(9, Buy, Limit, 1_000, 1), Err(SlabError::NO_ACCOUNT));
    // 101 bases at 1 000 need 10 100 of initial margin.
    bench.rest(2, Sell, 1_010, 101_000);
    assert_eq!(bench.place(3, Buy, Ioc, 1_010, 101_000), Err(risk(RiskError::Undercollateralized)));
}

#[test]
fn a_reduce_only_order_never_turns_a_position() {
    let mut bench = Bench::new(OFF);
    bench.rest(1, Sell, 1_000, 3_000);
    bench.hit(0, Buy, 1_000, 3_000);
    bench.rest(2, Buy, 1_000, 9_000);
    let inputs = bench.inputs();
    let mut terms = OrderTerms { account: 0, side: Sell, kind: Ioc, price: 1_000, qty: 7, reduce_only: true };
    bench.run(&Ix::PlaceOrder { terms, inputs }).unwrap();
    terms.qty = 9 * BASE;
    bench.run(&Ix::PlaceOrder { terms, inputs }).unwrap();
    assert_eq!(bench.position(0), 0);
    assert_eq!(bench.run(&Ix::PlaceOrder { terms, inputs }), Err(SlabError::NothingToReduce));
}

#[test]
fn own_orders_and_failing_makers_are_cancelled_and_matching_goes_on() {
    let mut bench = Bench::new(OFF);
    bench.rest(0, Sell, 990, 1_000);
    // 101 bases need 10 100 of margin: the maker cannot fill it.
    bench.rest(1, Sell, 1_000, 101_000);
    bench.rest(2, Sell, 1_010, 1_000);
    bench.deposit(0, 90_000);
    let now_slot = bench.now();
    let inputs = MarketInputs { oracle_price: PRICE, now_slot, funding_rate: 0 };
    bench.run(&Ix::Risk(RiskInstruction::Withdraw { account: 1, amount: 9_900, inputs })).unwrap();
    bench.hit(0, Buy, 1_010, 60_000);
    let view = bench.view();
    assert_eq!((view.book.trade_count, view.book.orders.used, view.trades[0].maker), (1, 0, 2));
    assert_eq!(view.accounts[1].basis_q, 0);
}

#[test]
fn pending_orders_wait_for_the_opening_and_take_in_id_order() {
    let mut bench = Bench::new(Guards { pending: 1, ..OFF });
    bench.run(&Ix::SetDlp { account: 1, flag: true }).unwrap();
    bench.rest(1, Sell, 1_000, 1_000);
    bench.rest(2, Buy, 1_000, 700);
    bench.rest(3, Buy, 1_000, 700);
    bench.place(4, Buy, PostOnly, 1_000, 1).unwrap();
    assert_eq!((bench.view().book.trade_count, bench.view().book.seqno), (0, 1));
    assert_eq!(bench.run(&Ix::BatchOpen { inputs: bench_inputs(109) }), Err(SlabError::BatchNotDue));
    bench.run(&Ix::BatchOpen { inputs: bench_inputs(110) }).unwrap();
    assert_eq!((bench.position(2), bench.position(3), bench.position(1)), (700, 300, -1_000));
    let view = bench.view();
    // What is left of 3's order rests; then 4's does not cross any more.
    assert_eq!(view.quotes.bids[0], slab::records::Quote { price: 1_000, available_q: 401_000 });
    assert_eq!((view.book.pending_head, view.book.batch_epoch, view.book.seqno), (0, 2, 2));
}

fn bench_inputs(now_slot: i64) -> SlabInputs {
    SlabInputs { oracle_price: PRICE, now_slot }
}

#[test]
fn an_opening_moves_the_premium_the_mark_and_the_funding_rate() {
    let mut bench = Bench::new(OFF);
    bench.rest(1, Sell, 1_060, 1);
    bench.rest(2, Buy, 1_020, 1);
    bench.run(&Ix::BatchOpen { inputs: bench_inputs(110) }).unwrap();
    let book = *bench.view().book;
    // The middle of 1 040 is 40 above the index; the first sample counts fully; 4 % over 100 slots at k = 1.
    assert_eq!((book.premium_ema, book.batch_mark, book.funding_rate), (40, 1_040, 4));
    bench.run(&Ix::BatchOpen { inputs: SlabInputs { oracle_price: 1_030, now_slot: 120 } }).unwrap();
    // 10 of 10 slots later the sample is 10: mark 1 040; floor(10·10 000/1 030) = 97 bps, 0.97 a slot.
    let book = *bench.view().book;
    assert_eq!((book.premium_ema, book.batch_mark, book.funding_rate), (10, 1_040, 0));
}

#[test]
fn the_freeze_and_the_jit_penalty_bind_late_orders_only() {
    let mut bench = Bench::new(Guards { freeze_slots: 3, freeze_levels: 1, jit: 1, ..OFF });
    bench.rest(1, Sell, 1_010, 10_000);
    bench.open_batch();
    bench.rest(2, Sell, 1_000, 4_000);
    // 1 000 is the first level, and frozen; 1 010 is not, and earned floor(10 100·0.05 %) = 5.
    bench.hit(0, Buy, 1_010, 10_000);
    assert_eq!((bench.position(2), bench.position(1), bench.capital(1)), (0, -10_000, 10_005));
    let late = SlabInputs { now_slot: bench.now() + 3, ..bench.inputs() };
    let terms =
        OrderTerms { account: 3, side: Buy, kind: Ioc, price: 1_010, qty: 4 * BASE, reduce_only: false };
    bench.run(&Ix::PlaceOrder { terms, inputs: late }).unwrap();
    // floor(4 000·0.05 %) = 2 would have been the rebate.
    assert_eq!((bench.position(2), bench.capital(2)), (-4_000, 10_000));
}

#[test]
fn the_kill_band_counts_from_the_opening() {
    let mut bench = Bench::new(Guards { kill_band: 100, ..OFF });
    bench.rest(1, Sell, 1_000, 1_000);
    let terms = OrderTerms { account: 0, side: Buy, kind: Ioc, price: 1_000, qty: 1_000, reduce_only: false };
    let place = |oracle_price| Ix::PlaceOrder { terms, inputs: SlabInputs { oracle_price, now_slot: 100 } };
    assert_eq!(bench.run(&place(1_011)), Err(SlabError::KillBand));
    assert_eq!(bench.run(&place(989)), Err(SlabError::KillBand));
    bench.run(&place(1_010)).unwrap();
    bench.run(&place(990)).unwrap();
}

#[test]
fn a_round_trip_in_a_batch_cannot_gain() {
    let mut bench = Bench::new(Guards { round_trip: 1, ..OFF });
    bench.rest(1, Sell, 990, 2_000);
    bench.hit(0, Buy, 990, 2_000);
    bench.rest(3, Buy, 1_020, 1_000);
    bench.hit(0, Sell, 1_020, 1_000);
    let view = bench.view();
    let row = view.aggressors[0];
    assert_eq!((row.account, row.buy_notional, row.sell_notional, row.taxed), (0, 1_980, 1_020, 30));
    // 2·10 and 20 against the index of 1 000; fees of 2 (1.98) and 2 (1.02); one base bought at 990 and sold at 1 020.
    assert_eq!((view.accounts[0].pnl, view.accounts[0].capital), (40, 10_000 - 2 - 2 - 30));
    bench.rest(2, Buy, 1_000, 1_000);
    bench.open_batch();
    assert_eq!(bench.view().book.aggressors_used, 0);
    bench.hit(0, Sell, 1_000, 500);
    assert_eq!((bench.view().aggressors[0].buy_q, bench.view().aggressors[0].sell_q), (0, 500_000));
}

#[test]
fn the_ledger_runs_out_of_rows() {
    let mut bench = Bench::new(Guards { round_trip: 1, ..OFF });
    bench.rest(1, Sell, 1_000, 3_000);
    for account in [0, 2] {
        bench.hit(account, Buy, 1_000, 10);
    }
    assert_eq!(bench.place(3, Buy, Ioc, 1_000, 10), Err(SlabError::AggressorsFull));
    bench.hit(0, Buy, 1_000, 10);
}

#[test]
fn a_hold_locks_what_nobody_else_gets_and_commits_at_its_prices() {
    let mut bench = Bench::new(Guards { hold_fee: 2, ..OFF });
    bench.rest(1, Sell, 1_000, 1_500);
    bench.rest(2, Sell, 1_010, 1_000);
    bench.reserve(0, Buy, 1_010, 2_000, 5).unwrap();
    let view = bench.view();
    let hold = view.holds[0];
    // 1 500 + 505 notional; fees 2 (1.5) + 1 (0.505); bond ceil(2 005·2·5/10 000) = ceil(2.005).
    assert_eq!((hold.qty, hold.notional, hold.worst_price, hold.max_charge), (2 * BASE, 2_005, 1_010, 3));
    assert_eq!((hold.expiry_slot, hold.bond, hold.slice_count, view.traders[0].locked_bond), (105, 3, 2, 3));
    assert_eq!(view.quotes.asks[0].available_q, 0);
    assert_eq!((view.traders[1].reserved_notional, view.traders[2].reserved_notional), (1_500, 505));
    // The rest of the second order is all that others get, and all that its owner may cancel.
    bench.hit(3, Buy, 1_010, 100);
    assert_eq!((bench.view().trades[0].maker, bench.view().trades[0].qty), (2, 100_000));
    let now_slot = bench.now();
    bench.run(&Ix::CancelOrder { account: 2, order: Named { place: 1, id: 2 }, now_slot }).unwrap();
    assert_eq!(bench.view().orders[1].qty, 500_000);
    let locked = Ix::CancelOrder { account: 1, order: Named { place: 0, id: 1 }, now_slot };
    assert_eq!(bench.run(&locked), Err(SlabError::OrderReserved));
    assert_eq!(bench.reserve(4, Buy, 1_010, 1, 5), Err(SlabError::NoLiquidity));
    assert_eq!(bench.commit(4, 0, 1), Err(SlabError::UNAUTHORIZED));
    bench.commit(0, 0, 1).unwrap();
    assert_eq!((bench.position(0), bench.position(1), bench.position(2)), (2_000, -1_500, -600));
    let view = bench.view();
    assert_eq!((view.book.holds.used, view.book.slices.used, view.book.orders.used), (0, 0, 0));
    assert_eq!((view.traders[0], view.traders[1]), (Trader::default(), Trader::default()));
    assert_eq!(bench.commit(0, 0, 1), Err(SlabError::HoldNotFound));
}

#[test]
fn a_hold_that_is_not_committed_costs_its_bond() {
    let mut bench = Bench::new(Guards { hold_fee: 100, ..OFF });
    bench.rest(1, Sell, 1_000, 1_000);
    bench.reserve(0, Buy, 1_000, 1_000, 2).unwrap();
    let release = |now_slot| Ix::ReleaseHold { hold: Named { place: 0, id: 1 }, now_slot };
    assert_eq!(bench.run(&release(102)), Err(SlabError::HoldNotExpired));
    bench.run(&release(103)).unwrap();
    // 1 000·1 %·2 slots.
    assert_eq!((bench.capital(0), bench.view().globals.insurance), (9_980, 20));
    assert_eq!(bench.view().quotes.asks[0].available_q, BASE);
    bench.reserve(0, Buy, 1_000, 500, 1).unwrap();
    let cancel = Ix::CancelHold { account: 0, hold: Named { place: 0, id: 2 }, now_slot: 103 };
    bench.run(&cancel).unwrap();
    assert_eq!((bench.capital(0), bench.view().book.holds), (9_975, Pool { free: 1, fresh: 1, used: 0 }));
    bench.run(&cancel).unwrap();
    assert_eq!(bench.capital(0), 9_975);
}

#[test]
fn what_backs_a_hold_may_not_be_withdrawn() {
    let mut bench = Bench::new(OFF);
    bench.rest(1, Sell, 1_000, 20_000);
    bench.reserve(0, Buy, 1_000, 20_000, 5).unwrap();
    let inputs = MarketInputs { oracle_price: PRICE, now_slot: bench.now(), funding_rate: 0 };
    let withdraw = |amount| Ix::Risk(RiskInstruction::Withdraw { account: 1, amount, inputs });
    // 20 000 at 10 %.
    assert_eq!(bench.run(&withdraw(8_001)), Err(SlabError::ReservedMargin));
    bench.run(&withdraw(8_000)).unwrap();
    let close = Ix::Risk(RiskInstruction::CloseAccount { account: 1, inputs });
    assert_eq!(bench.run(&close), Err(SlabError::HasOrders));
    bench.commit(0, 0, 1).unwrap();
    assert_eq!(bench.position(1), -20_000);
}

#[test]
fn a_maker_that_fails_at_commit_can_be_pruned() {
    let mut bench = Bench::new(Guards { hold_fee: 1, ..OFF });
    bench.rest(1, Sell, 1_000, 90_000);
    bench.rest(2, Sell, 1_010, 1_000);
    bench.reserve(0, Buy, 1_010, 91_000, 1).unwrap();
    // 90 bases sold at 1 000 with the index at 1 020 lose 1 800, and need 9 180 of margin.
    let inputs = SlabInputs { oracle_price: 1_020, now_slot: 100 };
    let commit = Ix::Commit { account: 0, hold: Named { place: 0, id: 1 }, inputs };
    assert_eq!(bench.run(&commit), Err(SlabError::MakerMargin));
    let prune = |place, id| Ix::Prune { hold: Named { place: 0, id: 1 }, order: Named { place, id }, inputs };
    assert_eq!(bench.run(&prune(1, 2)), Err(SlabError::NotPrunable));
    bench.run(&prune(0, 1)).unwrap();
    let view = bench.view();
    let hold = view.holds[0];
    assert_eq!(
        (hold.qty, hold.notional, hold.max_charge, hold.bond, hold.slice_count),
        (BASE, 1_010, 2, 0, 1)
    );
    assert_eq!(
        (view.book.orders.used, view.traders[0].locked_bond, view.traders[1]),
        (1, 0, Trader::default())
    );
    assert_eq!(view.accounts[1].basis_q, 0);
    bench.run(&commit).unwrap();
    assert_eq!(bench.position(0), 1_000);
}

#[test]
fn a_weak_position_is_reduced_to_what_its_equity_carries() {
    let mut bench = Bench::new(Guards { reduce_band: 800, ..OFF });
    bench.rest(1, Sell, 1_000, 90_000);
    bench.hit(0, Buy, 1_000, 90_000);
    let paid = bench.capital(0);
    assert_eq!(paid, 10_000 - 90);
    bench.rest(2, Buy, 960, 50_000);
    bench.open_batch();
    // At 970 the loss is 2 700: equity 7 210 on 87 300, 8.26 %.
    let reduce = |oracle_price| Ix::ReduceBand {
        account: 0,
        caller: 3,
        inputs: SlabInputs { oracle_price, now_slot: 110 },
    };
    assert_eq!(bench.run(&reduce(970)), Err(SlabError::NotReducible));
    // At 965: equity 9 910 − 3 150 = 6 760 on 86 850, 7.78 %; at 10 % it carries 67 600, floor(70.051 813…) bases.
    bench.run(&reduce(965)).unwrap();
    assert_eq!(bench.view().accounts[0].basis_q, 70_051_813);
    // 19 948 187 q at 960: floor(19 150.26) pays 20 (19.15); floor(9.57) of it to the maker, floor(half) to the caller.
    assert_eq!(bench.capital(2) - 10_000, 9);
    assert_eq!(bench.capital(3) - 10_000, 10);
    // 5 of slippage a base and the fee leave 6 640 on 67 600: 9.8 %, out of the band.
    assert_eq!(bench.run(&reduce(965)), Err(SlabError::NotReducible));
}

#[test]
fn only_whoever_the_slab_names_may_act() {
    let mut bench = Bench::new(Guards { router_only: 1, ..OFF });
    assert_eq!(
        bench.process(AUTHORITY, &encode_initialize(OFF, &CAPACITIES)),
        Err(risk(RiskError::AlreadyInitialized))
    );
    let mut cancel_all = vec![5];
    cancel_all.extend(0_u32.to_le_bytes());
    cancel_all.extend(100_i64.to_le_bytes());
    assert_eq!(bench.process(ROUTER, &cancel_all), Err(risk(RiskError::WrongAuthority)));
    bench.process(AUTHORITY, &cancel_all).unwrap();
    let mut cancel_hold = vec![10];
    cancel_hold.extend([0_u8; 8]);
    cancel_hold.extend([9_i64, 100].iter().flat_map(|word| word.to_le_bytes()));
    assert_eq!(bench.process(AUTHORITY, &cancel_hold), Err(risk(RiskError::WrongAuthority)));
    bench.process(ROUTER, &cancel_hold).unwrap();
    assert_eq!(bench.process(AUTHORITY, &[14]), Err(risk(RiskError::InvalidInstruction)));
}
