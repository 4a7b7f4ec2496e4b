//! A thread stopped at any site of a published cell stops nobody, and no value is lost or dropped twice.

use super::case::Case;
use super::sites::in_layers;
use crate::alone::alone;
use crate::platform::epoch::pin;
use crate::platform::hook::Stop;
use crate::published::Published;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// What others publish, each thread.
const PUBLICATIONS: u64 = 500;

/// Sites that nobody reaches who shares the cell.
const OWNERS_ONLY: [&str; 2] = ["SNAPSHOT_OWNED", "SNAPSHOT_TAKE"];

#[derive(Clone, Copy, Debug)]
enum Operation {
    Load,
    Store,
    StoreIfVersion,
    Swap,
    CompareAndSet,
    Update,
    Reclaim,
}

const OPERATIONS: [Operation; 7] = [
    Operation::Load,
    Operation::Store,
    Operation::StoreIfVersion,
    Operation::Swap,
    Operation::CompareAndSet,
    Operation::Update,
    Operation::Reclaim,
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
            Operation::Reclaim => {
                self.cell.reclaim();
                false
            }
        };
        self.counts.published.fetch_add(usize::from(published), Relaxed);
    }

    /// What the others do: everything, often enough that values become due meanwhile.
    fn work(&self) {
        for turn in 0..PUBLICATIONS {
            self.operate(OPERATIONS[(turn % 7) as usize]);
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

fn every_case() {
    let mut parked = BTreeSet::new();
    let mut cases = 0;
    for operation in OPERATIONS {
        let with_case = |run: &mut dyn FnMut(&Case<'_>)| {
            let arena = Arena::new();
            run(&Case {
                accomplice: None,
                victim: &|| arena.operate(operation),
                between: &|| {},
                others: &|_| arena.work(),
                deadline: Duration::from_secs(60),
            });
            arena.verify();
        };
        let mut recorded = BTreeMap::<_, u32>::new();
        with_case(&mut |case| case.record().into_iter().for_each(|site| *recorded.entry(site).or_default() += 1));
        for (site, hits) in recorded {
            for hit in 1..=hits.min(3) {
                with_case(&mut |case| {
                    let verdict = case.run(&[Stop { site, hit }]);
                    assert!(!verdict.stuck, "{operation:?} at {site} {hit} stopped others");
                    cases += usize::from(verdict.parked);
                    if verdict.parked {
                        parked.insert(site.to_owned());
                    }
                });
            }
        }
    }
    println!("{cases} cases, {} sites", parked.len());
    let mut expected = in_layers(&["published"]);
    assert!(OWNERS_ONLY.iter().all(|site| expected.remove(*site)), "sites of owners");
    let missed: Vec<_> = expected.difference(&parked).collect();
    assert!(missed.is_empty(), "never parked at: {missed:?}");
}
