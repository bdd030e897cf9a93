//! Bytes in, bytes out: the twin of the slab's part of `engine/wire` (design 02 §5).

mod codec;
mod layout;
mod process;

pub use codec::{Initialize, Instruction, decode_slab_instruction};
pub use layout::{
    Capacities, DEFAULT_CAPACITIES, Header, LAYOUT_VERSION, MAGIC, SlabRecord, SlabView, calculate_slab_size,
    is_valid_slab,
};
pub use process::{PROGRAM_ID, process_slab_instruction};
