//! What the map allocates, counted by the allocator.
//!
//! - an empty map allocates nothing, nor do lookups in it;
//! - a map of integers allocates nothing within its capacity; growing, it makes few allocations, and bytes per entry stay
//!   within a bound, on average over a growth cycle and at any moment;
//! - replacing the value of one key a million times keeps live bytes bounded, on the map and on a handle that repins;
//! - after the drop of a map and collection all bytes are back, but for what the collector needs for itself.
//!
//! One test on one thread, which alone is counted.
#![allow(unsafe_code)] // The allocator.

use atomic_dict::AtomicMap;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static BYTES: Cell<isize> = const { Cell::new(0) };
    static ALLOCATIONS: Cell<isize> = const { Cell::new(0) };
}

/// Counted per thread: the test harness has a thread that allocates when it likes.
fn count(bytes: usize, sign: isize) {
    BYTES.set(BYTES.get() + sign * isize::try_from(bytes).expect("an allocation is smaller"));
    if sign > 0 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
    }
}

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: by the contract of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: by the contract of this function.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        // SAFETY: by the contract of this function.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn live() -> isize {
    BYTES.get()
}

/// How many allocations `body` makes.
fn allocations<R>(body: impl FnOnce() -> R) -> (R, isize) {
    let before = ALLOCATIONS.get();
    let result = body();
    (result, ALLOCATIONS.get() - before)
}

/// Frees everything that this thread, which is alone, has retired.
fn collect() {
    let any = AtomicMap::<u8, u8>::new();
    (0..20).for_each(|_| any.flush());
}

/// The collector itself holds a bag or two, of 64 objects each.
const COLLECTOR: isize = 8 << 10;

fn assert_back_to(base: isize) {
    collect();
    assert!((live() - base).abs() <= COLLECTOR, "{} bytes are left", live() - base);
}

fn nothing_for_nothing() {
    let (map, made) = allocations(AtomicMap::<u64, String>::new);
    assert_eq!(made, 0, "by `new`");
    let (found, made) = allocations(|| map.get(&1).is_some() || map.remove(&1).is_some() || !map.is_empty());
    assert_eq!((found, made), (false, 0), "by lookups in an empty map");
}

fn tables_only() {
    let map = AtomicMap::with_capacity(100_000);
    let pinned = map.pin();
    let (_, made) = allocations(|| {
        for key in 0..100_000_u64 {
            pinned.insert(key, key);
            pinned.update(&key, |value| value + 1);
            pinned.get(&key);
        }
        (0..1000).for_each(|key| assert!(pinned.remove(&key).is_some()));
        pinned.iter().count()
    });
    assert_eq!(made, 0, "of a map of integers within its capacity");
}

/// On average over a growth cycle, from one doubling to the next.
const BYTES_PER_ENTRY: f64 = 48.0;
/// During a migration, while the smaller table stands too: 24 and 48, one in 64 more for the bytes beside the lines, and
/// what helpers hold.
const BYTES_PER_ENTRY_AT_MOST: f64 = 80.0;

fn bytes_per_entry() {
    let base = live();
    let map = AtomicMap::new();
    let mut samples = Vec::new();
    let (_, made) = allocations(|| {
        for key in 0..2_800_000_u64 {
            map.insert(key, key);
            if key >= 1_400_000 && key % 20_000 == 0 {
                collect(); // the table that was left behind
                samples.push((live() - base) as f64 / key as f64);
            }
        }
    });
    let average = samples.iter().sum::<f64>() / samples.len() as f64;
    let most = samples.iter().copied().fold(0.0, f64::max);
    println!("{average:.1} bytes per entry on average, {most:.1} at most; {made} allocations");
    assert!(average <= BYTES_PER_ENTRY, "{average:.1} bytes per entry on average");
    assert!(most <= BYTES_PER_ENTRY_AT_MOST, "{most:.1} bytes per entry");
    assert!(made < 2_800_000 / 50, "{made} allocations for 2.8 million entries");
    drop(map);
    assert_back_to(base);
}

fn a_million_replacements() {
    let base = live();
    let map = AtomicMap::new();
    let mut most = 0;
    for number in 0..1_000_000_u64 {
        map.insert(String::from("key"), number.to_string());
        most = most.max(live() - base);
    }
    let mut pinned = map.pin();
    for number in 0..1_000_000_u64 {
        pinned.insert(String::from("key"), number.to_string());
        if number % 64 == 0 {
            pinned.repin();
        }
        most = most.max(live() - base);
    }
    println!("{most} live bytes at most over 2 million replacements");
    assert!(most < 1 << 20, "{most} live bytes");
    drop(pinned);
    drop(map);
    assert_back_to(base);
}

fn strings_come_back() {
    let base = live();
    for _ in 0..10 {
        let map = AtomicMap::new();
        for key in 0..50_000_u64 {
            map.insert(key.to_string(), key.to_string());
            if key % 3 == 0 {
                map.remove(&key.to_string());
            }
        }
        drop(map);
        assert_back_to(base);
    }
}

#[test]
fn memory() {
    // The collector and this thread's part of it live for ever.
    AtomicMap::new().insert(1, String::from("first"));
    collect();
    nothing_for_nothing();
    tables_only();
    bytes_per_entry();
    a_million_replacements();
    strings_come_back();
}
