//! Maps from dense integers: `DenseMap` beside plain atomics, other structures and `AtomicMap`.

mod boxed;
mod loads;
mod numbers;
mod report;

pub use loads::Load;
pub use report::Report;

use crate::keys::shuffle;
use crate::progress;

/// One thread's way to a structure of numbers, or of strings that stand for their lengths.
pub trait Handle {
    fn get(&mut self, index: usize) -> Option<u64>;

    /// Whether there was none.
    fn insert(&mut self, index: usize, value: u64) -> bool;

    fn compare_and_set(&mut self, index: usize, old: u64, new: u64) -> bool;

    fn push(&mut self, value: u64) -> usize;
}

/// A structure that threads share.
pub trait Store: Sync + Sized {
    type Handle<'s>: Handle
    where
        Self: 's;

    /// For so many entries.
    fn new(entries: usize) -> Self;

    fn handle(&self) -> Self::Handle<'_>;

    /// Takes all entries out, and keeps the memory.
    fn empty(&self, entries: usize);

    /// Frees garbage, so that no later sample pays for it.
    fn settle(&self) {}
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// A vector of atomics: the limit.
    Atomics,
    /// `DenseMap`, all indices in the base.
    Base,
    /// `DenseMap`, all but a few indices in segments.
    Overflow,
    AtomicMap,
    /// A growing vector behind a lock for reading and writing.
    RwLock,
    Boxcar,
    /// `DenseMap<Arc<str>>`, through a handle.
    Boxed,
    /// The same, through the map itself: a pin for each call.
    BoxedPin,
    BoxedAtomicMap,
    BoxedRwLock,
}

impl Column {
    pub const ALL: [Self; 10] = [
        Self::Atomics,
        Self::Base,
        Self::Overflow,
        Self::AtomicMap,
        Self::RwLock,
        Self::Boxcar,
        Self::Boxed,
        Self::BoxedPin,
        Self::BoxedAtomicMap,
        Self::BoxedRwLock,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Atomics => "atomics",
            Self::Base => "base",
            Self::Overflow => "overflow",
            Self::AtomicMap => "atomic-map",
            Self::RwLock => "rwlock",
            Self::Boxcar => "boxcar",
            Self::Boxed => "str",
            Self::BoxedPin => "str-pin",
            Self::BoxedAtomicMap => "str-atomic",
            Self::BoxedRwLock => "str-rwlock",
        }
    }

    fn has(self, load: Load) -> bool {
        match self {
            Self::Atomics => load != Load::Push,
            Self::AtomicMap => load != Load::Push,
            Self::Boxcar => !matches!(load, Load::Insert),
            Self::Boxed | Self::BoxedPin | Self::BoxedAtomicMap | Self::BoxedRwLock => {
                matches!(load, Load::Get | Load::Insert)
            }
            Self::Base | Self::Overflow | Self::RwLock => true,
        }
    }

    fn measure(self, load: Load, data: &Data, threads: usize) -> f64 {
        match self {
            Self::Atomics => load.measure::<numbers::Atomics>(data, threads),
            Self::Base => load.measure::<numbers::Base>(data, threads),
            Self::Overflow => load.measure::<numbers::Overflow>(data, threads),
            Self::AtomicMap => load.measure::<numbers::Hashed>(data, threads),
            Self::RwLock => load.measure::<numbers::Locked>(data, threads),
            Self::Boxcar => load.measure::<numbers::Boxcar>(data, threads),
            Self::Boxed => load.measure::<boxed::Pinned>(data, threads),
            Self::BoxedPin => load.measure::<boxed::Plain>(data, threads),
            Self::BoxedAtomicMap => load.measure::<boxed::Hashed>(data, threads),
            Self::BoxedRwLock => load.measure::<boxed::Locked>(data, threads),
        }
    }
}

/// The indices of one run.
pub struct Data {
    /// All of them, in a random order.
    shuffled: Vec<usize>,
}

impl Data {
    fn new(entries: usize) -> Self {
        let mut numbers: Vec<u64> = (0..entries as u64).collect();
        shuffle(&mut numbers);
        Self { shuffled: numbers.into_iter().map(|number| number as usize).collect() }
    }

    fn entries(&self) -> usize {
        self.shuffled.len()
    }

    /// Value `round` of an index.
    fn value(index: usize, round: usize) -> u64 {
        // Computed by one multiplication, so that making it is not the load.
        ((index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24) + round as u64
    }
}

pub struct Setup {
    pub entries: usize,
    pub rounds: usize,
    /// One, and how many more to compare it with.
    pub threads: Vec<usize>,
    pub loads: Vec<Load>,
    pub columns: Vec<Column>,
}

/// Million operations per second in each round, of a load by so many threads, for each column; none where there is no such load.
pub struct Row {
    pub load: Load,
    pub threads: usize,
    pub cells: Vec<Vec<f64>>,
}

pub fn run(setup: &Setup) -> Vec<Row> {
    let data = Data::new(setup.entries);
    let rows = setup.loads.iter().flat_map(|&load| setup.threads.iter().map(move |&threads| (load, threads)));
    let mut rows: Vec<Row> =
        rows.map(|(load, threads)| Row { load, threads, cells: vec![Vec::new(); setup.columns.len()] }).collect();
    let bar = progress::bar((setup.rounds + 1) * rows.len() * setup.columns.len());
    // Round 0 warms up and does not count.
    for round in 0..=setup.rounds {
        for row in &mut rows {
            for turn in 0..setup.columns.len() {
                let place = (round + turn) % setup.columns.len();
                let column = setup.columns[place];
                bar.set_message(format!("round {round}: {} {}", row.load.name(), column.name()));
                if column.has(row.load) {
                    let mops = column.measure(row.load, &data, row.threads);
                    if round > 0 {
                        row.cells[place].push(mops);
                    }
                }
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    rows
}
