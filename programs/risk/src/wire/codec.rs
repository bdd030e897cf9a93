//! Instruction bytes: `tag: u8` and fixed little-endian fields (design 02 §5). Decoding is strict: every byte string is
//! either exactly one instruction or refused.

use crate::errors::{Outcome, RiskError};
use crate::instructions::{
    CrankCandidate, ExecuteTrade, LiquidationPolicy, Maker, MarketInputs, RiskInstruction,
};
use crate::params::Params;
use crate::record::Plain;

/// Stands for "nobody" where an account is optional.
const NOBODY: u32 = u32::MAX;
/// index u32, policy kind u8, quantity i64.
const CANDIDATE_BYTES: usize = 13;

/// How a market starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Initialize {
    /// Immutable parameters.
    pub params: Params,
    /// Account slots.
    pub max_slots: u32,
    /// First slot.
    pub init_slot: i64,
    /// First price.
    pub init_price: i64,
    /// Off only for conformance markets (design 01 §1).
    pub enforce_envelope: bool,
}

/// Anything the program executes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instruction<'a> {
    /// Makes a market out of a zeroed account.
    Initialize(Initialize),
    /// Acts on a market.
    Risk(RiskInstruction<Candidates<'a>>),
}

/// The candidates of a crank, decoded one by one from the instruction's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates<'a> {
    bytes: &'a [u8],
}

impl Iterator for Candidates<'_> {
    type Item = CrankCandidate;

    fn next(&mut self) -> Option<CrankCandidate> {
        let mut reader = Reader { rest: self.bytes };
        let candidate = reader.candidate()?;
        self.bytes = reader.rest;
        Some(candidate)
    }
}

/// Takes fields off the front; `None` when the bytes end or a field holds no value of its kind.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn index(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn word(&mut self) -> Option<i64> {
        self.take().map(i64::from_le_bytes)
    }

    fn inputs(&mut self) -> Option<MarketInputs> {
        Some(MarketInputs { oracle_price: self.word()?, now_slot: self.word()?, funding_rate: self.word()? })
    }

    fn keeper(&mut self) -> Option<Option<u32>> {
        self.index().map(|index| (index != NOBODY).then_some(index))
    }

    fn maker(&mut self) -> Option<Option<Maker>> {
        match self.byte()? {
            0 => Some(None),
            1 => Some(Some(Maker::Buyer)),
            2 => Some(Some(Maker::Seller)),
            _ => None,
        }
    }

    fn hint(&mut self) -> Option<Option<LiquidationPolicy>> {
        match (self.byte()?, self.word()?) {
            (0, 0) => Some(None),
            (1, 0) => Some(Some(LiquidationPolicy::Full)),
            (2, close_q) => Some(Some(LiquidationPolicy::Partial(close_q))),
            _ => None,
        }
    }

    fn candidate(&mut self) -> Option<CrankCandidate> {
        Some(CrankCandidate { account: self.index()?, hint: self.hint()? })
    }

    fn candidates(&mut self) -> Option<Candidates<'a>> {
        let count = usize::from(self.take().map(u16::from_le_bytes)?);
        let (bytes, rest) = self.rest.split_at_checked(count * CANDIDATE_BYTES)?;
        self.rest = rest;
        let candidates = Candidates { bytes };
        (candidates.clone().count() == count).then_some(candidates)
    }

    fn initialize(&mut self) -> Option<Initialize> {
        Some(Initialize {
            params: Params::read(&mut self.rest)?,
            max_slots: self.index()?,
            init_slot: self.word()?,
            init_price: self.word()?,
            enforce_envelope: match self.byte()? {
                0 => false,
                1 => true,
                _ => return None,
            },
        })
    }

    fn trade(&mut self) -> Option<ExecuteTrade> {
        Some(ExecuteTrade {
            buyer: self.index()?,
            seller: self.index()?,
            size_q: self.word()?,
            execution_price: self.word()?,
            maker: self.maker()?,
            inputs: self.inputs()?,
        })
    }

    fn instruction(&mut self) -> Option<Instruction<'a>> {
        use RiskInstruction as Ix;
        Some(Instruction::Risk(match self.byte()? {
            0 => return self.initialize().map(Instruction::Initialize),
            1 => Ix::Deposit { account: self.index()?, amount: self.word()?, now_slot: self.word()? },
            2 => {
                Ix::DepositFeeCredits { account: self.index()?, amount: self.word()?, now_slot: self.word()? }
            }
            3 => Ix::TopUpInsurance { amount: self.word()?, now_slot: self.word()? },
            4 => Ix::SettleAccount { account: self.index()?, inputs: self.inputs()? },
            5 => Ix::Withdraw { account: self.index()?, amount: self.word()?, inputs: self.inputs()? },
            6 => Ix::ConvertReleased { account: self.index()?, amount: self.word()?, inputs: self.inputs()? },
            7 => Ix::ExecuteTrade(self.trade()?),
            8 => Ix::Liquidate {
                account: self.index()?,
                policy: self.hint()??,
                keeper: self.keeper()?,
                inputs: self.inputs()?,
            },
            9 => Ix::KeeperCrank {
                candidates: self.candidates()?,
                max_revalidations: self.index()?,
                keeper: self.keeper()?,
                inputs: self.inputs()?,
            },
            10 => Ix::Reclaim { account: self.index()? },
            11 => Ix::CloseAccount { account: self.index()?, inputs: self.inputs()? },
            12 => Ix::SetHedge { account: self.index()?, net: self.word()?, gross: self.word()? },
            _ => return None,
        }))
    }
}

/// Decodes one instruction; `InvalidInstruction` for an unknown tag, missing or surplus bytes, or an invalid field.
pub fn decode_instruction(data: &[u8]) -> Outcome<Instruction<'_>> {
    let mut reader = Reader { rest: data };
    match reader.instruction() {
        Some(instruction) if reader.rest.is_empty() => Ok(instruction),
        _ => Err(RiskError::InvalidInstruction),
    }
}
