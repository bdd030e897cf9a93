//! One account of one program at a time and the commands on it. The first byte of a frame is the command; all numbers are
//! little-endian.

use crate::buffer::Buffer;
use crate::frame::Frame;
use crate::journal::Journal;
use crate::program::Program;
use risk::errors::RiskError;
use risk::journal::Undo;
use risk::wire::AccountView;
use std::marker::PhantomData;

/// Who signs in `execute`.
const AUTHORITY: [u8; 32] = [1; 32];

/// The account being worked on, and its journal.
pub struct Session<P> {
    account: Buffer,
    journal: Journal,
    program: PhantomData<P>,
}

impl<P> Default for Session<P> {
    fn default() -> Self {
        Self { account: Buffer::default(), journal: Journal::default(), program: PhantomData }
    }
}

impl<P: Program> Session<P> {
    /// Answers one frame; `None` if it is malformed.
    pub fn answer(&mut self, frame: &[u8], answer: &mut Vec<u8>) -> Option<()> {
        let mut frame = Frame(frame);
        match frame.byte()? {
            b'd' => answer.extend(P::describe().into_bytes()),
            b'n' => self.open(Buffer::zeroed(P::size_of_account(&mut frame)?)),
            b'l' => self.load(frame.0, answer),
            b's' => answer.extend(self.account.bytes()),
            b'x' => self.execute(&mut frame, answer)?,
            b'm' => self.journal.mark(),
            b'k' => self.journal.release(),
            b'r' => P::rollback(self.account.bytes_mut(), &mut self.journal)?,
            b'p' => process_raw::<P>(&mut frame, answer)?,
            b't' => self.time(&mut frame, answer)?,
            b'c' => answer.push(u8::from(P::hatch(frame.number()?))),
            _ => return None,
        }
        Some(())
    }

    fn open(&mut self, account: Buffer) {
        self.account = account;
        self.journal = Journal::default();
    }

    /// Makes the bytes the account if the rules could have left them behind; answers the code.
    fn load(&mut self, bytes: &[u8], answer: &mut Vec<u8>) {
        let mut account = Buffer::copy_of(bytes);
        let valid = P::is_valid(account.bytes_mut());
        if valid {
            self.open(account);
        }
        let code = if valid { 0 } else { RiskError::InvalidAccountData.code() };
        answer.extend(code.to_le_bytes());
    }

    /// Executes instructions, each preceded by its length. Answers for each: code, number of records that may have
    /// changed, then number and bytes of each of these.
    fn execute(&mut self, frame: &mut Frame, answer: &mut Vec<u8>) -> Option<()> {
        while !frame.0.is_empty() {
            let data = frame.bytes()?;
            self.journal.mark();
            let code = self.step(data);
            answer.extend(code.to_le_bytes());
            let at = answer.len();
            answer.extend([0; 4]);
            let mut count = 0_u32;
            if code == 0 {
                for (kind, place) in self.journal.dirty() {
                    // An initialisation knows no journal: there is nothing to tell before it.
                    let (number, offset, size) = P::locate(self.account.bytes_mut(), kind, place)?;
                    count += 1;
                    answer.extend(number.to_le_bytes());
                    answer.extend(self.account.bytes().get(offset..offset + size)?);
                }
            }
            answer.get_mut(at..at + 4)?.copy_from_slice(&count.to_le_bytes());
            self.journal.release();
        }
        Some(())
    }

    fn step(&mut self, data: &[u8]) -> u32 {
        let account = AccountView {
            key: [0; 32],
            owner: P::ID,
            is_signer: false,
            is_writable: true,
            data: self.account.bytes_mut(),
        };
        let signer = || AccountView {
            key: AUTHORITY,
            owner: [0; 32],
            is_signer: true,
            is_writable: false,
            data: &mut [],
        };
        P::process(&P::ID, &mut [account, signer(), signer()], data, &mut self.journal)
    }

    /// Executes blocks of instructions, each preceded by its length, `rounds` times from the same start, changes nothing,
    /// and answers the least nanoseconds each block took: rules and journal, no decoding.
    fn time(&mut self, frame: &mut Frame, answer: &mut Vec<u8>) -> Option<()> {
        let rounds = frame.number()?;
        let mut blocks = Vec::new();
        while !frame.0.is_empty() {
            blocks.push(frame.bytes()?);
        }
        let start = Buffer::copy_of(self.account.bytes());
        let mut least = vec![u64::MAX; blocks.len()];
        for _ in 0..rounds {
            self.account.bytes_mut().copy_from_slice(start.bytes());
            let mut done = |block: usize, nanoseconds: u128| {
                if let Some(best) = least.get_mut(block) {
                    *best = (*best).min(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
                }
            };
            P::run_blocks(self.account.bytes_mut(), &mut self.journal, &blocks, &mut done)?;
        }
        self.open(start);
        answer.extend(least.into_iter().flat_map(u64::to_le_bytes));
        Some(())
    }
}

/// Calls the program with accounts as the frame describes them. Answers the code and the bytes of each account.
fn process_raw<P: Program>(frame: &mut Frame, answer: &mut Vec<u8>) -> Option<()> {
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
    let code = P::process(&program_id, &mut accounts, frame.0, &mut Journal::default());
    answer.extend(code.to_le_bytes());
    for (_, _, _, buffer) in &described {
        answer.extend(u32::try_from(buffer.bytes().len()).ok()?.to_le_bytes());
        answer.extend(buffer.bytes());
    }
    Some(())
}
