//! A slab in memory, driven through the program's entry and its instructions.

use core::iter::Empty;
use risk::instructions::{CrankCandidate, RiskInstruction};
use risk::journal::NoUndo;
use risk::wire::AccountView;
use slab::apply::apply_slab;
use slab::errors::{Outcome, SlabError};
use slab::instructions::{HoldTerms, Named, OrderKind, OrderSide, OrderTerms, SlabInputs, SlabInstruction};
use slab::wire::{Capacities, PROGRAM_ID, SlabView, calculate_slab_size, process_slab_instruction};

pub type Ix = SlabInstruction<Empty<CrankCandidate>>;

pub const SLOT: i64 = 100;
/// Quote atoms per base.
pub const PRICE: i64 = 1_000;
/// One base in q-units.
pub const BASE: i64 = 1_000_000;
pub const AUTHORITY: [u8; 32] = [7; 32];
pub const ROUTER: [u8; 32] = [8; 32];

pub const CAPACITIES: Capacities =
    Capacities { slots: 6, orders: 8, holds: 2, slices: 4, trades: 3, aggressors: 2 };

/// Risk parameters in the order of the layout: no warmup, taker fee 10 bps, MM 5 %, IM 10 %, maker fee −5 bps, a keeper's
/// half.
pub const PARAMS: [i64; 26] = [
    0,
    10,
    500,
    1_000,
    100,
    50,
    1,
    10,
    1,
    2,
    0,
    6,
    1_000_000,
    100_000_000_000,
    -5,
    5_000,
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

/// Slab parameters by name, in the order of the layout: tick 10, lot 1 000, batches of 10 slots, every guard off.
#[derive(Clone, Copy)]
pub struct Guards {
    pub pending: i64,
    pub freeze_slots: i64,
    pub freeze_levels: i64,
    pub kill_band: i64,
    pub reduce_band: i64,
    pub jit: i64,
    pub round_trip: i64,
    pub router_only: i64,
    pub hold_fee: i64,
}

pub const OFF: Guards = Guards {
    pending: 0,
    freeze_slots: 0,
    freeze_levels: 0,
    kill_band: 0,
    reduce_band: 0,
    jit: 0,
    round_trip: 0,
    router_only: 0,
    hold_fee: 0,
};

impl Guards {
    fn words(self) -> [i64; 21] {
        let Self { pending, freeze_slots, freeze_levels, kill_band, reduce_band, .. } = self;
        let Self { jit, round_trip, router_only, hold_fee, .. } = self;
        [
            10,
            1_000,
            10,
            pending,
            freeze_slots,
            freeze_levels,
            kill_band,
            reduce_band,
            500,
            jit,
            round_trip,
            router_only,
            hold_fee,
            2,
            20,
            4,
            1_000,
            10,
            10_000,
            100,
            10_000,
        ]
    }
}

/// A slab in a vector of words, which aligns it.
pub struct Bench {
    words: Vec<u64>,
}

pub fn encode_initialize(guards: Guards, capacities: &Capacities) -> Vec<u8> {
    let mut data = vec![0];
    data.extend(PARAMS.iter().chain(&guards.words()).flat_map(|word| word.to_le_bytes()));
    let Capacities { slots, orders, holds, slices, trades, aggressors } = *capacities;
    data.extend(
        [slots, orders, holds, slices, trades, aggressors].iter().flat_map(|size| size.to_le_bytes()),
    );
    data.extend([SLOT, PRICE].iter().flat_map(|word| word.to_le_bytes()));
    data
}

impl Bench {
    /// A slab with these guards and six accounts of 10 000 atoms each.
    pub fn new(guards: Guards) -> Self {
        let mut bench = Self { words: vec![0; calculate_slab_size(&CAPACITIES) / 8] };
        bench.process(AUTHORITY, &encode_initialize(guards, &CAPACITIES)).unwrap();
        for account in 0..6 {
            bench.deposit(account, 10_000);
        }
        bench
    }

    /// Calls the entry, signed by `signer`; an error leaves no trace.
    pub fn process(&mut self, signer: [u8; 32], data: &[u8]) -> Outcome<()> {
        let account = |key, is_signer| AccountView {
            key,
            owner: PROGRAM_ID,
            is_signer,
            is_writable: true,
            data: &mut [],
        };
        let before = self.words.clone();
        let slab = AccountView { data: as_bytes(&mut self.words), ..account([0; 32], false) };
        let mut accounts = [slab, account(signer, true), account(ROUTER, false)];
        let outcome = process_slab_instruction(&PROGRAM_ID, &mut accounts, data, &mut NoUndo);
        if outcome.is_err() {
            self.words = before;
        }
        outcome
    }

    /// Executes one instruction; an error leaves no trace.
    pub fn run(&mut self, instruction: &Ix) -> Outcome<()> {
        let before = self.words.clone();
        let outcome = apply_slab(&mut self.view(), &mut NoUndo, instruction);
        if outcome.is_err() {
            // What the runtime does with a failed transaction.
            self.words = before;
        }
        outcome
    }

    pub fn view(&mut self) -> SlabView<'_> {
        SlabView::open(as_bytes(&mut self.words)).unwrap()
    }

    pub fn deposit(&mut self, account: u32, amount: i64) {
        let now_slot = self.now();
        self.run(&Ix::Risk(RiskInstruction::Deposit { account, amount, now_slot })).unwrap();
    }

    pub fn now(&mut self) -> i64 {
        self.view().globals.current_slot
    }

    pub fn inputs(&mut self) -> SlabInputs {
        SlabInputs { oracle_price: PRICE, now_slot: self.now() }
    }

    /// Places an order of so many thousandths of a base.
    pub fn place(
        &mut self,
        account: u32,
        side: OrderSide,
        kind: OrderKind,
        price: i64,
        lots: i64,
    ) -> Outcome<()> {
        let terms = OrderTerms { account, side, kind, price, qty: lots * 1_000, reduce_only: false };
        let inputs = self.inputs();
        self.run(&Ix::PlaceOrder { terms, inputs })
    }

    /// A limit order that must be accepted.
    pub fn rest(&mut self, account: u32, side: OrderSide, price: i64, lots: i64) {
        self.place(account, side, OrderKind::Limit, price, lots).unwrap();
    }

    /// An IOC that must be accepted.
    pub fn hit(&mut self, account: u32, side: OrderSide, price: i64, lots: i64) {
        self.place(account, side, OrderKind::Ioc, price, lots).unwrap();
    }

    /// Opens the next batch as soon as it is due.
    pub fn open_batch(&mut self) {
        let now_slot = self.view().book.batch_slot + 10;
        self.run(&Ix::BatchOpen { inputs: SlabInputs { oracle_price: PRICE, now_slot } }).unwrap();
    }

    pub fn reserve(&mut self, account: u32, side: OrderSide, limit: i64, lots: i64, ttl: u32) -> Outcome<()> {
        let seqno = self.view().book.seqno;
        let terms = HoldTerms { route: 1, account, side, qty: lots * 1_000, limit, ttl, seqno };
        let inputs = self.inputs();
        self.run(&Ix::Reserve { terms, inputs })
    }

    pub fn commit(&mut self, account: u32, place: u32, id: i64) -> Outcome<()> {
        let inputs = self.inputs();
        self.run(&Ix::Commit { account, hold: Named { place, id }, inputs })
    }

    pub fn capital(&mut self, account: usize) -> i64 {
        self.view().accounts.get(account).unwrap().capital
    }

    /// Signed position in thousandths of a base.
    pub fn position(&mut self, account: usize) -> i64 {
        self.view().accounts.get(account).unwrap().basis_q / 1_000
    }
}

#[expect(unsafe_code, reason = "a test's view of aligned words as bytes")]
fn as_bytes(words: &mut [u64]) -> &mut [u8] {
    // SAFETY: u64 has no padding and any byte is valid in it.
    unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), words.len() * 8) }
}

/// What an error is called here.
pub const fn risk(error: risk::errors::RiskError) -> SlabError {
    SlabError::Risk(error)
}
