//! Instruction bytes of a slab: `tag: u8` and fixed little-endian fields (docs/slab.md, "Instruction bytes"). Decoding is
//! strict: every byte string is either exactly one instruction or refused.

use crate::errors::{Outcome, SlabError};
use crate::instructions::{HoldTerms, Named, OrderKind, OrderSide, OrderTerms, SlabInputs, SlabInstruction};
use crate::params::SlabParams;
use crate::wire::layout::Capacities;
use risk::errors::RiskError;
use risk::params::Params;
use risk::record::Plain;
use risk::wire::{Candidates, decode_instruction};

/// How a slab starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Initialize {
    /// Immutable parameters of its risk engine.
    pub params: Params,
    /// Its own.
    pub slab_params: SlabParams,
    /// Sizes of its pools.
    pub capacities: Capacities,
    /// First slot.
    pub init_slot: i64,
    /// First price.
    pub init_price: i64,
}

/// Anything the program executes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is no heap to box it on")]
pub enum Instruction<'a> {
    /// Makes a slab out of a zeroed account.
    Initialize(Initialize),
    /// Acts on a slab.
    Slab(SlabInstruction<Candidates<'a>>),
}

/// Takes fields off the front; `None` when the bytes end or a field holds no value of its kind.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        u8::read(&mut self.rest)
    }

    fn index(&mut self) -> Option<u32> {
        Plain::read(&mut self.rest).map(u32::from_le_bytes)
    }

    fn word(&mut self) -> Option<i64> {
        i64::read(&mut self.rest)
    }

    fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn side(&mut self) -> Option<OrderSide> {
        self.flag().map(|is_sell| if is_sell { OrderSide::Sell } else { OrderSide::Buy })
    }

    fn kind(&mut self) -> Option<OrderKind> {
        match self.byte()? {
            0 => Some(OrderKind::Limit),
            1 => Some(OrderKind::PostOnly),
            2 => Some(OrderKind::Ioc),
            3 => Some(OrderKind::Fok),
            _ => None,
        }
    }

    fn named(&mut self) -> Option<Named> {
        Some(Named { place: self.index()?, id: self.word()? })
    }

    fn inputs(&mut self) -> Option<SlabInputs> {
        Some(SlabInputs { oracle_price: self.word()?, now_slot: self.word()? })
    }

    fn order_terms(&mut self) -> Option<OrderTerms> {
        Some(OrderTerms {
            account: self.index()?,
            side: self.side()?,
            kind: self.kind()?,
            price: self.word()?,
            qty: self.word()?,
            reduce_only: self.flag()?,
        })
    }

    fn hold_terms(&mut self) -> Option<HoldTerms> {
        Some(HoldTerms {
            route: self.word()?,
            account: self.index()?,
            side: self.side()?,
            qty: self.word()?,
            limit: self.word()?,
            ttl: self.index()?,
            seqno: self.word()?,
        })
    }

    fn capacities(&mut self) -> Option<Capacities> {
        Some(Capacities {
            slots: self.index()?,
            orders: self.index()?,
            holds: self.index()?,
            slices: self.index()?,
            trades: self.index()?,
            aggressors: self.index()?,
        })
    }

    fn initialize(&mut self) -> Option<Initialize> {
        Some(Initialize {
            params: Params::read(&mut self.rest)?,
            slab_params: SlabParams::read(&mut self.rest)?,
            capacities: self.capacities()?,
            init_slot: self.word()?,
            init_price: self.word()?,
        })
    }

    /// All that is left, as an instruction of the risk program.
    fn risk(&mut self) -> Option<SlabInstruction<Candidates<'a>>> {
        let data = core::mem::take(&mut self.rest);
        match decode_instruction(data) {
            Ok(risk::wire::Instruction::Risk(instruction)) => Some(SlabInstruction::Risk(instruction)),
            _ => None,
        }
    }

    fn instruction(&mut self) -> Option<Instruction<'a>> {
        use SlabInstruction as Ix;
        Some(Instruction::Slab(match self.byte()? {
            0 => return self.initialize().map(Instruction::Initialize),
            1 => self.risk()?,
            2 => Ix::SetDlp { account: self.index()?, flag: self.flag()? },
            3 => Ix::PlaceOrder { terms: self.order_terms()?, inputs: self.inputs()? },
            4 => Ix::CancelOrder { account: self.index()?, order: self.named()?, now_slot: self.word()? },
            5 => Ix::CancelAll { account: self.index()?, now_slot: self.word()? },
            6 => Ix::ReplaceOrder {
                account: self.index()?,
                order: self.named()?,
                price: self.word()?,
                qty: self.word()?,
                inputs: self.inputs()?,
            },
            7 => Ix::BatchOpen { inputs: self.inputs()? },
            8 => Ix::Reserve { terms: self.hold_terms()?, inputs: self.inputs()? },
            9 => Ix::Commit { account: self.index()?, hold: self.named()?, inputs: self.inputs()? },
            10 => Ix::CancelHold { account: self.index()?, hold: self.named()?, now_slot: self.word()? },
            11 => Ix::ReleaseHold { hold: self.named()?, now_slot: self.word()? },
            12 => Ix::Prune { hold: self.named()?, order: self.named()?, inputs: self.inputs()? },
            13 => Ix::ReduceBand { account: self.index()?, caller: self.index()?, inputs: self.inputs()? },
            _ => return None,
        }))
    }
}

/// Decodes one instruction; `InvalidInstruction` for an unknown tag, missing or surplus bytes, or an invalid field.
pub fn decode_slab_instruction(data: &[u8]) -> Outcome<Instruction<'_>> {
    let mut reader = Reader { rest: data };
    match reader.instruction() {
        Some(instruction) if reader.rest.is_empty() => Ok(instruction),
        _ => Err(SlabError::Risk(RiskError::InvalidInstruction)),
    }
}
