//! What the word count prints.

use std::io::{self, Write};
use std::time::Duration;

use indicatif::HumanCount;

use crate::corpus::Corpus;
use crate::reference::Difference;
use crate::text::{self, write_more};

const BAR_WIDTH: usize = 30;
const LONGEST_WORD_SHOWN: usize = 60;
const MOST_DIFFERENCES_LISTED: usize = 20;

/// Everything there is to say about one run.
pub(crate) struct Report<'a> {
    pub(crate) default_text: bool,
    pub(crate) corpus: &'a Corpus,
    /// Every word with its count, the most frequent first.
    pub(crate) counts: &'a [(&'a str, u64)],
    pub(crate) top: usize,
    pub(crate) threads: usize,
    pub(crate) read_time: Duration,
    pub(crate) count_time: Duration,
    pub(crate) check: Option<&'a Check>,
}

/// A comparison with a second count of the same text.
pub(crate) struct Check {
    pub(crate) distinct: usize,
    pub(crate) differences: Vec<Difference>,
    /// The time the second count took.
    pub(crate) count_time: Duration,
}

impl Report<'_> {
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_top(out)?;
        self.write_text(out)?;
        self.write_times(out)?;
        self.check.map_or(Ok(()), |check| self.write_check(out, check))
    }

    fn write_top(&self, out: &mut impl Write) -> io::Result<()> {
        let top = &self.counts[..self.top.min(self.counts.len())];
        let Some(&(_, most)) = top.first() else {
            return Ok(());
        };
        let width = HumanCount(most).to_string().len();
        for &(word, count) in top {
            let number = HumanCount(count).to_string();
            let bar = drawn_bar(count, most);
            // The word stands last: not every script has columns of one width.
            writeln!(out, "{number:>width$}  {bar:<BAR_WIDTH$}  {}", shortened(word))?;
        }
        writeln!(out)
    }

    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        text::write_corpus(out, self.corpus, self.default_text)?;
        let distinct = HumanCount(self.counts.len() as u64);
        writeln!(out, "words    {}, {distinct} distinct", HumanCount(self.words()))
    }

    fn write_times(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "reading  {:.3} s", self.read_time.as_secs_f64())?;
        let threads = text::threads(self.threads);
        writeln!(out, "counting {}, {threads}, one shared map", self.speed(self.count_time))
    }

    fn write_check(&self, out: &mut impl Write, check: &Check) -> io::Result<()> {
        let speed = self.speed(check.count_time);
        writeln!(out, "compared {speed}, 1 thread, std HashMap\n")?;
        let distinct = check.distinct;
        let differences = &check.differences;
        if differences.is_empty() {
            return writeln!(out, "check: {distinct} distinct words, all counts equal");
        }
        writeln!(out, "check: {distinct} distinct words, {} counts differ", differences.len())?;
        for difference in differences.iter().take(MOST_DIFFERENCES_LISTED) {
            let word = shortened(&difference.word);
            let (found, expected) = (difference.found, difference.expected);
            writeln!(out, "  {word}: counted {found}, expected {expected}")?;
        }
        write_more(out, differences.len(), MOST_DIFFERENCES_LISTED)
    }

    fn words(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count).sum()
    }

    fn speed(&self, time: Duration) -> String {
        let seconds = time.as_secs_f64();
        // A clock that did not move must not make the speed infinite.
        let per_second = |amount: u64| amount as f64 / 1e6 / seconds.max(1e-9);
        let (megabytes, words) = (per_second(self.corpus.bytes), per_second(self.words()));
        format!("{seconds:.3} s, {megabytes:.1} MB/s, {words:.2} million words/s")
    }
}

/// A bar in proportion to the largest count; a count that is not zero always shows.
fn drawn_bar(count: u64, most: u64) -> String {
    let length = (count as f64 / most as f64 * BAR_WIDTH as f64).round() as usize;
    "█".repeat(length.clamp(1, BAR_WIDTH))
}

fn shortened(word: &str) -> String {
    match word.char_indices().nth(LONGEST_WORD_SHOWN) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}
