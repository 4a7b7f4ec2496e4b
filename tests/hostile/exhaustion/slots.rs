//! No memory for the slots of a `DenseMap`: the operation fails, or panics where it says so, and the map goes on.

use crate::allocator::{self, Plan};
use crate::alone::alone;
use crate::items::{Item, Ledger, Noisy};
use atomic_dict::dense::{NoSlot, TryInsertError};
use atomic_dict::{Compute, DenseMap, Expected};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Bytes of the slots of the smallest segment.
const SLOTS: usize = 64 * 8;

/// The k-th piece of slots fails. Returns whether there were so many, and what the operation returned or panicked with.
pub(super) fn without_slots<R>(k: u32, operation: impl FnOnce() -> R) -> (bool, Result<R, String>) {
    allocator::arm(Plan { left: k, zeroed_only: true, look: || {} });
    let result = catch_unwind(AssertUnwindSafe(operation));
    let failed = allocator::disarm().is_some();
    let message = |payload: Box<dyn std::any::Any + Send>| match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().map_or_else(String::new, |text| (*text).to_owned()),
    };
    (failed, result.map_err(message))
}

struct Inserting<V: 'static> {
    name: &'static str,
    /// Whether it says that there is no slot; `None`: by a panic.
    run: fn(&DenseMap<V>, usize, V) -> Option<bool>,
}

fn inserting<V: Item>() -> Vec<Inserting<V>> {
    vec![
        Inserting {
            name: "try_insert",
            run: |map, index, value| {
                let number = value.number();
                match map.try_insert(index, value) {
                    Ok(_) => Some(false),
                    Err(TryInsertError::NoSlot(error)) => {
                        assert_eq!(error.value.number(), number, "the value comes back");
                        assert!(
                            matches!(error.reason, NoSlot::OutOfMemory { index: at, bytes } if at == index && bytes >= SLOTS)
                        );
                        Some(true)
                    }
                    Err(TryInsertError::Occupied(_)) => unreachable!("there is no value"),
                }
            },
        },
        Inserting {
            name: "insert",
            run: |map, index, value| {
                drop(map.insert(index, value));
                None
            },
        },
        Inserting {
            name: "get_or_insert",
            run: |map, index, value| {
                drop(map.get_or_insert(index, value));
                None
            },
        },
        Inserting {
            name: "upsert",
            run: |map, index, value| {
                drop(map.upsert(index, || value, |_| unreachable!("there is no value")));
                None
            },
        },
        Inserting {
            name: "compute",
            run: |map, index, value| {
                let mut value = Some(value);
                map.pin().compute(index, |_| value.take().map_or(Compute::Keep, Compute::Put));
                None
            },
        },
        Inserting {
            name: "compare_and_set",
            run: |map, index, value| {
                drop(map.compare_and_set(index, Expected::NotFound, Some(value)));
                None
            },
        },
        Inserting {
            name: "extend",
            run: |map, index, value| {
                let mut map = map;
                map.extend([(index, value)]);
                None
            },
        },
    ]
}

fn fails_and_goes_on<V: Item>() -> usize {
    let mut points = 0;
    for capacity in [0, 1, 64, 100] {
        for offset in [0, 1, 63, 64, 65, 127, 128, 200, 300, 500, 1000, 5000] {
            for Inserting { name, run } in inserting::<V>() {
                let (ledger, index) = (Ledger::default(), capacity + offset);
                let map = DenseMap::<V>::with_capacity(capacity);
                (0..capacity).step_by(3).for_each(|index| drop(map.insert(index, V::make(7, &ledger))));
                let before = map.len();
                let (failed, result) = without_slots(1, || run(&map, index, V::make(8, &ledger)));
                assert!(failed, "{name} at {index}: there was no slot");
                match result {
                    Ok(said) => assert_eq!(said, Some(true), "{name} at {index}"),
                    Err(message) => assert!(message.contains("memory"), "{name} at {index}: {message}"),
                }
                assert_eq!((map.len(), map.get(index).is_none()), (before, true), "{name} at {index}");
                // There is memory again.
                assert_ne!(run(&map, index, V::make(9, &ledger)), Some(true), "{name} at {index}");
                assert_eq!(map.get(index).map(|value| value.number()), Some(9), "{name} at {index}");
                assert_eq!(map.len(), before + 1);
                drop(map);
                ledger.assert_all_dropped_once(name);
                points += 1;
            }
        }
    }
    points
}

#[test]
fn the_operation_fails_and_the_map_goes_on() {
    alone(|| {
        let points = fails_and_goes_on::<u64>() + fails_and_goes_on::<Noisy>();
        println!("{points} points");
        assert!(points >= 600, "{points} points");
    });
}

#[test]
fn pushes_that_find_no_memory() {
    alone(|| {
        let ledger = Ledger::default();
        let map = DenseMap::<Noisy>::new();
        let (mut failures, mut pushed) = (0, 0);
        for number in 0..1500 {
            let (failed, result) = without_slots(1, || map.try_push(Noisy::make(number, &ledger)));
            match result.expect("it does not panic") {
                Ok(index) => {
                    assert!(!failed && index >= pushed, "{index} after {pushed}");
                    pushed = index + 1;
                }
                Err(error) => {
                    assert!(
                        failed && error.value.number() == number && matches!(error.reason, NoSlot::OutOfMemory { .. })
                    );
                    failures += 1;
                    let (failed, result) = without_slots(1, || map.push(Noisy::make(number, &ledger)));
                    assert!(failed && result.is_err_and(|message| message.contains("memory")));
                    // An index without a slot is not tried again.
                    assert_eq!(map.push(Noisy::make(number, &ledger)), pushed + 2);
                    pushed += 3;
                }
            }
        }
        assert_eq!(map.len(), 1500);
        assert!(failures >= 4, "{failures} segments");
        drop(map);
        ledger.assert_all_dropped_once("pushes");
    });
}

#[test]
fn a_base_that_finds_no_memory() {
    alone(|| {
        for capacity in [64, 100, 10_000, 1 << 20] {
            let (failed, result) = without_slots(1, || DenseMap::<u64>::with_capacity(capacity));
            let message = result.expect_err("it panics");
            assert!(failed && message.contains("capacity overflow"), "{message}");
            assert_eq!(DenseMap::<u64>::with_capacity(capacity).capacity(), capacity);
        }
    });
}
