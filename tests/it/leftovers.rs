//! What a collection does, which an innocent thread may have to run: it frees no large array, whatever a destructor in it does
//! with maps. And what `flush` of a handle to primitives frees.

use crate::process::in_a_process;
use crate::support::BOXED_TOP;
use atomic_dict::{AtomicMap, DenseMap};
use std::sync::Mutex;

/// Bytes that the process has retired and not freed, arrays that are left for later included.
fn retired() -> usize {
    AtomicMap::<u8, u8>::new().stats().retired_bytes
}

/// Bytes that wait before and after what a destructor did.
static WAITING: Mutex<Vec<(usize, usize)>> = Mutex::new(Vec::new());

/// A value whose destructor leaves a large array, and then uses a map.
struct Leaving(fn());

impl Drop for Leaving {
    fn drop(&mut self) {
        drop(AtomicMap::<u64, u64>::with_capacity(1 << 16));
        let before = retired();
        (self.0)();
        WAITING.lock().expect("nobody panics with it").push((before, retired()));
    }
}

#[test]
fn large_arrays_are_not_freed_by_destructors_in_a_collection() {
    /// Each of these frees what collections have left, if it is not called by one.
    const USES: [(&str, fn()); 6] = [
        ("a dense map is dropped", || drop(DenseMap::<u64>::new())),
        ("a map is dropped", || drop(AtomicMap::<u64, u64>::new())),
        ("a large map is dropped", || drop(AtomicMap::<u64, u64>::with_capacity(1 << 16))),
        ("a map grows", || {
            let map = AtomicMap::new();
            (0..1000_u64).for_each(|key| drop(map.insert(key, key)));
        }),
        ("a map is flushed", || AtomicMap::<u64, u64>::new().flush()),
        ("handles are flushed", || {
            AtomicMap::<u64, u64>::new().pin().flush();
            DenseMap::<u64>::new().pin().flush();
        }),
    ];
    in_a_process("leftovers::large_arrays_are_not_freed_by_destructors_in_a_collection", || {
        for (name, use_maps) in USES {
            let map = AtomicMap::new();
            map.insert(0, Leaving(use_maps));
            map.remove(&0);
            map.flush();
            let (before, after) = WAITING.lock().expect("nobody panics with it").pop().expect("it is dropped");
            assert!(before >= 1 << 20, "{name}: {before} bytes wait");
            assert!(after >= before, "{name}: {before} bytes wait before, {after} after");
            map.flush();
            assert_eq!(retired(), 0, "{name}: they are freed behind the collection");
        }
    });
}

/// Such a handle has no guard, and its values may need a box all the same.
#[test]
fn flush_of_a_handle_to_primitives() {
    in_a_process("leftovers::flush_of_a_handle_to_primitives", || {
        let map = DenseMap::new();
        let mut pinned = map.pin();
        pinned.insert(1, BOXED_TOP);
        assert_eq!(pinned.remove(1).as_deref(), Some(&BOXED_TOP));
        assert_ne!(retired(), 0, "the box waits");
        pinned.repin();
        pinned.flush();
        assert_eq!(retired(), 0, "it is freed");
    });
}
