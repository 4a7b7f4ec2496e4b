//! Interns the words of real text with all cores: each distinct word gets an id, and the id gives the word back.
//!
//! An [`AtomicMap`] goes from words to ids, a [`DenseMap`] from ids to words; the two share the strings. The ids are those that
//! [`DenseMap::push`] hands out, so they are dense, and the second map is an array that grows without a lock.
//!
//! ```text
//! cargo run --release --example interner -- --check [PATH]...
//! ```
//!
//! All text is in memory before it starts. That each id belongs to one word, and that both directions agree, is checked in
//! any case; `--check` looks, besides, for every word that one thread finds in the same text.

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/meter.rs"]
mod meter;
#[path = "support/output.rs"]
mod output;
#[path = "support/sources.rs"]
mod sources;
#[path = "support/text.rs"]
mod text;
#[path = "support/words.rs"]
mod words;

use std::collections::HashSet;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use atomic_dict::{AtomicMap, DenseMap, Pinned, RandomState, dense};
use clap::Parser;
use indicatif::{DecimalBytes, HumanCount, ProgressBar};

use crate::text::TextArguments;

/// Small enough that the threads finish together, large enough that taking a piece costs nothing.
const PIECE_BYTES: usize = 64 * 1024;

/// The two counters in front of the characters of an `Arc<str>`.
const ARC_COUNTERS: usize = 2 * size_of::<usize>();

const EXIT_WRONG: u8 = 1;

/// Gives each distinct word of a text an id, with many threads, and gets the words back by their ids.
///
/// A word is a longest run of alphanumeric characters, as Unicode defines them, in lower case.
/// Directories are read with all below them; symbolic links met there are not followed.
/// A file reached through several paths counts once, a file that is not UTF-8 is skipped.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    text: TextArguments,

    /// Compare the words with those that a single thread finds, in a standard HashSet
    #[arg(long)]
    check: bool,
}

/// Words and their ids.
struct Interner {
    ids: AtomicMap<Arc<str>, u32>,
    words: DenseMap<Arc<str>>,
}

/// One thread's access to an interner.
struct Handle<'i> {
    ids: Pinned<'i, Arc<str>, u32, RandomState>,
    words: dense::Pinned<'i, Arc<str>>,
}

impl Interner {
    fn new() -> Self {
        Self { ids: AtomicMap::new(), words: DenseMap::builder().max_index(u32::MAX as usize).build() }
    }

    fn pin(&self) -> Handle<'_> {
        Handle { ids: self.ids.pin(), words: self.words.pin() }
    }

    /// Bytes of the strings, of the way to their ids (without the nodes that hold the strings there), and of the way back.
    fn bytes(&self) -> [usize; 3] {
        let strings = self.words.pin().values().map(|word| word.len() + ARC_COUNTERS).sum();
        [strings, self.ids.stats().bytes, self.words.bytes()]
    }

    /// Whether each id belongs to one word, and both directions agree; else what is wrong.
    fn verify(&self) -> Result<usize, String> {
        let Handle { ids, words } = self.pin();
        let mut taken = HashSet::new();
        for (word, id) in &ids {
            if !taken.insert(*id) {
                return Err(format!("id {} belongs to two words", *id));
            }
            // Equal, but not always the same string: of two threads that meet a new word, one can put the key, the other the id.
            if words.get(*id as usize).is_none_or(|back| *back != *word) {
                return Err(format!("id {} does not give {word:?} back", *id));
            }
        }
        for (id, word) in &words {
            if ids.get(&**word).is_none_or(|back| *back as usize != id) {
                return Err(format!("{word:?} does not have id {id}"));
            }
        }
        Ok(taken.len())
    }
}

impl Handle<'_> {
    /// The id of a word, which gets one if it has none.
    fn intern(&self, word: &str) -> u32 {
        if let Some(id) = self.ids.get(word) {
            return *id;
        }
        let word: Arc<str> = Arc::from(word);
        // The way back comes first: whoever can learn the id can use it.
        let id = u32::try_from(self.words.push(Arc::clone(&word))).expect("the limit of the map");
        match self.ids.try_insert(word, id) {
            Ok(_) => id,
            Err(occupied) => {
                // Another thread was first. Nobody has seen our id, and nobody will.
                self.words.remove(id as usize);
                *occupied.current
            }
        }
    }

    fn repin(&mut self) {
        self.ids.repin();
        self.words.repin();
    }
}

