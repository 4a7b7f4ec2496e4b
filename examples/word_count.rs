//! Counts the words of real text with all cores through one shared [`AtomicMap`].
//!
//! It shows `par_reduce_count`: the threads of a rayon pool count in small tables of their own what
//! comes often, and merge that into one map without a lock. A key is built only when it is new: words
//! are parts of the text, and a `String` is allocated once per distinct word.
//!
//! ```text
//! cargo run --release --example word_count -- --check [PATH]...
//! ```
//!
//! All text is in memory before counting starts, so the throughput is the map's and not the
//! disk's, and `--check` counts the very same bytes again whatever happens to the files meanwhile.

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/meter.rs"]
mod meter;
#[path = "support/output.rs"]
mod output;
#[path = "support/reference.rs"]
mod reference;
#[path = "support/report.rs"]
mod report;
#[path = "support/sources.rs"]
mod sources;
#[path = "support/text.rs"]
mod text;
#[path = "support/words.rs"]
mod words;

use std::process::ExitCode;
use std::time::Instant;

use atomic_dict::AtomicMap;
use clap::Parser;
use indicatif::ProgressBar;
use rayon::prelude::*;
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

use crate::report::{Check, Report};
use crate::text::TextArguments;

/// Small enough that the threads finish together, large enough that taking a piece costs nothing.
const PIECE_BYTES: usize = 64 * 1024;

const EXIT_COUNTS_DIFFER: u8 = 1;

/// Counts words with many threads in one shared map.
///
/// A word is a longest run of alphanumeric characters, as Unicode defines them, in lower case.
/// Directories are read with all below them; symbolic links met there are not followed.
/// A file reached through several paths counts once, a file that is not UTF-8 is skipped.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    text: TextArguments,

    /// How many of the most frequent words to print
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,

    /// Compare every count with a single-threaded count in a standard HashMap
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    output::end(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let started = Instant::now();
    let corpus = arguments.text.read()?;
    let read_time = started.elapsed();

    let threads = arguments.text.threads();
    let bar = meter::bytes("counting", corpus.bytes);
    let started = Instant::now();
    let map =
        count_words(&corpus.text, threads, &bar).map_err(|error| format!("cannot start {threads} threads: {error}"))?;
    let count_time = started.elapsed();
    bar.finish_and_clear();

    let pinned = map.pin();
    let entries: Vec<_> = pinned.iter().collect();
    let mut counts: Vec<(&str, u64)> = entries.iter().map(|(word, count)| (word.as_str(), **count)).collect();
    counts.sort_unstable_by(|(word, count), (other_word, other_count)| {
        other_count.cmp(count).then_with(|| word.cmp(other_word))
    });

    let check = arguments.check.then(|| check(&corpus.text, &counts));
    let report = Report {
        default_text: arguments.text.is_default(),
        corpus: &corpus,
        counts: &counts,
        top: arguments.top,
        threads,
        read_time,
        count_time,
        check: check.as_ref(),
    };
    output::print(|out| report.write(out))?;

    let equal = check.is_none_or(|check| check.differences.is_empty());
    Ok(if equal { ExitCode::SUCCESS } else { ExitCode::from(EXIT_COUNTS_DIFFER) })
}

/// One map, and a pool of threads that share out the pieces of text.
fn count_words(text: &str, threads: usize, bar: &ProgressBar) -> Result<AtomicMap<String, u64>, ThreadPoolBuildError> {
    let map: AtomicMap<String, u64> = AtomicMap::new();
    let pieces = words::pieces(text, PIECE_BYTES);
    let words = pieces.par_iter().flat_map_iter(|piece| {
        bar.inc(piece.len() as u64);
        words::words(piece)
    });
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    pool.install(|| map.par_reduce_count(words));
    Ok(map)
}

/// Counts the same text once more, without the shared map.
fn check(text: &str, counts: &[(&str, u64)]) -> Check {
    let started = Instant::now();
    let expected = reference::count(text);
    let count_time = started.elapsed();
    let distinct = expected.len();
    Check { distinct, count_time, differences: reference::differences(counts, expected) }
}
