//! Runs the programs natively on bytes from stdin, for the parity suite (design 02 §6). `sim/verify/parity_host.ts` is the
//! other end and describes the frames.

mod buffer;
mod frame;
mod journal;
mod program;
mod risk_program;
mod session;
mod slab_program;

use risk_program::Risk;
use session::Session;
use slab_program::Slab;
use std::io::{self, BufReader, BufWriter, Read, Write};

/// Larger frames are a fault of the other end.
const FRAME_MAX: u32 = 64 << 20;

/// One frame: its length as a little-endian u32, then as many bytes. `None` at the end of the stream.
fn read_frame(input: &mut impl Read, frame: &mut Vec<u8>) -> io::Result<Option<()>> {
    let mut length = [0; 4];
    if let Err(error) = input.read_exact(&mut length) {
        return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) };
    }
    let length = u32::from_le_bytes(length);
    if length > FRAME_MAX {
        return Err(io::Error::other(format!("a frame of {length} bytes")));
    }
    frame.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
    input.read_exact(frame).map(Some)
}

/// A session of each program, and whose the frames are now.
#[derive(Default)]
struct Sessions {
    risk: Session<Risk>,
    slab: Session<Slab>,
    is_slab: bool,
}

impl Sessions {
    /// Answers one frame; `None` if it is malformed. `g` and a number go to another program: 0 risk, 1 slab.
    fn answer(&mut self, frame: &[u8], answer: &mut Vec<u8>) -> Option<()> {
        match frame {
            [b'g', program @ 0..=1] => {
                self.is_slab = *program == 1;
                Some(())
            }
            _ if self.is_slab => self.slab.answer(frame, answer),
            _ => self.risk.answer(frame, answer),
        }
    }
}

fn serve() -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut sessions = Sessions::default();
    let (mut frame, mut answer) = (Vec::new(), Vec::new());
    while read_frame(&mut input, &mut frame)?.is_some() {
        answer.clear();
        sessions.answer(&frame, &mut answer).ok_or_else(|| io::Error::other("a malformed frame"))?;
        output.write_all(&u32::try_from(answer.len()).map_err(io::Error::other)?.to_le_bytes())?;
        output.write_all(&answer)?;
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
    output.flush()
}

fn main() -> std::process::ExitCode {
    match serve() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("host: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
