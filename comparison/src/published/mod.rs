//! Cells that publish snapshots, beside each other; the README says how.

mod cells;
mod publications;
mod reads;
mod report;

pub use publications::Publications;
pub use report::Report;

use crate::progress;
use cells::{ArcSwapFull, ArcSwapped, Bare, Held, LockedArc, Ours, Owned};

pub struct Setup {
    pub rounds: usize,
    /// Readers in `read`.
    pub threads: usize,
    /// The size of what is published.
    pub bytes: usize,
    /// Publications in each round.
    pub publications: usize,
}

/// What all rounds have shown.
pub struct Outcome {
    /// Name and million reads per second, a number for each repetition. The first is the pin plus an atomic load.
    pub reads: Vec<(&'static str, Vec<f64>)>,
    pub publications: Vec<(&'static str, Publications)>,
}

/// Reads are measured so many times a round, for a short time each: what disturbs the machine shall meet all of them.
const REPETITIONS: usize = 5;

type Read = fn(threads: usize) -> f64;
type Publish = fn(&Setup, &mut Publications);

const READS: [(&str, Read); 7] = [
    ("pin+load", reads::mops::<Bare>),
    ("ours", reads::mops::<Ours<u64>>),
    ("ours-owned", reads::mops::<Owned<u64>>),
    ("ours-held", reads::mops::<Held>),
    ("arc-swap", reads::mops::<ArcSwapped<u64>>),
    ("arc-full", reads::mops::<ArcSwapFull<u64>>),
    ("rwlock-arc", reads::mops::<LockedArc<u64>>),
];

const PUBLISHERS: [(&str, Publish); 3] = [
    ("ours", publications::run::<Ours<Vec<u64>>>),
    ("arc-swap", publications::run::<ArcSwapped<Vec<u64>>>),
    ("rwlock-arc", publications::run::<LockedArc<Vec<u64>>>),
];

/// Every contender once a round, in an order that rotates.
pub fn run(setup: &Setup) -> Outcome {
    let bar = progress::bar((setup.rounds + 1) * (READS.len() * REPETITIONS + PUBLISHERS.len()));
    let mut outcome = Outcome {
        reads: READS.map(|(name, _)| (name, Vec::new())).into(),
        publications: PUBLISHERS.map(|(name, _)| (name, Publications::default())).into(),
    };
    // Round 0 warms up and does not count.
    for round in 0..=setup.rounds {
        for turn in 0..READS.len() * REPETITIONS {
            let place = (round + turn + turn / READS.len()) % READS.len();
            bar.set_message(format!("round {round}: read {}", READS[place].0));
            let mops = READS[place].1(setup.threads);
            if round > 0 {
                outcome.reads[place].1.push(mops);
            }
            bar.inc(1);
        }
        for turn in 0..PUBLISHERS.len() {
            let place = (round + turn) % PUBLISHERS.len();
            bar.set_message(format!("round {round}: publish {}", PUBLISHERS[place].0));
            if round > 0 {
                PUBLISHERS[place].1(setup, &mut outcome.publications[place].1);
            }
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    outcome
}
