//! The risk program behind the session.

use crate::frame::Frame;
use crate::journal::{Journal, Kind};
use crate::program::{Program, describe_record, offset_of};
use risk::apply::apply;
use risk::canary::Canary;
use risk::errors::RiskError;
use risk::journal::Undo;
use risk::params::Params;
use risk::state::{Account, Globals, Side};
use risk::wire::{
    AccountView, Header, Instruction, MarketRecord, MarketView, PROGRAM_ID, calculate_size,
    decode_instruction, is_valid, process_instruction,
};
use std::time::Instant;

/// Record numbers of an answer beyond the account indices.
const GLOBALS: u32 = u32::MAX;
const LONG: u32 = u32::MAX - 1;
const SHORT: u32 = u32::MAX - 2;

/// The risk program.
pub struct Risk;

impl Program for Risk {
    const ID: [u8; 32] = PROGRAM_ID;

    fn size_of_account(frame: &mut Frame<'_>) -> Option<usize> {
        frame.number().map(calculate_size)
    }

    fn is_valid(data: &mut [u8]) -> bool {
        is_valid(data)
    }

    fn process(id: &[u8; 32], accounts: &mut [AccountView<'_>], data: &[u8], journal: &mut Journal) -> u32 {
        process_instruction(id, accounts, data, journal).map_or_else(RiskError::code, |()| 0)
    }

    fn rollback(data: &mut [u8], journal: &mut Journal) -> Option<()> {
        journal.rollback(&mut MarketView::open(data).ok()?);
        Some(())
    }

    fn locate(_: &mut [u8], kind: Kind, place: usize) -> Option<(u32, usize, usize)> {
        let fields = MarketRecord::FIELDS;
        Some(match kind {
            Kind::Globals => (GLOBALS, offset_of(fields, "globals")?, size_of::<Globals>()),
            Kind::Side if place == 0 => (LONG, offset_of(fields, "long")?, size_of::<Side>()),
            Kind::Side => (SHORT, offset_of(fields, "short")?, size_of::<Side>()),
            Kind::Account => {
                let at = size_of::<MarketRecord>() + place * size_of::<Account>();
                (u32::try_from(place).ok()?, at, size_of::<Account>())
            }
            _ => return None,
        })
    }

    fn run_blocks(
        data: &mut [u8],
        journal: &mut Journal,
        blocks: &[&[u8]],
        done: &mut dyn FnMut(usize, u128),
    ) -> Option<()> {
        let mut view = MarketView::open(data).ok()?;
        for (at, block) in blocks.iter().enumerate() {
            let mut frame = Frame(block);
            let mut instructions = Vec::new();
            while !frame.0.is_empty() {
                let Ok(Instruction::Risk(instruction)) = decode_instruction(frame.bytes()?) else {
                    return None;
                };
                instructions.push(instruction);
            }
            let begin = Instant::now();
            for instruction in &instructions {
                std::hint::black_box(apply(&mut view, journal, instruction)).ok();
            }
            done(at, begin.elapsed().as_nanos());
        }
        Some(())
    }

    fn describe() -> String {
        let mut text = String::new();
        describe_record(&mut text, "header", Header::FIELDS, size_of::<Header>());
        describe_record(&mut text, "params", Params::FIELDS, size_of::<Params>());
        describe_record(&mut text, "globals", Globals::FIELDS, size_of::<Globals>());
        describe_record(&mut text, "side", Side::FIELDS, size_of::<Side>());
        describe_record(&mut text, "account", Account::FIELDS, size_of::<Account>());
        describe_record(&mut text, "market", MarketRecord::FIELDS, size_of::<MarketRecord>());
        let errors = RiskError::ALL.iter().map(|(_, name, code)| format!("error {name} {code}\n"));
        let canaries = Canary::ALL.iter().map(|(_, name)| format!("canary {name}\n"));
        text.extend(errors.chain(canaries));
        text
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
}
