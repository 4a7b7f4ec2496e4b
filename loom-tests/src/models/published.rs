//! The cell of snapshots: publication, versions, reclamation (`docs/PUBLISHED.md`).

use super::{model, race};
use crate::platform::{epoch, sites};
use crate::published::Published;
use loom::cell::UnsafeCell;
use loom::sync::atomic::AtomicUsize as Moment;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A value whose uses come before its destructor, or the model fails.
struct Probe {
    number: u64,
    uses: UnsafeCell<()>,
    drops: Arc<AtomicUsize>,
}

// SAFETY: what the cell is for: `with` and `with_mut` report accesses that are not ordered, and access nothing.
unsafe impl Sync for Probe {}

impl Probe {
    fn read(&self) -> u64 {
        self.uses.with(|_| ());
        self.number
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.uses.with_mut(|_| ());
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

/// A cell of probes, and how many were dropped. (A counter of the machine, which adds nothing to the schedule.)
#[derive(Clone)]
struct Cell {
    published: Arc<Published<Probe>>,
    drops: Arc<AtomicUsize>,
}

impl Cell {
    /// Holds 10, of version 0.
    fn new() -> Self {
        let drops = Arc::default();
        Self { published: Arc::new(Published::new(probe(10, &drops))), drops }
    }

    fn probe(&self, number: u64) -> Probe {
        probe(number, &self.drops)
    }

    fn dropped(&self) -> usize {
        self.drops.load(Ordering::Relaxed)
    }

    /// Publishes under a guard, which ends after it.
    fn swap(&self, number: u64) -> u64 {
        let guard = epoch::pin();
        self.published.swap(self.probe(number), &guard).read()
    }

    /// Number and version, read together.
    fn now(&self) -> (u64, u64) {
        let guard = epoch::pin();
        let now = self.published.snapshot(&guard);
        (now.read(), now.version())
    }
}

fn probe(number: u64, drops: &Arc<AtomicUsize>) -> Probe {
    Probe { number, uses: UnsafeCell::new(()), drops: Arc::clone(drops) }
}

/// P1: a value and its version belong together, and are seen whole.
#[test]
fn publication_and_load() {
    model(60, &["0", "1"], |witnesses, swap| {
        let cell = Cell::new();
        let (ours, theirs) = (cell.clone(), cell.clone());
        let (version, (number, seen)) = race(swap, move || ours.published.store(ours.probe(11)), move || theirs.now());
        assert_eq!((version, number), (1, 10 + seen), "each version with its value");
        witnesses.saw(seen);
    });
}

/// A reader sees versions in their order.
#[test]
fn two_publications_and_two_loads() {
    model(180, &["0 0", "0 1", "0 2", "1 1", "1 2", "2 2"], |witnesses, swap| {
        let cell = Cell::new();
        let (ours, theirs) = (cell.clone(), cell.clone());
        let ((), (first, second)) = race(
            swap,
            move || {
                ours.swap(11);
                ours.swap(12);
            },
            move || (theirs.now(), theirs.now()),
        );
        for (number, version) in [first, second] {
            assert_eq!(number, 10 + version, "each version with its value");
        }
        witnesses.saw(format_args!("{} {}", first.1, second.1));
    });
}

/// P1, P1: each gets a version of its own.
#[test]
fn two_publications() {
    model(1200, &["1 then 2", "2 then 1"], |witnesses, swap| {
        let cell = Cell::new();
        let (ours, theirs) = (cell.clone(), cell.clone());
        let (first, second) =
            race(swap, move || ours.published.store(ours.probe(11)), move || theirs.published.store(theirs.probe(12)));
        witnesses.saw(format_args!("{first} then {second}"));
        assert_eq!(cell.now(), (if first == 2 { 11 } else { 12 }, 2), "the second one stays");
    });
}

/// P1, P1 and P2, P2 by `swap`: each value is replaced once, and comes into the list beside the other.
#[test]
fn two_swaps() {
    let expected = ["10 11, in turn", "10 11, first again", "10 11, second again"];
    let expected = [&expected[..], &["12 10, in turn", "12 10, first again", "12 10, second again"]].concat();
    model(1200, &expected, |witnesses, swap| {
        let cell = Cell::new();
        let (ours, theirs) = (cell.clone(), cell.clone());
        let ((first, pushes_of_first), (second, pushes_of_second)) = race(
            swap,
            move || sites::reached("RETIRED_PUSH", || ours.swap(11)),
            move || sites::reached("RETIRED_PUSH", || theirs.swap(12)),
        );
        let pushes = match (pushes_of_first, pushes_of_second) {
            (1, 1) => "in turn",
            (2, 1) => "first again",
            (1, 2) => "second again",
            other => panic!("one push can be late, once: {other:?}"),
        };
        witnesses.saw(format_args!("{first} {second}, {pushes}"));
    });
}

/// `SAME_SNAPSHOT`: no update is lost.
#[test]
fn two_updates() {
    model(1300, &["1", "2"], |witnesses, swap| {
        let cell = Cell::new();
        let (ours, theirs) = (cell.clone(), cell.clone());
        let (version, _) = race(
            swap,
            move || ours.published.update(|current| ours.probe(current.read() + 100)),
            move || theirs.published.update(|current| theirs.probe(current.read() + 1000)),
        );
        witnesses.saw(version);
        assert_eq!(cell.now(), (1110, 2), "both are in it");
    });
}

/// By identity: whoever fails sees what came first.
#[test]
fn two_compare_and_sets() {
    /// What was there instead.
    fn set(cell: &Cell, number: u64) -> Option<u64> {
        let guard = epoch::pin();
        let current = cell.published.load(&guard);
        let failed = cell.published.compare_and_set(current, cell.probe(number), &guard).err()?;
        assert_eq!(failed.value.number, number, "given back");
        Some(failed.current.read())
    }
    model(900, &["both", "first", "second"], |witnesses, swap| {
        let cell = Cell::new();
        let (ours, theirs) = (cell.clone(), cell.clone());
        match race(swap, move || set(&ours, 11), move || set(&theirs, 12)) {
            (None, None) => witnesses.saw("both"),
            (None, Some(11)) => witnesses.saw("first"),
            (Some(12), None) => witnesses.saw("second"),
            other => panic!("one succeeds, the other sees it: {other:?}"),
        }
    });
}

/// By version: one of two succeeds.
#[test]
fn two_publications_of_one_version() {
    model(100, &["first", "second"], |witnesses, swap| {
        let cell = Cell::new();
        let (ours, theirs) = (cell.clone(), cell.clone());
        let store = |cell: &Cell, number| {
            let stored = cell.published.store_if_version(0, cell.probe(number));
            stored.map_err(|failed| failed.current)
        };
        match race(swap, move || store(&ours, 11), move || store(&theirs, 12)) {
            (Ok(1), Err(1)) => witnesses.saw("first"),
            (Err(1), Ok(1)) => witnesses.saw("second"),
            other => panic!("one succeeds, the other sees its version: {other:?}"),
        }
    });
}

/// P2 to P4 beside a reader: a value is dropped when the reader is done with it, whoever finds that out.
#[test]
fn load_and_reclamation() {
    model(400, &["dropped 10", "waiting 10", "dropped 11", "waiting 11"], |witnesses, swap| {
        epoch::collect_in_flush();
        let cell = Cell::new();
        let (ours, theirs) = (cell.clone(), cell.clone());
        let (number, reclaimed) = race(
            swap,
            move || {
                let guard = epoch::pin();
                let number = ours.published.load(&guard).read();
                drop(guard);
                epoch::pin().flush(); // as any pin may
                number
            },
            move || {
                theirs.swap(11);
                theirs.published.reclaim()
            },
        );
        assert_eq!(reclaimed.dropped + reclaimed.waiting, 1);
        witnesses.saw(format_args!("{} {number}", if reclaimed.dropped == 1 { "dropped" } else { "waiting" }));
        assert_eq!(cell.published.reclaim().waiting, 0, "all guards are gone");
        assert_eq!(cell.dropped(), 1);
    });
}

/// P2 beside P4: what is not due goes back, and nothing gets lost.
#[test]
fn publications_and_reclamation() {
    model(2500, &["0", "1", "2"], |witnesses, swap| {
        epoch::collect_in_flush();
        let cell = Cell::new();
        let (ours, theirs) = (cell.clone(), cell.clone());
        let ((), reclaimed) = race(
            swap,
            move || {
                ours.swap(11);
                ours.swap(12);
            },
            move || theirs.published.reclaim(),
        );
        witnesses.saw(reclaimed.dropped);
        cell.published.reclaim();
        assert_eq!(cell.dropped(), 2, "all but the current one");
    });
}

/// P4, P4: each value is dropped once.
#[test]
fn two_reclamations() {
    model(18_000, &["0 1", "0 2", "1 0", "1 1", "2 0"], |witnesses, swap| {
        epoch::collect_in_flush();
        let cell = Cell::new();
        cell.swap(11);
        cell.swap(12);
        let (ours, theirs) = (cell.clone(), cell.clone());
        let (first, second) =
            race(swap, move || ours.published.reclaim().dropped, move || theirs.published.reclaim().dropped);
        witnesses.saw(format_args!("{first} {second}"));
        assert_eq!(cell.dropped(), first + second);
        cell.published.reclaim();
        assert_eq!(cell.dropped(), 2);
    });
}

/// P3, P3: two requests that did not know of each other, and two threads that find them due at once. (The first two threads make
/// the requests, each by a publication.)
#[test]
fn two_notices_at_once() {
    // How many times each has tried to raise `due`: three times together, if one came again because of the other.
    let in_turn = ["0 0", "0 1", "1 0", "0 2", "2 0", "1 1"];
    model(2000, &[&in_turn[..], &["1 2", "2 1"]].concat(), |witnesses, swap| {
        epoch::collect_in_flush();
        let cell = Cell::new();
        let (ours, theirs) = (cell.clone(), cell.clone());
        race(swap, move || ours.swap(11), move || theirs.swap(12));
        let raise = || sites::reached("DUE_RAISE", || epoch::pin().flush()).1;
        let (first, second) = race(swap, raise, raise);
        witnesses.saw(format_args!("{first} {second}"));
        assert_eq!(cell.published.reclaim().waiting, 0, "all guards are gone");
        assert_eq!(cell.dropped(), 2, "all but the current one");
    });
}

/// P3, P6: a cell is dropped, and what waits in it, while a notice raises `due`: before it, after it, or meanwhile.
#[test]
fn a_cell_that_is_dropped_while_values_wait() {
    model(30, &["0 0", "0 1", "0 2", "1 1", "1 2", "2 2"], |witnesses, swap| {
        epoch::collect_in_flush();
        let cell = Cell::new();
        let drops = Arc::clone(&cell.drops);
        cell.swap(11);
        // How far the notice is. It shares nothing else with who drops the cell.
        let moment = Arc::new(Moment::new(0));
        let now = Arc::clone(&moment);
        let (raises, (begin, end)) = race(
            swap,
            move || {
                moment.fetch_add(1, Ordering::Relaxed);
                let ((), raises) = sites::reached("DUE_RAISE", || epoch::pin().flush());
                moment.fetch_add(1, Ordering::Relaxed);
                raises
            },
            move || {
                let begin = now.fetch_add(0, Ordering::Relaxed);
                drop(cell);
                (begin, now.fetch_add(0, Ordering::Relaxed))
            },
        );
        witnesses.saw(format_args!("{begin} {end}"));
        assert_eq!(raises, 1, "one notice");
        assert_eq!(drops.load(Ordering::Relaxed), 2, "the one that waits, and the current one");
    });
}
