//! Runs the programs natively on bytes from stdin, for the parity suite (design 02 §6). `sim/verify/parity_host.ts` is the
//! other end and describes the frames.

mod buffer;
mod journal;
mod session;

use session::Session;
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

fn serve() -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut session = Session::default();
    let (mut frame, mut answer) = (Vec::new(), Vec::new());
    while read_frame(&mut input, &mut frame)?.is_some() {
        answer.clear();
        session.answer(&frame, &mut answer).ok_or_else(|| io::Error::other("a malformed frame"))?;
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
