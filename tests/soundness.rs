//! Bugs of other maps in the soundness of their interfaces, in reclamation, and where user code panics or lies, each as a test of its
//! name. (`tests/it/peers` has those of growth, atomicity, closures and the collector.) A test reads both tables: each name is that of a function.
//!
//! | reported in | test |
//! | --- | --- |
//! | RUSTSEC-2020-0070, -0092, -0137, RUSTSEC-2021-0036, dashmap #202, left-right #75, hashbrown #307 | `rustsec_2020_0070_send_and_sync_without_bounds` |
//! | parking_lot #527 | `parking_lot_527_a_reference_is_sync_though_its_value_is_not` |
//! | papaya #74 | `papaya_74_tag_bits_overlap_addresses` |
//! | papaya #63 | `papaya_63_retain_follows_a_bad_pointer` |
//! | RUSTSEC-2026-0204 | `rustsec_2026_0204_formatting_what_is_not_there` |
//! | kaist-cp/smr-benchmark #31 | `smr_benchmark_31_a_drop_overflows_the_stack` |
//! | redis #663 | `redis_663_collisions_that_hold_for_every_seed` |
//! | RUSTSEC-2022-0021 | `rustsec_2022_0021_a_zero_of_a_type_that_has_none` |
//! | RUSTSEC-2026-0205 | `rustsec_2026_0205_a_comparison_panics` |
//! | hashbrown #510 | `hashbrown_510_a_clone_panics` |
//! | RUSTSEC-2025-0054 | `rustsec_2025_0054_a_clone_panics_after_an_index_was_advanced` |
//! | advisory-db #3174, #3219 | `advisory_db_3174_a_destructor_panics`, `advisory_db_3219_a_destructor_panics` |
//! | RUSTSEC-2019-0017 | `rustsec_2019_0017_an_initialiser_panics` |
//! | left-right #78 | `left_right_78_a_comparison_changes_its_mind` |
//! | release notes of scc 3.0.5 | `scc_3_0_5_a_key_is_there_twice_after_a_failed_allocation`, `scc_3_0_5_an_index_is_there_twice_after_a_failed_allocation` |
//! | RUSTSEC-2022-0002 (dashmap #167), RUSTSEC-2020-0091, dashmap #127 | documentation of `does_not_compile`, in the library |
//! | flurry #46 | none: no function takes a guard of another collector |
//! | scc #176, #198, #200 | documentation of `does_not_compile`: a reference ends with its handle or map |
//! | crossbeam #671, #672, tikv #19285 | `crossbeam_671_a_traversal_beside_removals_leaks` |
//! | crossbeam #566 | `crossbeam_566_garbage_grows_faster_than_it_is_collected` |
//! | JCTools #422 | `jctools_422_an_emptied_map_keeps_its_memory` |
//! | facebook/folly #2097 (a counter of 16 bits overflows) | none here: counters and versions have 64 bits; the unit tests of `table::quiet` for those who wait for a length, who have 22 |
//! | crossbeam #1297 (a guard outlives its collector) | none: the collector is never freed |
//! | scc #153 (seen on weakly ordered processors only) | none here: the models of `loom-tests`, which weaken every ordering |
//! | RUSTSEC-2022-0041 (64-bit atomics out of line on 32-bit targets) | none: the crate needs 64 bits, and does not compile without |
#![allow(unsafe_code)] // The allocator.

#[path = "soundness/bounds.rs"]
mod bounds;
#[path = "support/settings.rs"]
mod settings;
#[path = "soundness/tables.rs"]
mod tables;

use atomic_dict::{AtomicMap, DenseMap, Published, pin};
use settings::setting;
use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Debug;
use std::num::{NonZeroU8, NonZeroU64};
use std::sync::Arc;
use std::thread;

/// Aligns memory as it is asked to, and no better.
struct Least;

#[global_allocator]
static ALLOCATOR: Least = Least;

