//! Bugs of other maps in the soundness of their interfaces and in reclamation, each as a test of its name. (`tests/it/peers` has those
//! of growth, atomicity and closures; `tests/hostile` those of user code that panics.)
//!
//! | reported in | test |
//! | --- | --- |
//! | RUSTSEC-2020-0070, -0092, -0137, RUSTSEC-2021-0036, dashmap #202, left-right #75, hashbrown #307 | `rustsec_2020_0070_send_and_sync_without_bounds` |
//! | papaya #74 | `papaya_74_tag_bits_overlap_addresses` |
//! | papaya #63 | `papaya_63_retain_follows_a_bad_pointer` |
//! | RUSTSEC-2026-0204 | `rustsec_2026_0204_formatting_what_is_not_there` |
//! | kaist-cp/smr-benchmark #31 | `smr_benchmark_31_a_drop_overflows_the_stack` |
//! | redis #663 | `redis_663_collisions_that_hold_for_every_seed` |
//! | RUSTSEC-2022-0002, RUSTSEC-2020-0091, dashmap #127 | documentation of `does_not_compile`, in the library |
//! | flurry #46 | none: no function takes a guard of another collector |
//! | scc #176, #198, #200 | documentation of `does_not_compile`: a reference ends with its handle or map |
//! | crossbeam #671, #672, #566, tikv #19285, JCTools #422 | `tests/churn.rs`: live bytes on a plateau |
//! | RUSTSEC-2025-0024 (a mended leak became a second free) | the ledger of `tests/hostile`, which counts both |
//! | facebook/folly #2097 (a counter of 16 bits overflows) | none: counters and versions have 64 bits |
//! | crossbeam #1297 (a guard outlives its collector) | none: the collector is never freed |
#![allow(unsafe_code)] // The allocator.

use atomic_dict::{AtomicMap, DenseMap, OwnedRef, Pinned, Published, RandomState, Ref, pin};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::MutexGuard;
use std::thread;

/// Whether a type has a trait. (A constant of the type itself comes before one of a trait.)
macro_rules! is {
    ($type:ty: $($bound:tt)+) => {{
        struct Probe<T: ?Sized>(PhantomData<T>);
        #[allow(dead_code)]
        trait Otherwise {
            const IS: bool = false;
        }
        impl<T: ?Sized> Otherwise for Probe<T> {}
        #[allow(dead_code)]
        impl<T: ?Sized + $($bound)+> Probe<T> {
            const IS: bool = true;
        }
        <Probe<$type>>::IS
    }};
}

/// What can be sent, but not shared; shared, but not sent; neither.
type Sent = Cell<u64>;
type Shared = MutexGuard<'static, u64>;
type Neither = Rc<u64>;

macro_rules! matrix {
    ($($held:ty),+) => {$({
        let (send, sync) = (is!($held: Send), is!($held: Sync));
        let both = send && sync;
        // Who shares a map can also put values in, and drop them.
        assert_eq!((is!(AtomicMap<$held, u64>: Send), is!(AtomicMap<$held, u64>: Sync)), (send, both));
        assert_eq!((is!(AtomicMap<u64, $held>: Send), is!(AtomicMap<u64, $held>: Sync)), (send, both));
        assert_eq!((is!(AtomicMap<u64, u64, $held>: Send), is!(AtomicMap<u64, u64, $held>: Sync)), (send, sync));
        assert_eq!((is!(DenseMap<$held>: Send), is!(DenseMap<$held>: Sync)), (send, both));
        assert_eq!((is!(Published<$held>: Send), is!(Published<$held>: Sync)), (send, both));
        assert_eq!(is!(atomic_dict::IntoIter<$held, u64>: Send), send);
        assert_eq!(is!(atomic_dict::IntoIter<u64, $held>: Send), send);
        assert_eq!(is!(atomic_dict::Drain<'static, u64, $held>: Send), send);
        // A reference is sent where its value is shared.
        assert!(sync || !is!(Ref<'static, $held>: Send) && !is!(Ref<'static, $held>: Sync));
        assert!(!is!(OwnedRef<'static, $held>: Send), "it has a guard");
        assert!(!is!(Pinned<'static, $held, u64, RandomState>: Send), "it has a guard");
        assert!(!is!(atomic_dict::dense::Pinned<'static, $held>: Send), "it has a guard");
    })+};
}

#[test]
fn rustsec_2020_0070_send_and_sync_without_bounds() {
    matrix!(u64, String, Sent, Shared, Neither, *const u8, Box<Sent>, Option<Neither>);
    assert!(
        is!(String: Send) && !is!(Neither: Send) && is!(Sent: Send) && !is!(Sent: Sync),
        "the probe tells them apart"
    );
    assert!(is!(Shared: Sync) && !is!(Shared: Send));
    assert!(!is!(atomic_dict::Guard: Send));
}

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

/// Collecting, and dropping what has many entries, recursed (kaist-cp/smr-benchmark #31). Here the stack is small.
#[test]
fn smr_benchmark_31_a_drop_overflows_the_stack() {
    const ENTRIES: u64 = 300_000;
    let run = || {
        let map: AtomicMap<u64, Box<u64>> = AtomicMap::new();
        (0..ENTRIES).for_each(|number| drop(map.insert(number, Box::new(number))));
        let guard = pin();
        (0..ENTRIES).for_each(|number| drop(map.update(&number, |value| value.clone())));
        drop(guard);
        map.flush(); // a long list of garbage
        let cell = Published::new(0);
        let guard = pin();
        (0..100_000).for_each(|number| assert_eq!(cell.swap(number, &guard).version(), number));
        drop(guard);
        assert_eq!(cell.reclaim().waiting, 0);
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
