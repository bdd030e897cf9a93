//! One market at a time and the commands on it. The first byte of a frame is the command; all numbers are little-endian.

use crate::buffer::Buffer;
use crate::journal::{Journal, Record};
use risk::apply::apply;
use risk::canary::Canary;
use risk::errors::RiskError;
use risk::instructions::RiskInstruction;
use risk::journal::Undo;
use risk::record::Field;
use risk::state::{Account, Globals, Side, SideIndex};
use risk::wire::{
    AccountView, Candidates, Header, Instruction, MarketRecord, MarketView, PROGRAM_ID, calculate_size,
    decode_instruction, is_valid, process_instruction,
};
use std::time::Instant;

/// Who signs in `execute`.
const AUTHORITY: [u8; 32] = [1; 32];
/// Record numbers of an answer beyond the account indices.
const GLOBALS: u32 = u32::MAX;
const LONG: u32 = u32::MAX - 1;
const SHORT: u32 = u32::MAX - 2;

/// The market being worked on, and its journal.
#[derive(Default)]
pub struct Session {
    market: Buffer,
    journal: Journal,
}

/// Takes bytes off the front of a frame.
struct Frame<'a>(&'a [u8]);

impl<'a> Frame<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<usize> {
        let bytes = <[u8; 4]>::try_from(self.take(4)?).ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    }

    fn key(&mut self) -> Option<[u8; 32]> {
        self.take(32)?.try_into().ok()
    }

    /// Bytes preceded by their length.
    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length)
    }
}

fn code_of(outcome: Result<(), RiskError>) -> u32 {
    outcome.map_or_else(RiskError::code, |()| 0)
}

impl Session {
    /// Answers one frame; `None` if it is malformed.
    pub fn answer(&mut self, frame: &[u8], answer: &mut Vec<u8>) -> Option<()> {
        let mut frame = Frame(frame);
        match frame.byte()? {
            b'd' => answer.extend(describe().into_bytes()),
            b'n' => self.open(Buffer::zeroed(calculate_size(frame.number()?))),
            b'l' => self.load(frame.0, answer),
            b's' => answer.extend(self.market.bytes()),
            b'x' => self.execute(&mut frame, answer)?,
            b'm' => self.journal.mark(),
            b'k' => self.journal.release(),
            b'r' => self.rollback()?,
            b'p' => process_raw(&mut frame, answer)?,
            b't' => self.time(&mut frame, answer)?,
            b'c' => answer.push(u8::from(hatch(frame.number()?))),
            _ => return None,
        }
        Some(())
    }

    fn open(&mut self, market: Buffer) {
        self.market = market;
        self.journal = Journal::default();
    }

    /// Makes the bytes the market if the rules could have left them behind; answers the code.
    fn load(&mut self, bytes: &[u8], answer: &mut Vec<u8>) {
        let mut market = Buffer::copy_of(bytes);
        let valid = is_valid(market.bytes_mut());
        if valid {
            self.open(market);
        }
        let code = if valid { 0 } else { RiskError::InvalidAccountData.code() };
        answer.extend(code.to_le_bytes());
    }

    fn rollback(&mut self) -> Option<()> {
        let mut view = MarketView::open(self.market.bytes_mut()).ok()?;
        self.journal.rollback(&mut view);
        Some(())
    }

    /// Executes instructions, each preceded by its length. Answers for each: code, number of records that may have
    /// changed, then number and bytes of each of these.
    fn execute(&mut self, frame: &mut Frame, answer: &mut Vec<u8>) -> Option<()> {
        while !frame.0.is_empty() {
            let data = frame.bytes()?;
            self.journal.mark();
            let outcome = self.step(data);
            answer.extend(code_of(outcome).to_le_bytes());
            let at = answer.len();
            answer.extend([0; 4]);
            let mut count = 0_u32;
            if outcome.is_ok() && MarketView::open(self.market.bytes_mut()).is_ok() {
                for record in self.journal.dirty() {
                    count += 1;
                    append(self.market.bytes(), record, answer)?;
                }
            }
            answer.get_mut(at..at + 4)?.copy_from_slice(&count.to_le_bytes());
            self.journal.release();
        }
        Some(())
    }

    fn step(&mut self, data: &[u8]) -> Result<(), RiskError> {
        let market = AccountView {
            key: [0; 32],
            owner: PROGRAM_ID,
            is_signer: false,
            is_writable: true,
            data: self.market.bytes_mut(),
        };
        let authority = AccountView {
            key: AUTHORITY,
            owner: [0; 32],
            is_signer: true,
            is_writable: false,
            data: &mut [],
        };
        process_instruction(&PROGRAM_ID, &mut [market, authority], data, &mut self.journal)
    }

