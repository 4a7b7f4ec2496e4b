//! Memory of a map whose keys come and go, counted by the allocator over all threads.
//!
//! - two threads insert and remove distinct keys, with few and with many entries between: live bytes stay on a plateau;
//! - a map that was filled and emptied gives its memory back: by removals, by `retain`, by `clear`.
//!
//! By default a few million operations; `CHURN_OPERATIONS=100_000_000 CHURN_ENTRIES=10_000_000 cargo test --release --test churn
//! -- --nocapture` is the long run.
#![allow(unsafe_code)] // The allocator.

use atomic_dict::AtomicMap;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, AtomicU64, Ordering::Relaxed};
use std::thread;

struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as isize, Relaxed);
        // SAFETY: by the contract of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as isize, Relaxed);
        // SAFETY: by the contract of this function.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as isize, Relaxed);
        // SAFETY: by the contract of this function.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn live() -> isize {
    LIVE.load(Relaxed)
}

fn setting(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(default, |text| text.replace('_', "").parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Keys of two threads, each a step of its own behind the other, in an order that hashing need not help to spread.
fn key(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Two threads insert `operations` keys, and remove each when `window` newer ones are there. Returns the highest number of live
/// bytes in each tenth of the work.
fn churn(operations: u64, window: u64) -> Vec<isize> {
    let base = live();
    let map = AtomicMap::new();
    let peaks: Vec<AtomicIsize> = (0..10).map(|_| AtomicIsize::new(0)).collect();
    let done = AtomicU64::new(0);
    thread::scope(|scope| {
        for thread in 0..2 {
            let (map, peaks, done) = (&map, &peaks, &done);
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
                        let all = done.fetch_add(256, Relaxed).min(operations - 1);
                        peaks[(all * 10 / operations) as usize].fetch_max(live() - base, Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(map.len() as u64, window / 2 * 2);
    peaks.into_iter().map(AtomicIsize::into_inner).collect()
}

fn assert_plateau(operations: u64, window: u64) {
    let peaks = churn(operations, window);
    println!("{operations} insertions, {window} entries: at most {peaks:?} live bytes in each tenth");
    // Medians: while a thread is not running, whatever it could see is kept, for as long as the machine likes.
    let median = |tenths: &[isize]| {
        let mut tenths = tenths.to_vec();
        tenths.sort_unstable();
        tenths[tenths.len() / 2]
    };
    let (early, late) = (median(&peaks[..5]), median(&peaks[5..]));
    assert!(late <= 2 * early + (4 << 20), "live bytes grow: {peaks:?}");
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

#[test]
fn memory_of_keys_that_come_and_go() {
    let operations = setting("CHURN_OPERATIONS", 2_000_000);
    for window in [0, 1000, 100_000] {
        assert_plateau(operations, window);
    }
    let entries = setting("CHURN_ENTRIES", 500_000);
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
    // What the collector needed for so much garbage.
    (0..50).for_each(|_| map.flush());
    let left = live() - base;
    println!("{entries} entries of strings: {left} live bytes are left by clear; {:?}", map.stats());
    assert!(left < 1 << 20, "{left} live bytes are left");
}
