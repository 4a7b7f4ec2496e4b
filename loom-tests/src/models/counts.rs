//! Counters, and the numbers of threads that own their cells.

use super::{model, race};
use crate::platform::epoch;
use crate::platform::index_pool::IndexPool;
use crate::platform::sync::{AtomicU64, model_counters};
use crate::table::Counter;
use loom::sync::Arc;

/// Contributions before, while and after the cells are installed, by an owner of a cell and one that shares.
#[test]
fn sum_while_cells_are_installed() {
    model(100, &[], |_, swap| {
        model_counters(true);
        let counter = Arc::new(Counter::new());
        let (ours, theirs) = (Arc::clone(&counter), Arc::clone(&counter));
        race(
            swap,
            move || {
                let guard = epoch::pin_as(0);
                ours.count(1, 0, &guard);
                ours.stripe();
                ours.count(10, 0, &guard);
            },
            move || {
                let guard = epoch::pin_as(1);
                theirs.stripe();
                theirs.count(100, 0, &guard);
                theirs.count(1000, 0, &epoch::pin_as(usize::MAX));
                theirs.count(-500, 0, &epoch::pin_as(7));
            },
        );
        assert_eq!(counter.net(), 611);
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
                counter.count(1, 1, &epoch::pin_as(index));
                pool.release(index);
                index
            }
        };
        let indices = race(swap, work(Arc::clone(&shared)), work(Arc::clone(&shared)));
        witnesses.saw(if indices == (0, 0) { "one after the other" } else { "together" });
        assert_eq!(shared.1.net(), 2);
    });
}
