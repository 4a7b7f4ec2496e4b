//! A thread stopped at any site of a published cell stops nobody, and no value is lost or dropped twice.

use super::case::Case;
use super::coverage::{self, Coverage};
use super::sites;
use crate::alone::alone;
use crate::platform::epoch::pin;
use crate::platform::hook::Stop;
use crate::published::Published;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What others do, each thread, in turns of a publication and something else.
const TURNS: usize = 500;

/// What a victim does. (`load`, `snapshot` and `version` read the same word as `load_owned`.)
#[derive(Clone, Copy, Debug)]
enum Operation {
    Load,
    Store,
    StoreIfVersion,
    Swap,
    CompareAndSet,
    Update,
    /// Declines first.
    TryUpdate,
    Reclaim,
}

const OPERATIONS: [Operation; 8] = [
    Operation::Load,
    Operation::Store,
    Operation::StoreIfVersion,
    Operation::Swap,
    Operation::CompareAndSet,
    Operation::Update,
    Operation::TryUpdate,
    Operation::Reclaim,
];

/// A thread parked in the middle of an operation on the same cell.
type Accomplice = (Operation, &'static str);

/// One who reads, so that nothing becomes due any more; one who is about to publish, and will be late; one who has
/// replaced a value that is in no list yet; and those who are about to take all values that wait, or have them.
const ACCOMPLICES: [Accomplice; 5] = [
    (Operation::Load, "SNAPSHOT_LOAD"),
    (Operation::Store, "PUBLISH"),
    (Operation::Swap, "RETIRED_PUSH"),
    (Operation::Reclaim, "RETIRED_TAKE"),
    (Operation::Reclaim, "DROPPED_ADD"),
];

/// A value that is counted when it is made and when it is dropped.
struct Counted(Arc<Counts>);

#[derive(Default)]
struct Counts {
    made: AtomicUsize,
    dropped: AtomicUsize,
    published: AtomicUsize,
}

impl Counted {
    fn new(counts: &Arc<Counts>) -> Self {
        counts.made.fetch_add(1, Relaxed);
        Self(Arc::clone(counts))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Relaxed);
    }
}

struct Arena {
    cell: Published<Counted>,
    counts: Arc<Counts>,
}

impl Arena {
    /// With values that wait, due and not.
    fn new() -> Self {
        let counts = Arc::default();
        let arena = Self { cell: Published::new(Counted::new(&counts)), counts };
        for _ in 0..3 {
            arena.operate(Operation::Swap);
        }
        arena
    }

    fn operate(&self, operation: Operation) {
        let new = || Counted::new(&self.counts);
        let published = match operation {
            Operation::Load => {
                assert!(Arc::ptr_eq(&self.cell.load_owned().0, &self.counts));
                false
            }
            Operation::Store => self.cell.store(new()) > 0,
            Operation::StoreIfVersion => self.cell.store_if_version(self.cell.version(), new()).is_ok(),
            Operation::Swap => {
                let guard = pin();
                assert!(Arc::ptr_eq(&self.cell.swap(new(), &guard).0, &self.counts));
                true
            }
            Operation::CompareAndSet => {
                let guard = pin();
                self.cell.compare_and_set(self.cell.load(&guard), new(), &guard).is_ok()
            }
            Operation::Update => self.cell.update(|_| new()) > 0,
            Operation::TryUpdate => {
                assert!(self.cell.try_update(|_| None).is_none());
                self.cell.try_update(|_| Some(new())).is_some()
            }
            Operation::Reclaim => {
                self.cell.reclaim();
                false
            }
        };
        self.counts.published.fetch_add(usize::from(published), Relaxed);
    }

    /// What the others do: everything, often enough that values become due meanwhile.
    fn work(&self) {
        for turn in 0..TURNS {
            self.operate(OPERATIONS[turn % OPERATIONS.len()]);
            self.operate(Operation::Store);
        }
    }

    /// All threads are done.
    fn verify(self) {
        let Self { cell, counts } = self;
        assert_eq!(cell.version() as usize, counts.published.load(Relaxed), "one step for each publication");
        let alive = |counts: &Counts| counts.made.load(Relaxed) - counts.dropped.load(Relaxed);
        let waiting = cell.reclaim().waiting;
        assert_eq!(alive(&counts), 1 + waiting, "the current value, and those that wait");
        drop(cell);
        assert_eq!(alive(&counts), 0);
    }
}

/// Alone, since values are not due while a thread of another test is pinned.
#[test]
fn a_thread_parked_anywhere_in_a_cell_stops_nobody() {
    alone("progress::published::a_thread_parked_anywhere_in_a_cell_stops_nobody", every_case);
}

fn park_everywhere(operation: Operation, fresh: bool, accomplice: Option<Accomplice>) -> Coverage {
    let with_case = |_: bool, run: &mut dyn FnMut(&Case<'_>)| {
        let arena = Arena::new();
        let assist = || accomplice.iter().for_each(|(operation, _)| arena.operate(*operation));
        run(&Case {
            accomplice: accomplice.map(|(_, site)| (&assist as _, Stop { site, hit: 1 })),
            fresh,
            ..Case::of(&|| arena.operate(operation), &|_| arena.work())
        });
        arena
    };
    coverage::park_everywhere((operation, fresh, accomplice), with_case, Arena::verify)
}

fn every_case() {
    let mut coverage = Coverage::default();
    for operation in OPERATIONS {
        coverage.add(park_everywhere(operation, false, None));
    }
    coverage.add(park_everywhere(Operation::Load, true, None));
    println!("alone: {coverage}");
    coverage.assert_complete("alone", 200);
    for accomplice in ACCOMPLICES {
        let mut part = Coverage::default();
        for operation in OPERATIONS {
            part.add(park_everywhere(operation, false, Some(accomplice)));
        }
        println!("beside {accomplice:?}: {part}");
        part.assert_complete("in pairs", 95);
        coverage.add(part);
    }
    println!("{coverage}");
    let mut missing = sites::of_cells();
    sites::cross_off(&mut missing, &coverage.sites);
    assert!(missing.is_empty(), "never parked at: {missing:?}");
}
