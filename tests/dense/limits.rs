//! Sizes and limits.
//!
//! - one stray index is an error or a panic, and costs no memory; reading it finds nothing;
//! - the default limit, the largest one, limits below the base, a capacity of none;
//! - the last index below a limit works, wherever segments end;
//! - a large capacity costs address space only; memory figures say what was allocated.

use crate::support::Counted;
use atomic_dict::dense::{NoSlot, TryInsertError};
use atomic_dict::{Compute, DenseMap, Expected};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The message of a panic.
fn panic_of(run: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(run)).expect_err("a panic");
    payload.downcast_ref::<String>().cloned().expect("a message")
}

#[test]
fn a_stray_index_is_refused() {
    let map = DenseMap::<String>::new();
    let bytes = map.bytes();
    for stray in [(1 << 32) + 1, 1 << 40, 1 << 63, usize::MAX - 1, usize::MAX] {
        assert!(map.get(stray).is_none() && !map.contains_key(stray) && map.remove(stray).is_none());
        assert!(map.update(stray, String::clone).is_none());
        assert!(map.remove_if(stray, |_| true).is_none());
        assert!(map.compare_and_set(stray, Expected::NotFound, None).is_ok());
        assert!(map.compare_and_set(stray, Expected::Value(&String::new()), Some(String::new())).is_err());
        assert!(map.pin().compute(stray, |_| Compute::Keep).after.is_none());
        match map.try_insert(stray, String::from("stray")) {
            Err(TryInsertError::NoSlot(error)) => {
                assert_eq!(error.reason, NoSlot::AboveLimit { index: stray, max_index: 1 << 32 });
                assert_eq!(error.value, "stray");
            }
            other => panic!("{other:?}"),
        }
        let message = format!("index {stray} is above the limit of this map, 4294967296");
        let value = String::new;
        assert_eq!(panic_of(|| drop(map.insert(stray, value()))), message);
        assert_eq!(panic_of(|| drop(map.upsert(stray, value, String::clone))), message);
        assert_eq!(panic_of(|| drop(map.get_or_insert_with(stray, value))), message);
        assert_eq!(panic_of(|| drop(map.compare_and_set(stray, Expected::Any, Some(value())))), message);
        assert_eq!(panic_of(|| assert!(map.pin().compute(stray, |_| Compute::Put(value())).after.is_none())), message);
    }
    assert_eq!(map.bytes(), bytes);
    assert!(map.is_empty() && map.len_bounds() == (0, 0));
}

/// What does not come in is dropped once.
#[test]
fn a_stray_value_is_not_leaked() {
    let (map, tally) = (DenseMap::<Counted>::new(), crate::support::Tally::default());
    drop(map.try_insert(usize::MAX, tally.make(1)));
    panic_of(|| drop(map.insert(usize::MAX, tally.make(2))));
    assert_eq!(tally.live(), 0);
}

#[test]
fn limits_by_the_builder() {
    assert_eq!(DenseMap::<u8>::new().max_index(), 1 << 32);
    // A capacity raises the default, where there is so much memory.
    match catch_unwind(|| DenseMap::<u8>::with_capacity((1 << 32) + 5).max_index()) {
        Ok(max_index) => assert_eq!(max_index, (1 << 32) + 4),
        Err(payload) => {
            assert_eq!(payload.downcast_ref::<String>().unwrap(), "capacity overflow: no memory for 4294967301 slots");
        }
    }
    let largest = DenseMap::<u8>::builder().max_index(DenseMap::<u8>::MAX_INDEX).build();
    assert!(largest.get(DenseMap::<u8>::MAX_INDEX).is_none());
    let message = panic_of(|| drop(DenseMap::<u8>::builder().max_index(usize::MAX).build()));
    assert_eq!(message, "a limit of indices of 18446744073709551615 is above 17592186044415");
    let message = panic_of(|| drop(DenseMap::<u8>::builder().capacity(10).max_index(8).build()));
    assert_eq!(message, "a capacity of 10 has indices above the limit of 8");
    for capacity in [usize::MAX, 1 << 60, 1 << 50] {
        let message = panic_of(|| drop(DenseMap::<u8>::with_capacity(capacity)));
        assert!(message.starts_with("capacity overflow"), "{message}");
    }
    assert_eq!(format!("{:?}", DenseMap::<u8>::builder().capacity(3)), "Builder { capacity: 3, max_index: None, .. }");
}

