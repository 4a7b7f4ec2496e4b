//! Memory of a map whose keys come and go, counted by the allocator over all threads.
//!
//! - two threads insert and remove distinct keys, with few and with many entries between: live bytes stay on a plateau
//!   (crossbeam #566, JCTools #422: garbage or a table grew without bound), also beside a thread that traverses (crossbeam #671);
//! - a map that was filled and emptied gives its memory back: by removals, by `retain`, by `clear`;
//! - a long list of garbage leaves nothing that would delay what comes later.
//!
//! By default a few million operations; `CHURN_OPERATIONS=100_000_000 CHURN_ENTRIES=10_000_000 cargo test --release --test churn
//! -- --nocapture` is the long run.
#![allow(unsafe_code)] // The allocator.

use atomic_dict::{AtomicMap, Published, pin};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

#[path = "support/counting.rs"]
mod counting;
#[path = "support/settings.rs"]
mod settings;

use counting::{Tenths, live};
use settings::setting;

/// One test after the other: what lives is counted, and guards are held, for all of them.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Operations of a day.
fn operations() -> u64 {
    setting("CHURN_OPERATIONS", 2_000_000)
}

/// Keys of two threads, each a step of its own behind the other, in an order that hashing need not help to spread.
fn key(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Two threads insert `operations` keys, and remove each when `window` newer ones are there.
fn churn(operations: u64, window: u64) -> Tenths {
    let tenths = Tenths::of(operations);
    let map = AtomicMap::new();
    thread::scope(|scope| {
        for thread in 0..2 {
            let (map, tenths) = (&map, &tenths);
            scope.spawn(move || {
                let mut pinned = map.pin();
                let own = |number| key(2 * number + thread);
                for number in 0..operations / 2 {
                    assert!(pinned.insert(own(number), number).is_none());
                    if number >= window / 2 {
                        assert!(pinned.remove(&own(number - window / 2)).is_some());
                    }
                    if number % 256 == 0 {
                        pinned.repin();
                        tenths.note(256);
                    }
                }
            });
        }
    });
    assert_eq!(map.len() as u64, window / 2 * 2);
    tenths
}

fn assert_plateau(operations: u64, window: u64) {
    let peaks = churn(operations, window).assert_plateau();
    println!("{operations} insertions, {window} entries: at most {peaks:?} live bytes in each tenth");
}

/// A thread that traverses all the time while two others insert and remove: what it passes is freed all the same (crossbeam #671, #672,
/// tikv #19285: an iterator of a list beside removals leaked what it unlinked).
#[test]
fn crossbeam_671_a_traversal_beside_removals_leaks() {
    let (_alone, operations) = (alone(), operations() / 4);
    let map = AtomicMap::new();
    let (tenths, working) = (Tenths::of(operations), AtomicUsize::new(2));
    let entry = |number: u64| (number.to_string(), number.to_string());
    let traversals = thread::scope(|scope| {
        for thread in 0..2 {
            let (map, tenths, working) = (&map, &tenths, &working);
            scope.spawn(move || {
                for number in 0..operations / 2 {
                    let (key, value) = entry(2 * number + thread);
                    assert!(map.insert(key, value).is_none());
                    if let Some(old) = number.checked_sub(50) {
                        assert!(map.remove(&entry(2 * old + thread).0).is_some());
                    }
                    if number % 256 == 0 {
                        tenths.note(256);
                    }
                }
                working.fetch_sub(1, Relaxed);
            });
        }
        let mut traversals = 0;
        while working.load(Relaxed) > 0 {
            assert!(map.pin().iter().all(|(key, value)| *key == *value));
            traversals += 1;
        }
        traversals
    });
    let peaks = tenths.assert_plateau();
    println!("{operations} insertions beside {traversals} traversals: at most {peaks:?} live bytes in each tenth");
    assert!(traversals > 10, "{traversals} traversals");
}

fn gives_memory_back(entries: u64, how: &str, empty: impl FnOnce(&AtomicMap<u64, u64>)) {
    let base = live();
    let map = AtomicMap::new();
    (0..entries).for_each(|number| drop(map.insert(key(number), number)));
    let full = live() - base;
    empty(&map);
    (0..10).for_each(|_| map.flush());
    let left = live() - base;
    println!("{entries} entries: {full} live bytes, and {left} when emptied by {how}; {:?}", map.stats());
    assert!(map.len() <= 10);
    assert!(left < 64 << 10, "{left} live bytes are left by {how}");
}

/// What the collector needed for a long list of garbage is garbage of its own, which must not stand before what comes later.
#[test]
fn a_flush_leaves_nothing_before_what_comes_later() {
    let _alone = alone();
    let map = AtomicMap::new();
    let guard = pin();
    (0..1_000_000_u64).for_each(|number| drop(map.insert(0, Box::new(number))));
    drop(guard);
    map.flush();
    let cell = Published::new(0);
    let guard = pin();
    assert_eq!(*cell.swap(1, &guard), 0);
    drop(guard);
    assert_eq!(cell.reclaim().waiting, 0);
}

#[test]
fn memory_of_keys_that_come_and_go() {
    let _alone = alone();
    for window in [0, 1000, 100_000] {
        assert_plateau(operations(), window);
    }
}

#[test]
fn an_emptied_map_gives_its_memory_back() {
    let (_alone, entries) = (alone(), setting("CHURN_ENTRIES", 500_000));
    gives_memory_back(entries, "removals", |map| {
        let pinned = map.pin();
        (10..entries).for_each(|number| assert!(pinned.remove(&key(number)).is_some()));
    });
    gives_memory_back(entries, "removals of two threads", |map| {
        thread::scope(|scope| {
            for thread in 0..2 {
                scope.spawn(move || {
                    (10 + thread..entries).step_by(2).for_each(|number| drop(map.remove(&key(number))));
                });
            }
        });
    });
    gives_memory_back(entries, "retain", |map| map.retain(|_, value| *value < 10));
    gives_memory_back(entries, "clear", AtomicMap::clear);
    boxes_are_freed(entries);
}

/// Values, boxed, of many entries that go at once.
fn boxes_are_freed(entries: u64) {
    let base = live();
    let map = AtomicMap::new();
    (0..entries).for_each(|number| drop(map.insert(number.to_string(), number.to_string())));
    map.clear();
    (0..10).for_each(|_| map.flush());
    let left = live() - base;
    println!("{entries} entries of strings: {left} live bytes are left by clear; {:?}", map.stats());
    assert!(left < 1 << 20, "{left} live bytes are left");
}
