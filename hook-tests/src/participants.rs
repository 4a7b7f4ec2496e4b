//! Threads that are counted as long as they may be in the middle of an insertion. Each test runs alone: with too many threads no
//! smaller table has room, so that nothing is closed.

use crate::AtomicMap;
use crate::alone::alone;
use crate::platform::epoch;
use crate::platform::hook::{Gate, Plan, Stop, with_plan};
use std::cell::RefCell;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// Runs `work` on a thread that stops at the first hit of each of these sites, one after the other.
fn stopped_at(sites: &[&'static str], work: impl FnOnce() + Send + 'static) -> (JoinHandle<()>, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let stops = sites.iter().rev().map(|&site| Stop { site, hit: 1 }).collect();
    let plan = Plan::Park(stops, Arc::clone(&gate));
    let theirs = Arc::clone(&gate);
    let thread = thread::spawn(move || {
        with_plan(plan, work);
        theirs.finish();
    });
    assert!(gate.await_arrival(1), "the thread comes to its first stop");
    (thread, gate)
}

/// One closes a table in which many are about to insert; these insert, and end, while it finds out how much there is to copy.
fn insertions_of_threads_that_end(while_counting: &'static str) {
    const INSERTERS: u64 = 40;
    let map = Arc::new(AtomicMap::with_capacity(INSERTERS as usize));
    map.insert(0, 0);
    let shrinking = Arc::clone(&map);
    let (shrinker, gate) = stopped_at(&["CLOSE", while_counting], move || shrinking.shrink_to_fit());
    let inserters: Vec<_> = (1..=INSERTERS)
        .map(|key| {
            let map = Arc::clone(&map);
            stopped_at(&["SET_VALUE"], move || drop(map.insert(key, key)))
        })
        .collect();
    gate.release(1);
    assert!(gate.await_arrival(2), "the table was closed, and is being counted");
    for (inserter, gate) in inserters {
        gate.release(1);
        inserter.join().expect("an insertion");
    }
    gate.release(2);
    shrinker.join().expect("a successor has room for all copies");
    assert!((0..=INSERTERS).all(|key| map.get(&key).as_deref() == Some(&key)));
    assert_eq!(map.len() as u64, INSERTERS + 1);
}

#[test]
fn insertions_of_threads_that_end_before_threads_are_counted() {
    alone("participants::insertions_of_threads_that_end_before_threads_are_counted", || {
        insertions_of_threads_that_end("PARTICIPANTS_LOAD");
    });
}

#[test]
fn insertions_of_threads_that_end_before_entries_are_counted() {
    alone("participants::insertions_of_threads_that_end_before_entries_are_counted", || {
        insertions_of_threads_that_end("COUNT_SUM_WENT");
    });
}

/// Uses a map while its thread is torn down.
struct Late(Arc<AtomicMap<u64, String>>);

impl Drop for Late {
    fn drop(&mut self) {
        let mut pinned = self.0.pin();
        for number in 0..1000 {
            pinned.insert(1, number.to_string());
            pinned.repin();
            // This thread, and the one that waits for it.
            assert!(epoch::participants() >= 2);
        }
    }
}

thread_local! {
    static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
}

#[test]
fn a_thread_that_is_torn_down_counts_as_long_as_it_is_pinned() {
    alone("participants::a_thread_that_is_torn_down_counts_as_long_as_it_is_pinned", use_a_map_while_torn_down);
}

fn use_a_map_while_torn_down() {
    let map = Arc::new(AtomicMap::new());
    map.insert(1, String::new());
    let theirs = Arc::clone(&map);
    let thread = thread::spawn(move || {
        // Dropped behind what the map keeps for the thread, which is made later.
        LATE.set(Some(Late(Arc::clone(&theirs))));
        theirs.insert(2, String::new());
    });
    thread.join().expect("no panic while a thread ends");
    assert_eq!(map.get(&1).as_deref().map(String::as_str), Some("999"));
}