/// There is no such machine: an index below the largest limit, whose segment is larger than any memory.
#[test]
fn a_segment_without_memory_is_an_error() {
    let map = DenseMap::<u8>::builder().max_index(DenseMap::<u8>::MAX_INDEX).build();
    let index = DenseMap::<u8>::MAX_INDEX / 2 + 100;
    match map.try_insert(index, 7) {
        Err(TryInsertError::NoSlot(error)) => {
            assert!(matches!(error.reason, NoSlot::OutOfMemory { bytes, .. } if bytes >= 1 << 46), "{error}");
            assert_eq!(error.value, 7);
        }
        other => panic!("{other:?}"),
    }
    let message = panic_of(|| drop(map.insert(index, 7)));
    assert!(message.ends_with("for which there is no memory"), "{message}");
    assert!(map.insert(3, 4).is_none() && map.len() == 1, "the map goes on");
}

#[test]
fn the_last_index_works() {
    for capacity in [0, 1, 5, 64, 100] {
        for max_index in (capacity.max(1) - 1)..(capacity + 300) {
            let map = DenseMap::builder().capacity(capacity).max_index(max_index).build();
            assert!(map.insert(max_index, 1).is_none());
            assert!(map.try_insert(max_index + 1, 1).is_err());
            assert!(map.insert(0, 2).is_none() || max_index == 0);
            assert_eq!(map.get(max_index).as_deref(), Some(if max_index == 0 { &2 } else { &1 }));
            assert_eq!(map.pin().range(..).count(), map.len());
            assert_eq!(map.pin().range(max_index..=usize::MAX).count(), 1);
        }
    }
}

#[test]
fn an_index_far_out_costs_its_segment_only() {
    let map = DenseMap::<u64>::with_capacity(100);
    map.insert(1 << 24, 7);
    let bytes = map.bytes();
    assert!((8 << 24..9 << 24).contains(&bytes), "{bytes} bytes");
    assert_eq!(map.pin().iter().map(|(index, value)| (index, *value)).collect::<Vec<_>>(), [(1 << 24, 7)]);
    map.insert(101, 8);
    assert!(map.pin().keys().eq([101, 1 << 24]));
}

/// How often this thread has touched a page for the first time.
#[cfg(target_os = "linux")]
fn touched() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux says so");
    // The name of the thread is in parentheses; the number is the tenth of all.
    let (_, numbers) = stat.rsplit_once(')').expect("a name");
    numbers.split_whitespace().nth(7).and_then(|text| text.parse().ok()).expect("a number")
}

/// Address space is not memory: what is not used is not touched.
#[cfg(target_os = "linux")]
#[test]
fn a_large_capacity_costs_nothing_until_it_is_used() {
    // All of it has 256 pages of the largest kind that Linux takes by itself.
    const MOST: u64 = 64;
    let before = touched();
    let map = DenseMap::<u64>::with_capacity(64 << 20);
    map.insert(5, 6);
    map.insert((64 << 20) - 1, 7);
    let of_map = touched() - before;
    assert!(of_map < MOST, "{of_map} pages are touched");
    (0..64 << 20).step_by(256 << 10).for_each(|index| drop(map.insert(index, 8)));
    let used = touched() - before;
    assert!(used > MOST, "{used} pages are touched by 256 distant indices: they are not counted");
}

#[test]
fn figures_of_memory() {
    fn check<V: Send + Sync + 'static>(value: impl Fn() -> V, per_value: usize) {
        for entries in [0, 1, 100, 5000] {
            let planned = DenseMap::<V>::bytes_for(entries);
            let map = DenseMap::<V>::with_capacity(entries);
            (0..entries).for_each(|index| drop(map.insert(index, value())));
            assert_eq!(map.bytes(), planned, "{entries} entries");
            assert!(planned >= entries * per_value);
        }
    }
    check(|| 1_u64, 8);
    check(|| true, 8);
    check(String::new, 8 + 32);
    check(|| [0_u8; 100], 8 + 112);
    assert!(DenseMap::<u64>::bytes_for(usize::MAX) > 1 << 60, "absurd plans are absurdly large");
}
