//! Counters, and the numbers of threads that own their cells.

use super::{model, race, race_at, tried_by};
use crate::platform::epoch::{self, Guard};
use crate::platform::index_pool::IndexPool;
use crate::platform::sync::{AtomicU64, AtomicUsize, model_counters};
use crate::table::Counter;
use core::sync::atomic::Ordering;
use loom::sync::Arc;

/// So many insertions, or removals.
fn change(counter: &Counter, by: i64, guard: &Guard) {
    for _ in 0..by.abs() {
        let mine = counter.begin(guard.thread());
        if by > 0 {
            mine.inserted();
        } else {
            mine.removed();
        }
    }
}

/// Contributions before, while and after the cells are installed, by an owner of a cell and one that shares.
#[test]
fn sum_while_cells_are_installed() {
    model(100, &["both", "first", "second"], |witnesses, swap| {
        model_counters(true);
        let counter = Arc::new(Counter::new());
        let (ours, theirs) = (Arc::clone(&counter), Arc::clone(&counter));
        let (((), first), ((), second)) = race_at(
            "STRIPES_SET",
            swap,
            move || {
                let guard = epoch::pin_as(0);
                change(&ours, 1, &guard);
                ours.stripe();
                change(&ours, 10, &guard);
            },
            move || {
                let guard = epoch::pin_as(1);
                theirs.stripe();
                change(&theirs, 4, &guard);
                change(&theirs, 3, &epoch::pin_as(usize::MAX));
                change(&theirs, -2, &epoch::pin_as(7));
            },
        );
        witnesses.saw(tried_by(first, second));
        assert_eq!(counter.net(), 16);
        assert_eq!(counter.bounds(), (16, 16));
    });
}

/// A number goes from one thread to the next, and with it a cell that is stored to plainly.
#[test]
fn a_cell_changes_hands() {
    model(250, &["together", "one after the other"], |witnesses, swap| {
        model_counters(true);
        let shared = Arc::new((IndexPool { words: [AtomicU64::new(0)] }, Counter::new()));
        shared.1.stripe();
        let work = |shared: Arc<(IndexPool<1>, Counter)>| {
            move || {
                let (pool, counter) = &*shared;
                let index = pool.acquire().expect("there are 64 numbers");
                let mine = counter.begin(index);
                mine.inserted();
                mine.claimed(1);
                pool.release(index);
                index
            }
        };
        let indices = race(swap, work(Arc::clone(&shared)), work(Arc::clone(&shared)));
        witnesses.saw(if indices == (0, 0) { "one after the other" } else { "together" });
        assert_eq!((shared.1.net(), shared.1.claims(), shared.1.exact()), (2, 2, 2));
    });
}

/// A counter, and a word that says whether there is an entry.
#[derive(Clone)]
struct Entry(Arc<(Counter, AtomicUsize)>);

impl Entry {
    fn new(striped: bool) -> Self {
        let counter = Counter::new();
        if striped {
            counter.stripe();
        }
        Self(Arc::new((counter, AtomicUsize::new(0))))
    }

    /// As V1 and V3 do it.
    fn set(&self, present: bool, guard: &Guard) {
        let mine = self.0.0.begin(guard.thread());
        let before = usize::from(!present);
        let set = self.0.1.compare_exchange(before, 1 - before, Ordering::SeqCst, Ordering::SeqCst);
        match set {
            Err(_) => mine.came_to_nothing(),
            Ok(_) if present => mine.inserted(),
            Ok(_) => drop(mine.removed()),
        }
    }

    fn is_present(&self) -> bool {
        self.0.1.load(Ordering::SeqCst) == 1
    }
}

/// `BEGIN_FIRST`: who has seen an entry, or seen it go, counts it.
fn len_of_what_was_seen(striped: bool) {
    model(30, &["absent", "present"], move |witnesses, swap| {
        model_counters(true);
        let entry = Entry::new(striped);
        let (ours, theirs) = (entry.clone(), entry.clone());
        let ((), (seen, len)) =
            race(swap, move || ours.set(true, &epoch::pin_as(0)), move || (theirs.is_present(), theirs.0.0.exact()));
        witnesses.saw(if seen { "present" } else { "absent" });
        assert!(len == 1 || len == 0 && !seen, "seen: {seen}, and then counted: {len}");
    });
}

#[test]
fn len_of_what_was_seen_in_a_cell_of_its_own() {
    len_of_what_was_seen(true);
}

#[test]
fn len_of_what_was_seen_in_a_shared_cell() {
    len_of_what_was_seen(false);
}

/// What is counted was begun: bounds are in order, and hold the number.
fn bounds_beside_changes(striped: bool) {
    model(100, &["0..=0", "-1..=1", "1..=1", "0..=2"], move |witnesses, swap| {
        model_counters(true);
        let entry = Entry::new(striped);
        let (ours, theirs) = (entry.clone(), entry.clone());
        let ((), (least, most)) = race(
            swap,
            move || {
                let guard = epoch::pin_as(0);
                ours.set(true, &guard);
                ours.set(true, &guard);
                ours.set(false, &guard);
            },
            move || theirs.0.0.bounds(),
        );
        assert!(least <= most && least <= 1 && most >= 0, "{least} to {most}");
        if most - least <= 2 {
            witnesses.saw(format_args!("{least}..={most}"));
        }
        assert_eq!(entry.0.0.bounds(), (0, 0));
    });
}

#[test]
fn bounds_beside_changes_in_a_cell_of_its_own() {
    bounds_beside_changes(true);
}

#[test]
fn bounds_beside_changes_in_a_shared_cell() {
    bounds_beside_changes(false);
}

/// Two threads share a cell, and one of them comes to nothing.
#[test]
fn len_beside_a_change_that_comes_to_nothing() {
    model(100, &["0", "1"], |witnesses, swap| {
        model_counters(true);
        let entry = Entry::new(false);
        let (ours, theirs, reader) = (entry.clone(), entry.clone(), entry.clone());
        let first = loom::thread::spawn(move || ours.set(true, &epoch::pin_as(0)));
        let ((), (len, seen)) = race(
            swap,
            move || theirs.set(true, &epoch::pin_as(1)),
            move || {
                let len = reader.0.0.exact();
                (len, reader.is_present())
            },
        );
        first.join().expect("the first thread does not panic");
        witnesses.saw(len);
        assert!(len == 0 || len == 1 && seen);
    });
}
