//! The ends of an example: what it prints, and its exit status.

use std::io::{self, BufWriter, StdoutLock, Write};
use std::process::ExitCode;

const EXIT_NOTHING_DONE: u8 = 2;

/// The exit status of a run, which says on standard error why it has done nothing.
pub(crate) fn end(result: Result<ExitCode, String>) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(message) => {
            // `eprintln!` panics when standard error is a closed pipe.
            writeln!(io::stderr(), "error: {message}").ok();
            ExitCode::from(EXIT_NOTHING_DONE)
        }
    }
}

/// Prints to standard output. A reader that has seen enough, such as `head`, is no error.
pub(crate) fn print(write: impl FnOnce(&mut BufWriter<StdoutLock<'_>>) -> io::Result<()>) -> Result<(), String> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    // Dropping the writer would try the failed rest again.
    let (_, _) = out.into_parts();
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot print the result: {error}")),
        _ => Ok(()),
    }
}