fn main() -> ExitCode {
    output::end(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let corpus = arguments.text.read()?;
    let threads = arguments.text.threads();
    let bar = meter::bytes("interning", corpus.bytes);
    let interner = Interner::new();
    let started = Instant::now();
    let interned = intern_words(&interner, &corpus.text, threads, &bar)
        .map_err(|error| format!("cannot start {threads} threads: {error}"))?;
    let time = started.elapsed();
    bar.finish_and_clear();

    let verdict = interner.verify().and_then(|distinct| match arguments.check {
        true => compare(&interner, &corpus.text, distinct),
        false => Ok(distinct),
    });
    let resolving = resolve(&interner);
    output::print(|out| {
        text::write_corpus(out, &corpus, arguments.text.is_default())?;
        write_figures(out, &interner, (interned, time, threads), resolving)?;
        match &verdict {
            Ok(distinct) => {
                writeln!(out, "\ncheck: {distinct} distinct words, each with an id of its own that gives it back")
            }
            Err(wrong) => writeln!(out, "\ncheck: {wrong}"),
        }
    })?;
    Ok(if verdict.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_WRONG) })
}

/// Interns every word; the threads take the next piece of text from a shared cursor. Returns how many ids were asked for.
fn intern_words(interner: &Interner, text: &str, threads: usize, bar: &ProgressBar) -> io::Result<u64> {
    let pieces = words::pieces(text, PIECE_BYTES);
    let (next_piece, interned) = (AtomicUsize::new(0), AtomicU64::new(0));
    let intern_pieces = || {
        let mut handle = interner.pin();
        let mut count = 0;
        // Relaxed: the cursor only hands out numbers, the text itself never changes.
        while let Some(piece) = pieces.get(next_piece.fetch_add(1, Ordering::Relaxed)) {
            for word in words::words(piece) {
                handle.intern(&word);
                count += 1;
            }
            // Between pieces nothing is borrowed, so memory retired by now can be reclaimed.
            handle.repin();
            bar.inc(piece.len() as u64);
        }
        interned.fetch_add(count, Ordering::Relaxed); // Relaxed: read when the threads have ended.
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            thread::Builder::new().spawn_scoped(scope, intern_pieces)?;
        }
        Ok::<(), io::Error>(())
    })?;
    Ok(interned.into_inner())
}

/// Whether exactly the words of the text have ids, of which `distinct` are known to be right.
fn compare(interner: &Interner, text: &str, distinct: usize) -> Result<usize, String> {
    let mut expected: HashSet<String> = HashSet::new();
    for word in words::words(text) {
        if !expected.contains(&*word) {
            expected.insert(word.into_owned());
        }
    }
    let ids = interner.ids.pin();
    if let Some(missing) = expected.iter().find(|word| !ids.contains_key(word.as_str())) {
        return Err(format!("{missing:?} has no id"));
    }
    if expected.len() == distinct { Ok(distinct) } else { Err(format!("{distinct} ids, {} words", expected.len())) }
}

/// Gets every word back by its id, one after the other. Returns how many, and how long it took.
fn resolve(interner: &Interner) -> (usize, Duration) {
    let ids: Vec<usize> = interner.words.pin().keys().collect();
    let words = interner.words.pin();
    let started = Instant::now();
    let found = ids.iter().filter(|id| words.get(**id).is_some_and(|word| !word.is_empty())).count();
    (found, started.elapsed())
}

/// How many ids were asked for, in what time, by how many threads; and the same for getting words back.
fn write_figures(
    out: &mut impl Write,
    interner: &Interner,
    (interned, time, threads): (u64, Duration, usize),
    (resolved, resolve_time): (usize, Duration),
) -> io::Result<()> {
    // A clock that did not move must not make the speed infinite.
    let speed = |count: u64, time: Duration| {
        let seconds = time.as_secs_f64();
        format!("{seconds:.3} s, {:.2} million ids/s", count as f64 / 1e6 / seconds.max(1e-9))
    };
    let distinct = HumanCount(interner.words.len() as u64);
    writeln!(out, "words    {}, {distinct} distinct", HumanCount(interned))?;
    writeln!(out, "interned {}, {}", speed(interned, time), text::threads(threads))?;
    writeln!(out, "resolved {}, {}", speed(resolved as u64, resolve_time), text::threads(1))?;
    let [strings, there, back] = interner.bytes().map(|bytes| DecimalBytes(bytes as u64));
    writeln!(out, "memory   strings {strings}, to ids {there}, back {back}")
}
