//! The slab program behind the session.

use crate::frame::Frame;
use crate::journal::{Journal, Kind};
use crate::program::{Program, describe_record, offset_of};
use risk::errors::RiskError;
use risk::state::{Account, Globals, Side};
use risk::wire::AccountView;
use slab::apply::apply_slab;
use slab::canary::Canary;
use slab::errors::SlabError;
use slab::journal::SlabUndo;
use slab::params::SlabParams;
use slab::records::{
    Aggressor, Book, Hold, Level, Node, Order, Pool, Quote, Quotes, Slice, TradeRow, Trader,
};
use slab::wire::{
    Capacities, Header, Instruction, PROGRAM_ID, SlabRecord, SlabView, calculate_slab_size,
    decode_slab_instruction, is_valid_slab, process_slab_instruction,
};
use std::fmt::Write;
use std::time::Instant;

/// A record's number in an answer is its area's place in the account, shifted by this, and its own place.
const AREA_SHIFT: u32 = 24;

/// The slab program.
pub struct Slab;

/// Where the records of the pools begin, in the order of the account.
fn offsets_of(view: &SlabView<'_>) -> [(u32, usize, usize); 9] {
    let sizes = [
        (size_of::<Account>(), view.accounts.len()),
        (size_of::<Trader>(), view.traders.len()),
        (size_of::<Order>(), view.orders.len()),
        (size_of::<Level>(), view.levels.len()),
        (size_of::<Node>(), view.nodes.len()),
        (size_of::<Hold>(), view.holds.len()),
        (size_of::<Slice>(), view.slices.len()),
        (size_of::<TradeRow>(), view.trades.len()),
        (size_of::<Aggressor>(), view.aggressors.len()),
    ];
    let mut offset = size_of::<SlabRecord>();
    let mut area = SlabRecord::FIELDS.len();
    sizes.map(|(size, count)| {
        let found = (u32::try_from(area).unwrap_or_default(), offset, size);
        offset += size * count;
        area += 1;
        found
    })
}

/// Area, offset and size of a record before the accounts.
fn locate_head(name: &str, size: usize) -> Option<(u32, usize, usize)> {
    let area = SlabRecord::FIELDS.iter().position(|field| field.name == name)?;
    Some((u32::try_from(area).ok()?, offset_of(SlabRecord::FIELDS, name)?, size))
}

impl Program for Slab {
    const ID: [u8; 32] = PROGRAM_ID;

    fn size_of_account(frame: &mut Frame<'_>) -> Option<usize> {
        Some(calculate_slab_size(&Capacities {
            slots: frame.index()?,
            orders: frame.index()?,
            holds: frame.index()?,
            slices: frame.index()?,
            trades: frame.index()?,
            aggressors: frame.index()?,
        }))
    }

    fn is_valid(data: &mut [u8]) -> bool {
        is_valid_slab(data)
    }

