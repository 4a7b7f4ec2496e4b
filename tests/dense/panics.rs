//! User code that panics leaves the map valid.
//!
//! - closures of `update`, `upsert`, `compute`, `get_or_insert_with`, `retain`, and `PartialEq`: nothing has changed, and nothing
//!   counts;
//! - a destructor in the drop of the map, or of the iterator over its entries: all other values are dropped, too.

use crate::support::{FUSE, Tally, burn};
use atomic_dict::{Compute, DenseMap, Expected};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Comparing and dropping are calls of user code.
#[derive(Debug)]
struct Fused(u64, #[allow(dead_code)] Option<crate::support::Counted>);

impl PartialEq for Fused {
    fn eq(&self, other: &Self) -> bool {
        burn();
        self.0 == other.0
    }
}

impl Drop for Fused {
    fn drop(&mut self) {
        burn();
    }
}

fn panics(run: impl FnOnce()) {
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err(), "no panic");
}

#[test]
fn in_closures() {
    for (present, capacity) in [(false, 0), (false, 10), (true, 0), (true, 10)] {
        let map = DenseMap::<String>::with_capacity(capacity);
        if present {
            map.insert(5, String::from("there"));
        }
        let closure = || -> String { std::panic::resume_unwind(Box::new("wanted")) };
        if present {
            panics(|| drop(map.update(5, |_| closure())));
            panics(|| drop(map.upsert(5, || unreachable!(), |_| closure())));
            panics(|| map.retain(|_, _| *closure() == *"never"));
            panics(|| drop(map.remove_if(5, |_| *closure() == *"never")));
        } else {
            panics(|| drop(map.upsert(5, closure, String::clone)));
            panics(|| drop(map.get_or_insert_with(5, closure)));
        }
        panics(|| assert!(map.pin().compute(5, |_| Compute::Put(closure())).after.is_none()));
        assert_eq!(map.get(5).is_some(), present);
        assert_eq!((map.len(), map.len_bounds()), (usize::from(present), (usize::from(present), usize::from(present))));
        assert_eq!(map.insert(5, String::new()).is_some(), present, "the map goes on");
    }
}

#[test]
fn in_comparisons() {
    let map = DenseMap::new();
    map.insert(1, Fused(7, None));
    let other = Fused(7, None);
    FUSE.set(1);
    panics(|| drop(map.compare_and_set(1, Expected::Value(&other), None)));
    assert_eq!(map.len(), 1);
    assert!(map.compare_and_set(1, Expected::Value(&other), None).is_ok());
}

#[test]
fn in_destructors() {
    for fuse in [1, 2, 150, 300] {
        for into_iter in [false, true] {
            let tally = Tally::default();
            let map = DenseMap::with_capacity(100);
            (0..300).for_each(|index| drop(map.insert(index, Fused(1, Some(tally.make(1))))));
            FUSE.set(fuse);
            panics(|| if into_iter { drop(map.into_iter()) } else { drop(map) });
            assert_eq!(tally.live(), 0, "all others are dropped");
        }
    }
}
