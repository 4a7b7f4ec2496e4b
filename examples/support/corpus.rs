//! The text of many files in one string.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str;

use indicatif::ProgressBar;

use crate::meter;
use crate::sources::{Reason, Skipped, Sources};

/// Enough of a file to tell most binary files, so that a huge one is not read to its end.
const PROBE_BYTES: u64 = 64 * 1024;

/// Text in memory and what it came from.
pub(crate) struct Corpus {
    /// The files one after the other, a line feed after each so that no word goes across.
    pub(crate) text: String,
    pub(crate) files: usize,
    /// Bytes of the files, without the line feeds between them.
    pub(crate) bytes: u64,
    pub(crate) skipped: Vec<Skipped>,
    /// The most bytes to read, if there is a limit.
    pub(crate) limit: Option<u64>,
    /// Files that the limit leaves out, and their bytes.
    pub(crate) beyond_limit: (usize, u64),
}

/// What became of one file.
enum Outcome {
    Read,
    BeyondLimit,
    Skipped(Reason),
}

impl Corpus {
    /// Reads the files, except those that are not text and those that would exceed `limit` bytes.
    pub(crate) fn read(sources: Sources, limit: Option<u64>) -> Self {
        let found = sources.files.iter().map(|source| source.bytes).sum::<u64>();
        let bar = meter::bytes("reading", limit.map_or(found, |limit| found.min(limit)));
        let mut all = Vec::new();
        let mut skipped = sources.skipped;
        let (mut files, mut bytes, mut beyond_limit) = (0, 0, (0, 0));

        for source in sources.files {
            let allowed = limit.map_or(u64::MAX, |limit| limit - bytes);
            let start = all.len();
            let outcome = if source.bytes > allowed {
                Outcome::BeyondLimit
            } else {
                append(&source.path, &mut all, allowed, &bar)
            };
            match outcome {
                Outcome::Read => {
                    files += 1;
                    bytes += (all.len() - start) as u64;
                    all.push(b'\n');
                }
                Outcome::BeyondLimit => {
                    beyond_limit.0 += 1;
                    beyond_limit.1 += source.bytes;
                    all.truncate(start);
                }
                Outcome::Skipped(reason) => {
                    skipped.push(Skipped { path: source.path, reason });
                    all.truncate(start);
                }
            }
            bar.set_position(bytes);
        }

        bar.finish_and_clear();
        let text = String::from_utf8(all).expect("every file was checked to be UTF-8");
        Self { text, files, bytes, skipped, limit, beyond_limit }
    }

    /// The message for a corpus without any file.
    pub(crate) fn why_empty(&self) -> String {
        match (self.beyond_limit.0, self.skipped.len()) {
            (0, 0) => "no text found: there are no files".to_owned(),
            (0, skipped) => format!("no text found: files skipped: {skipped}"),
            (beyond, _) => format!("no text found: files beyond the limit: {beyond}"),
        }
    }
}

/// Appends the file; what it appends of a file that is not `Read` is for the caller to remove.
fn append(path: &Path, all: &mut Vec<u8>, allowed: u64, bar: &ProgressBar) -> Outcome {
    match append_bytes(path, all, allowed, bar) {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Skipped(Reason::Unreadable(error.to_string())),
    }
}

fn append_bytes(path: &Path, all: &mut Vec<u8>, allowed: u64, bar: &ProgressBar) -> io::Result<Outcome> {
    let start = all.len();
    // A file may have grown since it was found: one byte too many shows that.
    let mut file = bar.wrap_read(File::open(path)?).take(allowed.saturating_add(1));
    file.by_ref().take(PROBE_BYTES).read_to_end(all)?;
    if let Err(error) = str::from_utf8(&all[start..]) {
        // An error without a length is a character that the end of the probe cuts in two.
        if error.error_len().is_some() {
            return Ok(Outcome::Skipped(Reason::NotUtf8 { at: error.valid_up_to() }));
        }
    }
    file.read_to_end(all)?;
    if (all.len() - start) as u64 > allowed {
        return Ok(Outcome::BeyondLimit);
    }
    Ok(match str::from_utf8(&all[start..]) {
        Ok(_) => Outcome::Read,
        Err(error) => Outcome::Skipped(Reason::NotUtf8 { at: error.valid_up_to() }),
    })
}
