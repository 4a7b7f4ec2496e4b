//! One thread, random operations, against `std::collections::BTreeMap`.
//!
//! - every operation returns what the model says, on a handle and on the map itself;
//! - the same for bases of no slot to many, indices in them, behind them, and beyond the limit;
//! - the same for every kind of value: inline, boxed, values whose bits need a box, NaNs, types without size;
//! - traversals, ranges, parts, lengths, and the entries moved out at the end agree with the model.

mod steps;

use crate::same::{Value, same};
use crate::support::TRICKY;
use atomic_dict::dense::{NoSlot, TryInsertError};
use atomic_dict::{Compute, DenseMap, OwnedRef, Ref};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use steps::{Op, Step, inserts, steps};

const MAX_INDEX: usize = 3000;

/// The map, and what it should be.
struct Pair<V: Value> {
    map: DenseMap<V>,
    model: BTreeMap<usize, V>,
    /// The index that the next push tries.
    next: usize,
}

fn owned<V: Value>(value: Option<OwnedRef<'_, V>>) -> Option<V> {
    value.as_deref().cloned()
}

fn seen<V: Value>(value: Option<Ref<'_, V>>) -> Option<V> {
    value.as_deref().cloned()
}

#[track_caller]
fn assert_same<V: Value>(actual: Option<&V>, expected: Option<&V>) {
    assert!(same(actual, expected), "{actual:?} instead of {expected:?}");
}

impl<V: Value> Pair<V> {
    fn new(capacity: usize) -> Self {
        let map = DenseMap::builder().capacity(capacity).max_index(MAX_INDEX).build();
        Self { map, model: BTreeMap::new(), next: 0 }
    }

    /// Puts a value, which has a slot, or takes one away; what was there is what the map says.
    fn set(&mut self, index: usize, value: Option<V>, before: Option<&V>) {
        let expected = match value {
            Some(value) => self.model.insert(index, value),
            None => self.model.remove(&index),
        };
        assert_same(before, expected.as_ref());
    }

