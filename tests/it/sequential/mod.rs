//! One thread, random operations, against `std::collections::HashMap`.
//!
//! - every operation returns what the model says, on a pinned handle by keys, and on the map by a foreign type that is
//!   equivalent to them;
//! - the same for every quality of hash, from capacity 0 and small capacities, through growth;
//! - the same for every kind of key and value: inline, boxed, values whose bits need a box, NaNs, types without size,
//!   over-aligned types;
//! - iteration, `is_empty`, `approx_len` and the entries moved out at the end agree with the model.

mod runs;
mod steps;

use crate::same::Value;
use crate::support::{Hashing, NthKey, Numbered, QUALITIES, Quality, RESERVED, TRICKY};
use atomic_dict::AtomicMap;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use runs::{run_model, run_on_handle, run_on_map};
use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::num::{NonZeroI32, NonZeroU64};
use steps::{Op, Step, steps};

trait Key: Hash + Eq + Clone + Debug + Send + Sync + 'static {}

impl<T: Hash + Eq + Clone + Debug + Send + Sync + 'static> Key for T {}

type Map<K, V> = AtomicMap<K, V, Hashing>;

#[derive(Clone, Debug, PartialEq)]
#[repr(align(128))]
struct OverAligned(u8);

impl Value for OverAligned {
    fn same(&self, other: &Self) -> bool {
        assert_eq!(std::ptr::from_ref(self).addr() % 128, 0);
        self == other
    }
}

#[derive(Clone, Debug, PartialEq)]
#[repr(align(64))]
struct AlignedNothing;

impl Value for AlignedNothing {
    fn same(&self, _other: &Self) -> bool {
        std::ptr::from_ref(self).addr().is_multiple_of(64)
    }
}

fn same_entries<K: Key, V: Value>(entries: Vec<(K, V)>, model: &HashMap<K, V>) {
    assert_eq!(entries.len(), model.len(), "{entries:?} against {model:?}");
    let entries: HashMap<K, V> = entries.into_iter().collect();
    assert_eq!(entries.len(), model.len(), "a key came twice");
    for (key, value) in &entries {
        assert!(model.get(key).is_some_and(|expected| expected.same(value)), "{key:?}: {value:?} against {model:?}");
    }
}

fn check_case<K: Key, V: Value>((quality, capacity, steps): &(Quality, usize, Vec<Step>), keys: &[K], values: &[V]) {
    let map = AtomicMap::with_capacity_and_hasher(*capacity, Hashing::new(*quality));
    let mut model = HashMap::new();
    for (number, step) in steps.iter().enumerate() {
        let run = if step.on_map { run_on_map } else { run_on_handle };
        let got = run(&map, step, keys, values);
        let expected = run_model(&mut model, step, keys, values);
        assert!(got.same(&expected), "step {number}, {step:?}: got {got:?}, expected {expected:?}");
        if matches!(step.op, Op::Iterate) {
            let pinned = map.pin();
            same_entries(pinned.iter().map(|(key, value)| ((*key).clone(), (*value).clone())).collect(), &model);
            assert_eq!(map.is_empty(), model.is_empty());
            assert_eq!(map.approx_len(), model.len());
        }
    }
    for key in keys {
        let found = map.get(key);
        assert_eq!(found.is_some(), model.contains_key(key), "{key:?} at the end");
    }
    same_entries(map.into_iter().collect(), &model);
}

/// Checks `cases` random sequences. Proptest reports the seed and the smallest failing sequence.
fn check<K: Key, V: Value>(cases: u32, keys: &[K], values: &[V]) {
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let quality = prop::sample::select(QUALITIES.to_vec());
    let capacity = prop_oneof![2 => Just(0_usize), 1 => 1_usize..40];
    runner
        .run(&(quality, capacity, steps(keys.len(), values.len())), |case| {
            check_case(&case, keys, values);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

fn first<T: NthKey>(count: u64) -> Vec<T> {
    (0..count).map(T::nth).collect()
}

#[test]
fn integers_with_tricky_bits() {
    let keys = first::<u64>(80);
    check(300, &keys, &TRICKY);
    check(100, &keys, &(0..8).map(u64::numbered).collect::<Vec<_>>());
    check(100, &TRICKY.map(|bits| bits as i64), &[0_i128, -1, i128::MAX, i128::MIN, 1 << 64]);
}

#[test]
fn strings() {
    check(300, &first::<String>(80), &first::<String>(5));
    check(100, &first::<u64>(40), &first::<String>(5));
}

#[test]
fn narrow_types_and_types_without_size() {
    check(100, &(0..=u8::MAX).collect::<Vec<_>>(), &[()]);
    check(100, &[()], &[false, true]);
    check(100, &TRICKY.map(|bits| bits as usize), &['a', '\0', char::MAX, 'ß']);
    check(100, &first::<String>(40), &[AlignedNothing]);
}

#[test]
fn types_with_bits_that_are_no_values() {
    let values = [1, -1, i32::MIN, i32::MAX].map(|number| NonZeroI32::new(number).expect("not zero"));
    let keys: Vec<_> = TRICKY.iter().filter_map(|&bits| NonZeroU64::new(bits)).collect();
    assert!(RESERVED.iter().all(|&key| keys.contains(&NonZeroU64::new(key).expect("not zero"))));
    check(100, &keys, &values);
}

#[test]
fn floats_by_their_bits() {
    let nans = [0xFFF5_u64 << 48, 0xFFF5 << 48 | 1, 0xFFF5_FFFF_FFFF_FFFF, 0x7FF8 << 48, 0xFFF8 << 48];
    let mut values: Vec<f64> = nans.map(f64::from_bits).to_vec();
    values.extend([0.0, -0.0, 1.5, f64::INFINITY, f64::MIN_POSITIVE, -1e-310]);
    check(200, &first::<u64>(30), &values);
    check(100, &[u16::MAX, 0, 1], &[f32::NAN, -f32::NAN, 0.0, -0.0, f32::MAX, f32::from_bits(0xFFF5_FFF5)]);
}

#[test]
fn wide_keys_and_aligned_values() {
    check(200, &[0_i128, -1, i128::MAX, i128::MIN, 1 << 64], &[OverAligned(0), OverAligned(1), OverAligned(2)]);
}

#[test]
fn every_step_of_growth_keeps_all_entries() {
    for quality in QUALITIES {
        let count = if matches!(quality, Quality::Good | Quality::Identity) { 3000 } else { 400 };
        let map = AtomicMap::with_hasher(Hashing::new(quality));
        for number in 0..count {
            assert!(map.insert(u64::nth(number), number).is_none());
            // Its own entry, at once, and an old one.
            assert_eq!(map.get(&u64::nth(number)).as_deref(), Some(&number));
            assert_eq!(map.get(&u64::nth(number / 2)).as_deref(), Some(&(number / 2)));
        }
        for number in 0..count {
            assert_eq!(map.remove(&u64::nth(number)).as_deref(), Some(&number), "{quality:?}");
        }
        assert!(map.is_empty());
        assert_eq!(map.approx_len(), 0);
    }
}

#[test]
fn more_keys_of_one_hash_than_any_probe_limit() {
    let map = AtomicMap::with_hasher(Hashing::new(Quality::Constant));
    let pinned = map.pin();
    for number in 0..2000_u64 {
        assert!(pinned.try_insert(String::nth(number), number).is_ok());
    }
    assert!((0..2000).all(|number| pinned.get(&String::nth(number)).as_deref() == Some(&number)));
    assert_eq!(pinned.iter().count(), 2000);
}
