//! What the command lines of the programs have in common.

use std::fs::File;
use std::path::Path;

use clap::CommandFactory;
use clap::error::ErrorKind;

/// A number from one on; underscores may group its digits.
pub fn count(text: &str) -> Result<usize, String> {
    match text.replace('_', "").parse() {
        Ok(0) => Err("must be at least 1".into()),
        Ok(count) => Ok(count),
        Err(error) => Err(error.to_string()),
    }
}

/// Opens the file of `--csv`, or ends the program. Comes before the measurement, which is too long
/// to lose to a bad path.
pub fn create<A: CommandFactory>(path: &Path) -> File {
    File::create(path).unwrap_or_else(|error| {
        let message = format!("--csv {}: {error}", path.display());
        A::command().error(ErrorKind::Io, message).exit()
    })
}
