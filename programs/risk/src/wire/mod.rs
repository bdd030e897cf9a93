//! Bytes in, bytes out: the twin of `engine/wire` (design 02 §5).

mod codec;
mod layout;
mod process;

pub use codec::{Candidates, Initialize, Instruction, decode_instruction};
pub use layout::{
    Header, LAYOUT_VERSION, MAGIC, MarketRecord, MarketView, calculate_size, cast, is_account_valid, is_valid,
};
pub use process::{AccountView, PROGRAM_ID, process_instruction};
