//! A market in memory, driven through the program's entry.

use risk::errors::RiskError;
use risk::journal::NoUndo;
use risk::wire::{AccountView, MarketView, PROGRAM_ID, calculate_size, process_instruction};

/// A market in a vector of words, which aligns it.
pub struct Bench {
    words: Vec<u64>,
}

impl Bench {
    /// A zeroed account with room for so many slots.
    pub fn new(slots: usize) -> Self {
        Self { words: vec![0; calculate_size(slots) / 8] }
    }

    /// Executes one instruction; an error leaves no trace.
    pub fn run(&mut self, data: &[u8]) -> Result<(), RiskError> {
        let before = self.words.clone();
        let bytes = as_bytes(&mut self.words);
        let market =
            AccountView { key: [0; 32], owner: PROGRAM_ID, is_signer: false, is_writable: true, data: bytes };
        let authority =
            AccountView { key: [7; 32], owner: [0; 32], is_signer: true, is_writable: false, data: &mut [] };
        let outcome = process_instruction(&PROGRAM_ID, &mut [market, authority], data, &mut NoUndo);
        if outcome.is_err() {
            // What the runtime does with a failed transaction.
            self.words = before;
        }
        outcome
    }

    /// The account's bytes.
    pub fn bytes(&mut self) -> &mut [u8] {
        as_bytes(&mut self.words)
    }

    /// The market. Panics before it is initialised.
    pub fn view(&mut self) -> MarketView<'_> {
        MarketView::open(self.bytes()).unwrap()
    }
}

#[expect(unsafe_code, reason = "a test's view of aligned words as bytes")]
fn as_bytes(words: &mut [u64]) -> &mut [u8] {
    // SAFETY: u64 has no padding and any byte is valid in it.
    unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), words.len() * 8) }
}