    fn step(&mut self, Step { op, index, on_map, .. }: Step, value: V, other: V) {
        let map = &self.map;
        let pinned = map.pin();
        let present = self.model.get(&index).cloned();
        let beyond = index > MAX_INDEX;
        match op {
            Op::Get => {
                let actual = if on_map { owned(map.get(index)) } else { seen(pinned.get(index)) };
                assert_same(actual.as_ref(), present.as_ref());
            }
            Op::Contains => {
                let actual = if on_map { map.contains_key(index) } else { pinned.contains_key(index) };
                assert_eq!(actual, present.is_some());
            }
            Op::TryInsert => {
                let result = if on_map {
                    map.try_insert(index, value.clone()).map(|value| V::clone(&value)).map_err(unborrow)
                } else {
                    pinned.try_insert(index, value.clone()).map(|value| V::clone(&value)).map_err(unborrow)
                };
                match result {
                    Ok(inserted) => {
                        assert!(inserted.same(&value) && present.is_none() && !beyond);
                        drop(pinned);
                        self.set(index, Some(value), None);
                    }
                    Err((Some(current), unused)) => {
                        assert!(unused.same(&value));
                        assert_same(Some(&current), present.as_ref());
                    }
                    Err((None, unused)) => assert!(unused.same(&value) && beyond),
                }
            }
            _ if beyond && inserts(op) => {} // In `limits`: these panic.
            Op::Insert => {
                let value_too = value.clone();
                let before = if on_map { owned(map.insert(index, value)) } else { seen(pinned.insert(index, value)) };
                drop(pinned);
                self.set(index, Some(value_too), before.as_ref());
            }
            Op::Remove => {
                let before = if on_map { owned(map.remove(index)) } else { seen(pinned.remove(index)) };
                drop(pinned);
                self.set(index, None, before.as_ref());
            }
            Op::RemoveIf => {
                let mut asked = 0;
                let condition = |current: &V| {
                    asked += 1;
                    current.same(&other)
                };
                let removed = if on_map {
                    owned(map.remove_if(index, condition))
                } else {
                    seen(pinned.remove_if(index, condition))
                };
                assert_eq!(asked, usize::from(present.is_some()));
                let expected = present.filter(|present| present.same(&other));
                assert_same(removed.as_ref(), expected.as_ref());
                if removed.is_some() {
                    self.model.remove(&index);
                }
            }
            Op::Update => {
                let update = |current: &V| if current.same(&value) { other.clone() } else { value.clone() };
                let after = if on_map { owned(map.update(index, update)) } else { seen(pinned.update(index, update)) };
                let expected = present.as_ref().map(update);
                assert_same(after.as_ref(), expected.as_ref());
                drop(pinned);
                if let Some(expected) = expected {
                    self.set(index, Some(expected), present.as_ref());
                }
            }
            Op::GetOrInsert => {
                let mut made = 0;
                let init = || {
                    made += 1;
                    value.clone()
                };
                let actual = if on_map {
                    V::clone(&map.get_or_insert_with(index, init))
                } else {
                    V::clone(&pinned.get_or_insert_with(index, init))
                };
                assert_eq!(made, usize::from(present.is_none()));
                drop(pinned);
                assert!(actual.same(self.model.entry(index).or_insert(value)));
            }
            Op::Upsert => {
                let merge = |_: &V| other.clone();
                let init = || value.clone();
                let after = if on_map {
                    V::clone(&map.upsert(index, init, merge))
                } else {
                    V::clone(&pinned.upsert(index, init, merge))
                };
                let expected = if present.is_some() { other } else { value };
                assert!(after.same(&expected));
                drop(pinned);
                self.set(index, Some(expected), present.as_ref());
            }
            Op::Compute(wish) => {
                let computed = pinned.compute(index, |current| {
                    assert_same(current, present.as_ref());
                    match wish {
                        Some(true) => Compute::Put(value.clone()),
                        Some(false) => Compute::Remove,
                        None => Compute::Keep,
                    }
                });
                let (before, after) = (seen(computed.before), seen(computed.after));
                drop(pinned);
                assert_same(before.as_ref(), present.as_ref());
                let expected = match wish {
                    Some(true) => Some(value),
                    Some(false) => None,
                    None => present.clone(),
                };
                assert_same(after.as_ref(), expected.as_ref());
                self.set(index, expected, present.as_ref());
            }
            Op::CompareAndSet(wanted, put) => {
                let desired = put.then(|| value.clone());
                let expected = wanted.expected(&other);
                let met = wanted.is_met(present.as_ref(), &other);
                let result = if on_map {
                    let result = map.compare_and_set(index, expected, desired.clone());
                    result.map(owned).map_err(|failed| (owned(failed.actual), failed.desired))
                } else {
                    let result = pinned.compare_and_set(index, expected, desired.clone());
                    result.map(seen).map_err(|failed| (seen(failed.actual), failed.desired))
                };
                drop(pinned);
                self.assert_compared(index, result, met, desired);
            }
            Op::CompareAndSetSame(fresh, put) => {
                let desired = put.then(|| value.clone());
                let Some(read) = pinned.get(index) else { return };
                if !fresh {
                    pinned.insert(index, other.clone());
                    self.model.insert(index, other.clone());
                }
                // Of a boxed type no other value is the same; of an inline one that with the same bits is.
                let is_inline = !matches!(size_of::<V>(), 16..);
                let met = fresh || is_inline && read.same(&other);
                let result = pinned.compare_and_set_same(index, &read, desired.clone());
                let result = result.map(seen).map_err(|failed| (seen(failed.actual), failed.desired));
                drop(pinned);
                self.assert_compared(index, result, met, desired);
            }
            Op::Push => {
                while self.model.contains_key(&self.next) {
                    self.next += 1;
                }
                let index = if on_map { map.push(value.clone()) } else { pinned.push(value.clone()) };
                assert_eq!(index, self.next);
                self.next += 1;
                drop(pinned);
                self.set(index, Some(value), None);
            }
            Op::Traverse(from, to) => {
                let expected: Vec<usize> =
                    if from < to { self.model.range(from..to).map(|(&index, _)| index).collect() } else { Vec::new() };
                assert_eq!(pinned.range(from..to).map(|(index, _)| index).collect::<Vec<_>>(), expected);
                let inclusive: Vec<usize> = if from <= to {
                    self.model.range(from..=to).map(|(&index, _)| index).collect()
                } else {
                    Vec::new()
                };
                assert_eq!(pinned.range(from..=to).map(|(index, _)| index).collect::<Vec<_>>(), inclusive);
                assert_eq!(pinned.range(to..).count(), self.model.range(to..).count());
            }
            Op::Retain => {
                let keep = |index: usize, value: &V| index.is_multiple_of(2) || value.same(&other);
                if on_map {
                    map.retain(keep);
                } else {
                    pinned.retain(keep);
                }
                drop(pinned);
                self.model.retain(|&index, value| keep(index, value));
            }
            Op::Clear => {
                if on_map {
                    map.clear();
                } else {
                    pinned.clear();
                }
                drop(pinned);
                self.model.clear();
            }
        }
    }

