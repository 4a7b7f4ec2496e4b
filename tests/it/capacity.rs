//! Tables that no address space has room for: a panic with a message, not an allocation that fails.

use crate::process::in_a_process;
use atomic_dict::AtomicMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The message of a panic.
fn panic_of<R>(body: impl FnOnce() -> R) -> String {
    let panic = catch_unwind(AssertUnwindSafe(body)).err().expect("it panics");
    *panic.downcast::<String>().expect("a message with numbers")
}

#[test]
fn more_than_the_address_space() {
    in_a_process("capacity::more_than_the_address_space", || {
        // The second needs twice what there is at most; the last has more slots than there are numbers.
        for entries in [1 << 50, 3 << 40, 1 << 56, usize::MAX] {
            let overflow = format!("capacity overflow: {entries} entries");
            assert_eq!(panic_of(|| AtomicMap::<u64, u64>::with_capacity(entries)), overflow);
            assert_eq!(panic_of(|| AtomicMap::<u64, u64>::builder().capacity(entries).build()), overflow);
            let map = AtomicMap::from([(1, 2)]);
            assert_eq!(panic_of(|| map.reserve(entries)), format!("{overflow} more"));
            assert_eq!(panic_of(|| AtomicMap::<u64, u64>::new().reserve(entries)), format!("{overflow} more"));
            // The panic has left nothing behind.
            map.insert(3, 4);
            assert_eq!((map.len(), map.stats().slots), (2, AtomicMap::from([(1, 2), (3, 4)]).stats().slots));
        }
    });
}