fn padded(layout: Layout) -> Layout {
    let align = layout.align();
    Layout::from_size_align(layout.size() + align, align * 2).expect("a small alignment")
}

// SAFETY: the allocator of the system, asked for so much more that the start is moved by the alignment.
unsafe impl GlobalAlloc for Least {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: a layout with a size above zero.
        let memory = unsafe { System.alloc(padded(layout)) };
        if memory.is_null() { memory } else { memory.wrapping_add(layout.align()) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: a layout with a size above zero.
        let memory = unsafe { System.alloc_zeroed(padded(layout)) };
        if memory.is_null() { memory } else { memory.wrapping_add(layout.align()) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: allocated above, and moved by as much.
        unsafe { System.dealloc(memory.wrapping_sub(layout.align()), padded(layout)) };
    }
}

/// An allocator aligned to 4 bytes, and the bits that marked pointers were bits of them (papaya #74). Here no address is aligned
/// better than was asked for.
#[test]
fn papaya_74_tag_bits_overlap_addresses() {
    let least = Box::new([0_u64; 2]);
    assert_eq!(std::ptr::from_ref(&*least).addr() % 16, 8, "this allocator aligns as little as it may");
    let map = AtomicMap::new();
    let dense = DenseMap::new();
    for number in 0..5000_u64 {
        map.insert([number as u8, (number >> 8) as u8, 1], Box::new(number));
        dense.insert(number as usize, [number as u8; 3]);
        if number % 3 == 0 {
            map.remove(&[number as u8, (number >> 8) as u8, 1]);
        }
    }
    for number in 0..5000_u64 {
        let found = map.get(&[number as u8, (number >> 8) as u8, 1]).map(|value| **value);
        assert_eq!(found, (number % 3 != 0).then_some(number));
        assert_eq!(dense.get(number as usize).as_deref(), Some(&[number as u8; 3]));
    }
    let cell = Published::new(1_u8);
    (0..100).for_each(|number| assert!(cell.store(number) > 0));
    assert_eq!(*cell.load(&pin()), 99);
}

/// `retain` followed a bad pointer (papaya #63). Here it runs while others make the map grow and shrink.
#[test]
fn papaya_63_retain_follows_a_bad_pointer() {
    let map = AtomicMap::new();
    thread::scope(|scope| {
        for thread in 0..2_u64 {
            let map = &map;
            scope.spawn(move || {
                for number in 0..20_000 {
                    map.insert((number * 2 + thread).to_string(), number.to_string());
                }
            });
        }
        for _ in 0..30 {
            map.retain(|key, value| key.len() > 3 || value.len() % 2 == 0);
            map.for_each(|key, value| assert!(key.len() >= value.len()));
        }
    });
    map.retain(|key, _| key.len() == 5);
    assert!(map.pin().keys().all(|key| key.len() == 5));
    assert_eq!(map.len(), 30_000);
}

/// Formatting a null pointer followed it (RUSTSEC-2026-0204). Here everything is formatted when it is empty, and while entries move.
#[test]
fn rustsec_2026_0204_formatting_what_is_not_there() {
    let map = AtomicMap::<u64, String>::new();
    assert_eq!((format!("{map:?}"), format!("{:?}", map.pin())), (String::from("{}"), String::from("{}")));
    assert_eq!(format!("{:?}", DenseMap::<String>::new()), "{}");
    for number in 0..3000 {
        map.insert(number, number.to_string());
        if number.is_power_of_two() || number % 677 < 3 {
            assert_eq!(format!("{map:?}").matches(':').count() as u64, number + 1);
        }
    }
    assert!(format!("{:?} {:?}", pin(), Published::new(1)).contains("Guard"));
}

/// Collecting, and dropping what has many entries, recursed (kaist-cp/smr-benchmark #31). Here the stack is small. With
/// `SOUNDNESS_ENTRIES` there are more entries.
#[test]
fn smr_benchmark_31_a_drop_overflows_the_stack() {
    let entries = setting("SOUNDNESS_ENTRIES", 1_000_000);
    let run = move || {
        let map: AtomicMap<u64, Box<u64>> = AtomicMap::new();
        (0..entries).for_each(|number| drop(map.insert(number, Box::new(number))));
        let guard = pin();
        (0..entries).for_each(|number| drop(map.update(&number, |value| value.clone())));
        drop(guard);
        map.flush(); // a long list of garbage
        let cell = Published::new(0);
        let guard = pin();
        (0..100_000).for_each(|number| assert_eq!(cell.swap(number, &guard).version(), number));
        drop(guard);
        // Other tests hold guards now and then.
        assert!((0..10_000).any(|_| cell.reclaim().waiting == 0));
        drop(map);
    };
    let thread = thread::Builder::new().stack_size(64 << 10).spawn(run);
    thread.expect("a thread").join().expect("no overflow");
}

/// Keys that collide in one process collide in every one, if nothing is seeded (redis #663). Here two maps differ in their order.
#[test]
fn redis_663_collisions_that_hold_for_every_seed() {
    let order = || {
        let map: AtomicMap<u64, ()> = (0..1000).map(|number| (number, ())).collect();
        map.pin().keys().map(|key| *key).collect::<Vec<_>>()
    };
    let first = order();
    assert!((0..5).all(|_| order() != first));
}

/// A queue made a value of all zero bits, of any type (RUSTSEC-2022-0021). Here the types have no such value, and holes, segments and
/// slots of removed keys show none, and drop none.
#[test]
fn rustsec_2022_0021_a_zero_of_a_type_that_has_none() {
    fn check<V: Clone + Debug + PartialEq + Send + Sync + 'static>(value: V) {
        const END: usize = 1000;
        let there = |index: usize| index < END && index % 14 == 10;
        for capacity in [0, 10, END] {
            let (map, keyed) = (DenseMap::with_capacity(capacity), AtomicMap::with_capacity(capacity));
            for index in (0..END).filter(|index| index % 7 == 3) {
                map.insert(index, value.clone());
                keyed.insert(index, value.clone());
                if !there(index) {
                    assert_eq!(map.remove(index).as_deref(), Some(&value));
                    assert_eq!(keyed.remove(&index).as_deref(), Some(&value));
                }
            }
            for index in 0..END + 100 {
                let expected = there(index).then_some(&value);
                assert_eq!((map.get(index).as_deref(), keyed.get(&index).as_deref()), (expected, expected));
                assert_eq!(map.compare_and_set(index, atomic_dict::Expected::NotFound, None).is_ok(), !there(index));
            }
            let count = (0..END).filter(|index| there(*index)).count();
            let is_value = |found: &V| *found == value;
            assert_eq!(map.pin().values().filter(|found| is_value(found)).count(), count);
            assert_eq!(map.pin().range(..).filter(|(_, found)| is_value(found)).count(), count);
            assert_eq!(keyed.pin().values().filter(|found| is_value(found)).count(), count);
            assert_eq!(map.batch_getitem(0..END).iter().flatten().filter(|found| is_value(found)).count(), count);
            let entries: Vec<_> = map.into_iter().collect();
            assert!(entries.len() == count && entries.iter().all(|(index, found)| there(*index) && is_value(found)));
            assert!(keyed.into_iter().all(|(index, found)| there(index) && is_value(&found)));
        }
        assert_eq!(Published::new(value.clone()).into_inner(), value);
    }
    #[derive(Clone, Debug, PartialEq)]
    enum Number {
        One = 1,
        Two = 2,
    }
    check(NonZeroU64::MIN);
    check(NonZeroU8::MAX);
    check(Box::new(7));
    check("text");
    check(Arc::new([7]));
    check(vec![String::from("text")]);
    check(Number::One);
    check([Number::Two, Number::One]);
    check(str::len as fn(&'static str) -> usize);
}