    /// Executes blocks of instructions, each preceded by its length, `rounds` times from the same start, changes nothing,
    /// and answers the least nanoseconds each block took: rules and journal, no decoding.
    fn time(&mut self, frame: &mut Frame, answer: &mut Vec<u8>) -> Option<()> {
        let rounds = frame.number()?;
        let mut blocks = Vec::new();
        while !frame.0.is_empty() {
            blocks.push(decode_block(frame.bytes()?)?);
        }
        let start = Buffer::copy_of(self.market.bytes());
        let mut least = vec![u64::MAX; blocks.len()];
        for _ in 0..rounds {
            self.market.bytes_mut().copy_from_slice(start.bytes());
            let mut view = MarketView::open(self.market.bytes_mut()).ok()?;
            for (block, best) in blocks.iter().zip(&mut least) {
                let begin = Instant::now();
                for instruction in block {
                    std::hint::black_box(apply(&mut view, &mut self.journal, instruction)).ok();
                }
                *best = (*best).min(u64::try_from(begin.elapsed().as_nanos()).ok()?);
            }
        }
        self.open(start);
        answer.extend(least.into_iter().flat_map(u64::to_le_bytes));
        Some(())
    }
}

/// Instructions on a market, each preceded by its length.
fn decode_block(bytes: &[u8]) -> Option<Vec<RiskInstruction<Candidates<'_>>>> {
    let mut frame = Frame(bytes);
    let mut instructions = Vec::new();
    while !frame.0.is_empty() {
        let Ok(Instruction::Risk(instruction)) = decode_instruction(frame.bytes()?) else {
            return None;
        };
        instructions.push(instruction);
    }
    Some(instructions)
}

/// Number and bytes of one record of the market.
fn append(market: &[u8], record: Record, answer: &mut Vec<u8>) -> Option<()> {
    let globals = offset("globals")?;
    let (number, at, size) = match record {
        Record::Globals => (GLOBALS, globals, size_of::<Globals>()),
        Record::Side(SideIndex::Long) => (LONG, offset("long")?, size_of::<Side>()),
        Record::Side(SideIndex::Short) => (SHORT, offset("short")?, size_of::<Side>()),
        Record::Account(index) => {
            let at = usize::try_from(index).ok()? * size_of::<Account>();
            (index, size_of::<MarketRecord>() + at, size_of::<Account>())
        }
    };
    answer.extend(number.to_le_bytes());
    answer.extend(market.get(at..at + size)?);
    Some(())
}

fn offset(name: &str) -> Option<usize> {
    MarketRecord::FIELDS.iter().find(|field| field.name == name).map(|field| field.offset)
}

/// Calls the program with accounts as the frame describes them. Answers the code and the bytes of each account.
fn process_raw(frame: &mut Frame, answer: &mut Vec<u8>) -> Option<()> {
    let program_id = frame.key()?;
    let count = frame.byte()?;
    let mut described = Vec::new();
    for _ in 0..count {
        let (key, owner, flags) = (frame.key()?, frame.key()?, frame.byte()?);
        described.push((key, owner, flags, Buffer::copy_of(frame.bytes()?)));
    }
    let mut accounts: Vec<_> = described
        .iter_mut()
        .map(|(key, owner, flags, buffer)| AccountView {
            key: *key,
            owner: *owner,
            is_signer: *flags & 1 != 0,
            is_writable: *flags & 2 != 0,
            data: buffer.bytes_mut(),
        })
        .collect();
    let outcome = process_instruction(&program_id, &mut accounts, frame.0, &mut Journal::default());
    answer.extend(code_of(outcome).to_le_bytes());
    for (_, _, _, buffer) in &described {
        answer.extend(u32::try_from(buffer.bytes().len()).ok()?.to_le_bytes());
        answer.extend(buffer.bytes());
    }
    Some(())
}

#[cfg(feature = "canary")]
fn hatch(number: usize) -> bool {
    risk::canary::hatch(number);
    true
}

#[cfg(not(feature = "canary"))]
fn hatch(_: usize) -> bool {
    false
}

/// The layout, the errors and the canaries as text, one a line.
fn describe() -> String {
    let mut lines = Vec::new();
    let records: [(&str, &[Field], usize); 6] = [
        ("header", Header::FIELDS, size_of::<Header>()),
        ("params", risk::params::Params::FIELDS, size_of::<risk::params::Params>()),
        ("globals", Globals::FIELDS, size_of::<Globals>()),
        ("side", Side::FIELDS, size_of::<Side>()),
        ("account", Account::FIELDS, size_of::<Account>()),
        ("market", MarketRecord::FIELDS, size_of::<MarketRecord>()),
    ];
    for (name, fields, size) in records {
        lines.push(format!("record {name} {size}"));
        for field in fields {
            let range = field
                .range
                .as_ref()
                .map_or(String::new(), |range| format!(" {} {}", range.start(), range.end()));
            lines.push(format!("field {name}.{} {} {}{range}", field.name, field.offset, field.size));
        }
    }
    lines.extend(RiskError::ALL.iter().map(|(_, name, code)| format!("error {name} {code}")));
    lines.extend(Canary::ALL.iter().map(|(_, name)| format!("canary {name}")));
    lines.join("\n") + "\n"
}