    fn process(id: &[u8; 32], accounts: &mut [AccountView<'_>], data: &[u8], journal: &mut Journal) -> u32 {
        process_slab_instruction(id, accounts, data, journal).map_or_else(SlabError::code, |()| 0)
    }

    fn rollback(data: &mut [u8], journal: &mut Journal) -> Option<()> {
        journal.rollback_slab(&mut SlabView::open(data).ok()?);
        Some(())
    }

    fn locate(data: &mut [u8], kind: Kind, place: usize) -> Option<(u32, usize, usize)> {
        let head = match kind {
            Kind::Book => locate_head("book", size_of::<Book>()),
            Kind::Quotes => locate_head("quotes", size_of::<Quotes>()),
            Kind::Globals => locate_head("globals", size_of::<Globals>()),
            Kind::Side if place == 0 => locate_head("long", size_of::<Side>()),
            Kind::Side => locate_head("short", size_of::<Side>()),
            _ => None,
        };
        if let Some((area, offset, size)) = head {
            return Some((area << AREA_SHIFT, offset, size));
        }
        let [accounts, traders, orders, levels, nodes, holds, slices, trades, aggressors] =
            offsets_of(&SlabView::open(data).ok()?);
        let (area, offset, size) = match kind {
            Kind::Account => accounts,
            Kind::Trader => traders,
            Kind::Order => orders,
            Kind::Level => levels,
            Kind::Node => nodes,
            Kind::Hold => holds,
            Kind::Slice => slices,
            Kind::Trade => trades,
            Kind::Aggressor => aggressors,
            _ => return None,
        };
        Some(((area << AREA_SHIFT) + u32::try_from(place).ok()?, offset + place * size, size))
    }

    fn run_blocks(
        data: &mut [u8],
        journal: &mut Journal,
        blocks: &[&[u8]],
        done: &mut dyn FnMut(usize, u128),
    ) -> Option<()> {
        let mut view = SlabView::open(data).ok()?;
        for (at, block) in blocks.iter().enumerate() {
            let mut frame = Frame(block);
            let mut instructions = Vec::new();
            while !frame.0.is_empty() {
                let Ok(Instruction::Slab(instruction)) = decode_slab_instruction(frame.bytes()?) else {
                    return None;
                };
                instructions.push(instruction);
            }
            let begin = Instant::now();
            for instruction in &instructions {
                std::hint::black_box(apply_slab(&mut view, journal, instruction)).ok();
            }
            done(at, begin.elapsed().as_nanos());
        }
        Some(())
    }

    fn describe() -> String {
        let mut text = String::new();
        describe_record(&mut text, "header", Header::FIELDS, size_of::<Header>());
        describe_record(&mut text, "slab_params", SlabParams::FIELDS, size_of::<SlabParams>());
        describe_book(&mut text);
        describe_record(&mut text, "quote", Quote::FIELDS, size_of::<Quote>());
        describe_record(&mut text, "trader", Trader::FIELDS, size_of::<Trader>());
        describe_record(&mut text, "order", Order::FIELDS, size_of::<Order>());
        describe_record(&mut text, "level", Level::FIELDS, size_of::<Level>());
        describe_record(&mut text, "node", Node::FIELDS, size_of::<Node>());
        describe_record(&mut text, "hold", Hold::FIELDS, size_of::<Hold>());
        describe_record(&mut text, "slice", Slice::FIELDS, size_of::<Slice>());
        describe_record(&mut text, "trade", TradeRow::FIELDS, size_of::<TradeRow>());
        describe_record(&mut text, "aggressor", Aggressor::FIELDS, size_of::<Aggressor>());
        describe_record(&mut text, "slab", SlabRecord::FIELDS, size_of::<SlabRecord>());
        let errors = RiskError::ALL.iter().map(|(_, name, code)| format!("error {name} {code}\n"));
        let own = SlabError::OWN.iter().map(|(_, name, code)| format!("error {name} {code}\n"));
        let canaries = Canary::ALL.iter().map(|(_, name)| format!("canary {name}\n"));
        text.extend(errors.chain(own).chain(canaries));
        text
    }

    #[cfg(feature = "canary")]
    fn hatch(number: usize) -> bool {
        slab::canary::hatch(number);
        true
    }

    #[cfg(not(feature = "canary"))]
    fn hatch(_: usize) -> bool {
        false
    }
}

/// The book with the words of its pools one by one: `orders_free`, `orders_fresh`, ….
fn describe_book(text: &mut String) {
    let _ = writeln!(text, "record book {}", size_of::<Book>());
    for field in Book::FIELDS {
        if let Some(range) = &field.range {
            let (from, to) = (range.start(), range.end());
            let _ = writeln!(text, "field book.{} {} {} {from} {to}", field.name, field.offset, field.size);
            continue;
        }
        for word in Pool::FIELDS {
            let Some(range) = &word.range else { continue };
            let (from, to, at) = (range.start(), range.end(), field.offset + word.offset);
            let _ = writeln!(text, "field book.{}_{} {at} {} {from} {to}", field.name, word.name, word.size);
        }
    }
}
