//! What a session needs of a program.

use crate::frame::Frame;
use crate::journal::{Journal, Kind};
use risk::record::Field;
use risk::wire::AccountView;
use std::fmt::Write;

/// One of the programs. Errors are their numbers, 0 is success.
pub trait Program {
    /// Its address in the tests.
    const ID: [u8; 32];

    /// Bytes of an account whose capacities the frame names.
    fn size_of_account(frame: &mut Frame<'_>) -> Option<usize>;
    /// Could its rules have left these bytes behind?
    fn is_valid(data: &mut [u8]) -> bool;
    /// Its entry.
    fn process(id: &[u8; 32], accounts: &mut [AccountView<'_>], data: &[u8], journal: &mut Journal) -> u32;
    /// Restores the innermost savepoint; `None` if the bytes are not an account of it.
    fn rollback(data: &mut [u8], journal: &mut Journal) -> Option<()>;
    /// Number, offset and size of a record in these bytes.
    fn locate(data: &mut [u8], kind: Kind, place: usize) -> Option<(u32, usize, usize)>;
    /// Runs each block of instructions (each preceded by its length) and tells `done` which it was; rules and journal,
    /// no decoding. `None` if a block is malformed or the bytes are not an account.
    fn run_blocks(
        data: &mut [u8],
        journal: &mut Journal,
        blocks: &[&[u8]],
        done: &mut dyn FnMut(usize, u128),
    ) -> Option<()>;
    /// Layout, errors and canaries, one a line.
    fn describe() -> String;
    /// Breaks the rule with this number; false if the host is not built for it.
    fn hatch(number: usize) -> bool;
}

/// One record of the layout and its fields as text.
pub fn describe_record(text: &mut String, name: &str, fields: &[Field], size: usize) {
    let _ = writeln!(text, "record {name} {size}");
    for field in fields {
        let _ = write!(text, "field {name}.{} {} {}", field.name, field.offset, field.size);
        if let Some(range) = &field.range {
            let _ = write!(text, " {} {}", range.start(), range.end());
        }
        text.push('\n');
    }
}

/// The offset of a field.
pub fn offset_of(fields: &[Field], name: &str) -> Option<usize> {
    fields.iter().find(|field| field.name == name).map(|field| field.offset)
}
