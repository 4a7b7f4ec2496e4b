//! Memory of a map whose keys come and go, counted by the allocator over all threads.
//!
//! - two threads insert and remove distinct keys, with few and with many entries between: live bytes stay on a plateau, also beside a
//!   thread that traverses. A byte that leaks with each removal is found;
//! - a map that was filled and emptied gives its memory back: by removals, by `retain`, by `clear`;
//! - a long list of garbage leaves nothing that would delay what comes later.
//!
//! By default a few million operations; `CHURN_OPERATIONS=100_000_000 CHURN_ENTRIES=10_000_000 cargo test --release --test churn
//! -- --nocapture` is the long run.
#![allow(unsafe_code)] // The allocator.

use atomic_dict::{AtomicMap, Published, pin};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

#[path = "support/counting.rs"]
mod counting;
#[path = "support/plateau.rs"]
mod plateau;
#[path = "support/settings.rs"]
mod settings;

use counting::live;
use plateau::{Growth, Plateau, Readings, at_once, stints};
use settings::setting;

/// One test after the other: what lives is counted, and guards are held, for all of them.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Operations of every day.
const OPERATIONS: u64 = 2_000_000;

fn operations() -> u64 {
    setting("CHURN_OPERATIONS", OPERATIONS)
}

/// Keys of two threads, each a step of its own behind the other, in an order that hashing need not help to spread.
fn key(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Two threads insert `operations` keys, and remove each when `window` newer ones are there. `removed` is called for each.
fn churn(operations: u64, window: u64, removed: fn()) -> Result<Readings, Growth> {
    let mut plateau = Plateau::of(operations);
    let map = AtomicMap::new();
    for stint in stints(operations / 2, 256) {
        let (stint, plateau_now, map) = (&stint, &plateau, &map);
        at_once((0..2).map(|thread| {
            move || {
                let mut pinned = map.pin();
                let own = |number| key(2 * number + thread);
                for number in stint.clone() {
                    assert!(pinned.insert(own(number), number).is_none());
                    if number >= window / 2 {
                        assert!(pinned.remove(&own(number - window / 2)).is_some());
                        removed();
                    }
                    if number % 256 == 0 {
                        pinned.repin();
                        plateau_now.note(256);
                    }
                }
            }
        }));
        assert_eq!(map.len() as u64, window / 2 * 2);
        (0..10).for_each(|_| map.flush());
        plateau.rest(map.stats().bytes);
    }
    plateau.verdict()
}

/// A thread that leaves when this is dropped, however it ends.
struct Leaves<'w>(&'w AtomicUsize);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// A thread that traverses all the time while two others insert and remove: what it passes is freed all the same (crossbeam #671, #672,
/// tikv #19285: an iterator of a list beside removals leaked what it unlinked).
#[test]
fn crossbeam_671_a_traversal_beside_removals_leaks() {
    let (_alone, operations) = (alone(), operations() / 4);
    let (map, mut plateau) = (AtomicMap::new(), Plateau::of(operations));
    let entry = |number: u64| (number.to_string(), number.to_string());
    let mut traversals = 0;
    for stint in stints(operations / 2, 256) {
        let (working, map, plateau_now) = (&AtomicUsize::new(2), &map, &plateau);
        thread::scope(|scope| {
            let traversing = scope.spawn(|| {
                let mut traversals = 0;
                while working.load(Relaxed) > 0 {
                    assert!(map.pin().iter().all(|(key, value)| *key == *value));
                    traversals += 1;
                }
                traversals
            });
            at_once((0..2).map(|thread| {
                let (stint, at_work) = (stint.clone(), Leaves(working));
                move || {
                    let _at_work = at_work;
                    for number in stint {
                        let (key, value) = entry(2 * number + thread);
                        assert!(map.insert(key, value).is_none());
                        if let Some(old) = number.checked_sub(50) {
                            assert!(map.remove(&entry(2 * old + thread).0).is_some());
                        }
                        if number % 256 == 0 {
                            plateau_now.note(256);
                        }
                    }
                }
            }));
            traversals += traversing.join().expect("traversals find what was inserted");
        });
        // Keys that were removed stay as long as their table.
        map.shrink_to_fit();
        (0..10).for_each(|_| map.flush());
        plateau.rest(map.stats().bytes);
    }
    let readings = plateau.verdict().unwrap_or_else(|growth| panic!("{growth}"));
    println!("{operations} insertions beside {traversals} traversals: {readings}");
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

fn assert_plateau(window: u64) {
    let readings = churn(operations(), window, || ()).unwrap_or_else(|growth| panic!("{window} entries: {growth}"));
    println!("{} insertions, {window} entries: {readings}", operations());
}

/// What two threads deferred filled the memory, since nobody collected as fast (crossbeam #566). Here all that they insert they also remove.
#[test]
fn crossbeam_566_garbage_grows_faster_than_it_is_collected() {
    let _alone = alone();
    [0, 1000, 100_000].into_iter().for_each(assert_plateau);
}

/// A byte for each removal, of which none is missed.
#[test]
fn a_leak_is_found() {
    let _alone = alone();
    let leak = || _ = black_box(Box::leak(Box::new(0_u8)));
    let growth = churn(OPERATIONS, 1000, leak).expect_err("a byte leaks with each removal");
    assert!(matches!(growth, Growth::AtRest(_)), "{growth}");
    println!("{OPERATIONS} insertions, leaking: {growth}");
}

/// A map that was filled and drained kept its table (JCTools #422). Here nothing is left, whoever empties it.
#[test]
fn jctools_422_an_emptied_map_keeps_its_memory() {
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