    fn assert_compared(
        &mut self,
        index: usize,
        result: Result<Option<V>, (Option<V>, Option<V>)>,
        met: bool,
        desired: Option<V>,
    ) {
        match result {
            Ok(before) => {
                assert!(met);
                self.set(index, desired, before.as_ref());
            }
            Err((actual, unused)) => {
                assert!(!met);
                assert_same(actual.as_ref(), self.model.get(&index));
                assert_same(unused.as_ref(), desired.as_ref());
            }
        }
    }

    fn check(&self) {
        let pinned = self.map.pin();
        let entries: Vec<(usize, V)> = pinned.iter().map(|(index, value)| (index, V::clone(&value))).collect();
        assert_eq!(entries.len(), self.model.len());
        for ((index, value), (expected_index, expected)) in entries.iter().zip(&self.model) {
            assert_eq!(index, expected_index, "in order");
            assert!(value.same(expected));
        }
        assert!(pinned.keys().eq(self.model.keys().copied()));
        assert_eq!(pinned.values().count(), entries.len());
        let mut parts: Vec<usize> = (0..3).flat_map(|part| pinned.fast_iter(3, part)).map(|(index, _)| index).collect();
        parts.sort_unstable();
        assert!(parts.into_iter().eq(self.model.keys().copied()));
        assert_eq!((self.map.len(), self.map.approx_len()), (entries.len(), entries.len()));
        assert_eq!(self.map.len_bounds(), (entries.len(), entries.len()));
        assert_eq!(self.map.is_empty(), entries.is_empty());
    }
}

/// What is there, if anything, and the value that was not used.
fn unborrow<R: std::ops::Deref<Target = V>, V: Value>(error: TryInsertError<R, V>) -> (Option<V>, V) {
    match error {
        TryInsertError::Occupied(occupied) => (Some(occupied.current.clone()), occupied.value),
        TryInsertError::NoSlot(no_slot) => {
            assert!(matches!(no_slot.reason, NoSlot::AboveLimit { max_index: MAX_INDEX, .. }));
            (None, no_slot.value)
        }
    }
}

fn run<V: Value>(values: &[V]) {
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let capacity =
        prop_oneof![Just(0_usize), Just(1), Just(2), Just(3), Just(64), Just(100), Just(1500), Just(MAX_INDEX + 1)];
    runner
        .run(&(capacity, steps()), |(capacity, steps)| {
            let mut pair = Pair::new(capacity);
            for step in steps {
                let value = |number: usize| values[number % values.len()].clone();
                pair.step(step, value(step.value), value(step.other));
            }
            pair.check();
            let Pair { map, model, .. } = pair;
            let entries: Vec<(usize, V)> = map.into_iter().collect();
            assert!(entries.iter().map(|(index, _)| *index).eq(model.keys().copied()));
            assert!(entries.iter().zip(model.values()).all(|((_, value), expected)| value.same(expected)));
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn of_full_range_numbers() {
    run::<u64>(&TRICKY);
}

#[test]
fn of_small_numbers() {
    run::<i8>(&[-128, -1, 0, 1, 127]);
}

#[test]
fn of_floats() {
    let bits = [0, 1 << 63, 0x7FF8 << 48, 0x7FF8 << 48 | 1, 0xFFF5 << 48, 0xFFF5 << 48 | 7, 0x3FF0 << 48];
    run::<f64>(&bits.map(f64::from_bits));
}

#[test]
fn of_nothing() {
    run::<()>(&[()]);
}

#[test]
fn of_large_numbers() {
    run::<i128>(&[0, -1, i128::MAX, 1 << 100]);
}

#[test]
fn of_strings() {
    run::<String>(&["", "a", "b", "a longer string that is on the heap"].map(String::from));
}
