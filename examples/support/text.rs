//! The text that an example works on: what its command line says of it, and what there is to say about it.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;

use clap::{Args, value_parser};
use indicatif::{DecimalBytes, HumanCount};

use crate::corpus::Corpus;
use crate::sources::{self, Reason, Root, Skipped};

/// Cargo's home can hold gigabytes; an explicit path means its whole text is wanted.
const DEFAULT_TEXT_LIMIT_MB: u64 = 256;

const MOST_SKIPPED_LISTED: usize = 5;

#[derive(Args)]
pub(crate) struct TextArguments {
    /// Files and directories; without any, the sources unpacked in cargo's home and this package
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Threads that work on it [default: one per core]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// Read at most this many million bytes of text, in whole files [default: none for paths, 256 without]
    #[arg(long, value_name = "MB", value_parser = value_parser!(u64).range(1..))]
    limit_mb: Option<u64>,
}

impl TextArguments {
    /// Reads it, and lists on standard error what it leaves out.
    pub(crate) fn read(&self) -> Result<Corpus, String> {
        let default_limit = self.is_default().then_some(DEFAULT_TEXT_LIMIT_MB);
        let limit = self.limit_mb.or(default_limit).map(|mb| mb.saturating_mul(1_000_000));
        let roots = if self.is_default() { Root::default_text() } else { Root::from_paths(&self.paths)? };
        let corpus = Corpus::read(sources::find(&roots), limit);
        list_skipped(&corpus.skipped);
        if corpus.files == 0 { Err(corpus.why_empty()) } else { Ok(corpus) }
    }

    /// Whether no path was named.
    pub(crate) fn is_default(&self) -> bool {
        self.paths.is_empty()
    }

    pub(crate) fn threads(&self) -> usize {
        let all_cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.threads.map_or_else(all_cores, usize::from)
    }
}

/// So many threads, in words.
pub(crate) fn threads(number: usize) -> String {
    match number {
        1 => "1 thread".to_owned(),
        threads => format!("{threads} threads"),
    }
}

pub(crate) fn write_corpus(out: &mut impl Write, corpus: &Corpus, is_default: bool) -> io::Result<()> {
    if is_default {
        writeln!(out, "text     sources unpacked in cargo's home, and this package")?;
    }
    write!(out, "files    {} read, ", HumanCount(corpus.files as u64))?;
    writeln!(out, "{}", skipped_summary(&corpus.skipped))?;
    let (left_out, left_out_bytes) = corpus.beyond_limit;
    if let (Some(limit), 1..) = (corpus.limit, left_out) {
        let (limit, files) = (limit / 1_000_000, HumanCount(left_out as u64));
        let bytes = DecimalBytes(left_out_bytes);
        writeln!(out, "limit    {limit} MB (--limit-mb), files left out: {files}, {bytes}")?;
    }
    writeln!(out, "bytes    {}", HumanCount(corpus.bytes))
}

/// Lists the first skipped files on standard error.
fn list_skipped(skipped: &[Skipped]) {
    let mut out = io::stderr().lock();
    for Skipped { path, reason } in skipped.iter().take(MOST_SKIPPED_LISTED) {
        // Quoted, because a name can hold any byte, a terminal's control characters included.
        let written = match reason {
            Reason::NotUtf8 { at } => writeln!(out, "skipped {path:?}: not UTF-8 at byte {at}"),
            Reason::Unreadable(error) => writeln!(out, "skipped {path:?}: {error}"),
            Reason::NotRegular(kind) => writeln!(out, "skipped {path:?}: {kind}"),
        };
        written.ok();
    }
    write_more(&mut out, skipped.len(), MOST_SKIPPED_LISTED).ok();
}

pub(crate) fn write_more(out: &mut impl Write, all: usize, listed: usize) -> io::Result<()> {
    match all.saturating_sub(listed) {
        0 => Ok(()),
        more => writeln!(out, "and {more} more"),
    }
}

fn skipped_summary(skipped: &[Skipped]) -> String {
    let number = |is_kind: fn(&Reason) -> bool| {
        let same_kind = skipped.iter().filter(|skipped| is_kind(&skipped.reason));
        HumanCount(same_kind.count() as u64)
    };
    let not_utf8 = number(|reason| matches!(reason, Reason::NotUtf8 { .. }));
    let unreadable = number(|reason| matches!(reason, Reason::Unreadable(_)));
    let not_regular = number(|reason| matches!(reason, Reason::NotRegular(_)));
    let all = HumanCount(skipped.len() as u64);
    format!("{all} skipped: {not_utf8} not UTF-8, {unreadable} unreadable, {not_regular} links or special")
}
