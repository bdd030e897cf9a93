//! Bytes whose links lie (docs/slab.md, "Broken links"): the same cases as `tests/engine/slab/broken_links.test.ts`.

use crate::common::{Bench, Ix, OFF, PRICE};
use slab::errors::SlabError;
use slab::instructions::OrderKind::{self, Ioc, Limit};
use slab::instructions::OrderSide::{self, Buy, Sell};
use slab::instructions::{Named, OrderTerms, SlabInputs};
use slab::wire::SlabView;

const NOW: i64 = 120;
const INPUTS: SlabInputs = SlabInputs { oracle_price: PRICE, now_slot: NOW };
const HOLD: Named = Named { place: 0, id: 1 };
const THIRD: Named = Named { place: 2, id: 3 };

const fn place(side: OrderSide, kind: OrderKind, price: i64) -> Ix {
    let terms = OrderTerms { account: 3, side, kind, price, qty: 1_000, reduce_only: false };
    Ix::PlaceOrder { terms, inputs: INPUTS }
}

/// Orders 1 … 4 in levels 1 … 3, of which a hold locks all of the first two.
fn bench() -> Bench {
    let mut bench = Bench::new(OFF);
    bench.rest(0, Sell, 1_000, 2);
    bench.rest(1, Sell, 1_000, 2);
    bench.rest(0, Sell, 1_010, 3);
    bench.rest(2, Buy, 950, 1);
    bench.reserve(2, Buy, 1_000, 4, 20).unwrap();
    bench
}

/// Breaks one word: the instruction that meets it is refused.
#[track_caller]
fn refuse(instruction: &Ix, word: impl for<'v> Fn(&'v mut SlabView<'_>) -> &'v mut i64, value: i64) {
    let mut bench = bench();
    *word(&mut bench.view()) = value;
    assert_eq!(bench.run(instruction), Err(SlabError::CORRUPT));
}

#[test]
fn walks_in_circles_end() {
    let take = place(Buy, Ioc, 1_010);
    refuse(&take, |view| &mut view.orders[0].next, 1);
    refuse(&take, |view| &mut view.levels[0].next, 1);
    let cancel_all = Ix::CancelAll { account: 0, now_slot: NOW };
    refuse(&cancel_all, |view| &mut view.orders[0].account_next, 1);
    let prune = Ix::Prune { hold: HOLD, order: THIRD, inputs: INPUTS };
    refuse(&prune, |view| &mut view.slices[1].next, 1);
    refuse(&place(Sell, Limit, 1_000), |view| &mut view.nodes[0].left, 1);
    refuse(&Ix::BatchOpen { inputs: INPUTS }, |view| &mut view.book.pending_head, 3);
}

#[test]
fn links_that_lead_nowhere_are_not_followed() {
    refuse(&place(Sell, Limit, 1_000), |view| &mut view.nodes[0].left, 0);
    refuse(&place(Sell, Limit, 1_020), |view| &mut view.book.ask_root, 9);
    let bid = place(Buy, Limit, 960);
    refuse(&bid, |view| &mut view.book.bid_root, -9);
    refuse(&bid, |view| &mut view.book.best_ask, 9);
    refuse(&bid, |view| &mut view.book.orders.free, 9);
    let cancel = Ix::CancelOrder { account: 0, order: THIRD, now_slot: NOW };
    refuse(&cancel, |view| &mut view.orders[2].level, 0);
    refuse(&cancel, |view| &mut view.levels[1].price, 1_000);
    let commit = Ix::Commit { account: 2, hold: HOLD, inputs: INPUTS };
    refuse(&commit, |view| &mut view.slices[0].order, 0);
    let cancel_hold = Ix::CancelHold { account: 2, hold: HOLD, now_slot: NOW };
    refuse(&cancel_hold, |view| &mut view.holds[0].slices, 7);
}

#[test]
fn sums_that_lie_leave_their_range() {
    let bid = place(Buy, Limit, 950);
    refuse(&bid, |view| &mut view.levels[2].orders, 8);
    refuse(&bid, |view| &mut view.levels[2].reserved_q, 1 << 52);
    let cancel_hold = Ix::CancelHold { account: 2, hold: HOLD, now_slot: NOW };
    refuse(&cancel_hold, |view| &mut view.traders[0].reserved_notional, 1);
    let commit = Ix::Commit { account: 2, hold: HOLD, inputs: INPUTS };
    refuse(&commit, |view| &mut view.orders[0].qty, 1);
    refuse(&Ix::BatchOpen { inputs: INPUTS }, |view| &mut view.book.premium_slot, NOW + 1);
}
