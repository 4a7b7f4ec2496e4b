//! One thread, random operations, against `std::collections::HashMap`.
//!
//! - every operation returns what the model says, on a pinned handle by keys, and on the map by a foreign type that is
//!   equivalent to them;
//! - the same for every quality of hash, from capacity 0 and small capacities, through growth;
//! - the same for every kind of key and value: inline, boxed, values whose bits need a box, NaNs, types without size,
//!   over-aligned types;
//! - iteration, `is_empty`, `approx_len` and the entries moved out at the end agree with the model.

use crate::support::{Foreign, Hashing, NthKey, Numbered, QUALITIES, Quality, RESERVED, TRICKY};
use atomic_dict::{AtomicMap, Compute, ExpectationFailed, Expected, OccupiedError, OwnedRef, Ref};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::num::{NonZeroI32, NonZeroU64};

trait Key: Hash + Eq + Clone + Debug + Send + Sync + 'static {}

impl<T: Hash + Eq + Clone + Debug + Send + Sync + 'static> Key for T {}

type Map<K, V> = AtomicMap<K, V, Hashing>;

/// Values with an equality that tells all of them apart.
trait Value: PartialEq + Clone + Debug + Send + Sync + 'static {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Value for u64 {}
impl Value for i128 {}
impl Value for String {}
impl Value for () {}
impl Value for bool {}
impl Value for char {}
impl Value for NonZeroI32 {}

impl Value for f64 {
    fn same(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits()
    }
}

impl Value for f32 {
    fn same(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits()
    }
}

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

#[derive(Clone, Copy, Debug)]
enum Op {
    Insert,
    TryInsert,
    Remove,
    Update,
    GetOrInsert,
    Upsert,
    CompareAndSet(Wanted, bool),
    /// Compares by identity with what was read just before, or before the last change.
    CompareAndSetSame(bool, bool),
    Compute(Wish, Wish),
    RemoveIf,
    RemoveEntry,
    Get,
    GetKeyValue,
    Contains,
    Iterate,
    Retain,
    Clear,
}

/// What a computation wants of a key.
#[derive(Clone, Copy, Debug)]
enum Wish {
    Put,
    Remove,
    Keep,
}

impl Wish {
    fn compute<V>(self, value: V) -> Compute<V> {
        match self {
            Self::Put => Compute::Put(value),
            Self::Remove => Compute::Remove,
            Self::Keep => Compute::Keep,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Wanted {
    NotFound,
    Any,
    Value,
}

impl Wanted {
    fn expected<V>(self, value: &V) -> Expected<'_, V> {
        match self {
            Self::NotFound => Expected::NotFound,
            Self::Any => Expected::Any,
            Self::Value => Expected::Value(value),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Step {
    op: Op,
    key: usize,
    value: usize,
    other: usize,
    /// On the map and by a foreign type; otherwise on a handle and by a key.
    on_map: bool,
}

fn steps(keys: usize, values: usize) -> impl Strategy<Value = Vec<Step>> {
    let wanted = prop_oneof![Just(Wanted::NotFound), Just(Wanted::Any), Just(Wanted::Value)];
    let wish = || prop_oneof![2 => Just(Wish::Put), 1 => Just(Wish::Remove), 1 => Just(Wish::Keep)];
    let op = prop_oneof![
        6 => Just(Op::Insert),
        3 => Just(Op::TryInsert),
        3 => Just(Op::Remove),
        2 => Just(Op::Update),
        2 => Just(Op::GetOrInsert),
        2 => Just(Op::Upsert),
        4 => (wanted, any::<bool>()).prop_map(|(wanted, set)| Op::CompareAndSet(wanted, set)),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(stale, set)| Op::CompareAndSetSame(stale, set)),
        3 => (wish(), wish()).prop_map(|(absent, present)| Op::Compute(absent, present)),
        1 => Just(Op::RemoveIf),
        1 => Just(Op::RemoveEntry),
        2 => Just(Op::Get),
        1 => Just(Op::GetKeyValue),
        1 => Just(Op::Contains),
        1 => Just(Op::Iterate),
        1 => prop_oneof![4 => Just(Op::Retain), 1 => Just(Op::Clear)],
    ];
    let step = (op, 0..keys, 0..values, 0..values, any::<bool>()).prop_map(|(op, key, value, other, on_map)| Step {
        op,
        key,
        value,
        other,
        on_map,
    });
    vec(step, 0..300)
}

/// What an operation returned: whether it succeeded, what it showed, which value it gave back.
#[derive(Debug)]
struct Outcome<V> {
    ok: bool,
    seen: Option<V>,
    unused: Option<V>,
}

impl<V: Value> Outcome<V> {
    fn ok(seen: Option<V>) -> Self {
        Self { ok: true, seen, unused: None }
    }

    fn failed(seen: Option<V>, unused: Option<V>) -> Self {
        Self { ok: false, seen, unused }
    }

    fn same(&self, other: &Self) -> bool {
        let same = |left: &Option<V>, right: &Option<V>| match (left, right) {
            (Some(left), Some(right)) => left.same(right),
            (left, right) => left.is_none() && right.is_none(),
        };
        self.ok == other.ok && same(&self.seen, &other.seen) && same(&self.unused, &other.unused)
    }
}

/// The value of an entry, whose key must be the one asked for.
fn entry<'g, K: Key, V>(entry: Option<(Ref<'g, K>, Ref<'g, V>)>, key: &K) -> Option<Ref<'g, V>> {
    entry.map(|(found, value)| {
        assert_eq!(*found, *key);
        value
    })
}

/// Runs a step on a handle, by keys.
fn run_on_handle<K: Key, V: Value>(map: &Map<K, V>, step: &Step, keys: &[K], values: &[V]) -> Outcome<V> {
    let pinned = map.pin();
    let key = || keys[step.key].clone();
    let value = || values[step.value].clone();
    let other = &values[step.other];
    let seen = |seen: Option<Ref<'_, V>>| seen.as_deref().cloned();
    match step.op {
        Op::Insert => Outcome::ok(seen(pinned.insert(key(), value()))),
        Op::TryInsert => match pinned.try_insert(key(), value()) {
            Ok(inserted) => Outcome::ok(seen(Some(inserted))),
            Err(OccupiedError { current, value }) => Outcome::failed(seen(Some(current)), Some(value)),
        },
        Op::Remove => Outcome::ok(seen(pinned.remove(&key()))),
        Op::Update => Outcome::ok(seen(pinned.update(&key(), |_| value()))),
        Op::GetOrInsert => Outcome::ok(seen(Some(pinned.get_or_insert_with(key(), value)))),
        Op::Upsert => Outcome::ok(seen(Some(pinned.upsert(key(), value, |_| other.clone())))),
        Op::CompareAndSet(wanted, set) => {
            match pinned.compare_and_set(key(), wanted.expected(other), set.then(value)) {
                Ok(before) => Outcome::ok(seen(before)),
                Err(ExpectationFailed { actual, desired }) => Outcome::failed(seen(actual), desired),
            }
        }
        Op::CompareAndSetSame(stale, set) => {
            let Some(mut read) = pinned.get(&key()) else { return Outcome::ok(None) };
            if stale {
                pinned.remove(&key());
            } else {
                read = pinned.get(&key()).expect("still there");
            }
            match pinned.compare_and_set_same(key(), &read, set.then(value)) {
                Ok(before) => Outcome::ok(seen(before)),
                Err(ExpectationFailed { actual, desired }) => Outcome::failed(seen(actual), desired),
            }
        }
        Op::Compute(absent, present) => {
            let wish = |current: Option<&V>| if current.is_some() { present } else { absent }.compute(value());
            Outcome::ok(seen(pinned.compute(key(), wish).after))
        }
        Op::RemoveIf => Outcome::ok(seen(pinned.remove_if(&key(), |current| current == other))),
        Op::RemoveEntry => Outcome::ok(seen(entry(pinned.remove_entry(&key()), &key()))),
        Op::GetKeyValue => Outcome::ok(seen(entry(pinned.get_key_value(&key()), &key()))),
        Op::Retain => {
            pinned.retain(|_, current| current != other);
            Outcome::ok(None)
        }
        Op::Clear => {
            pinned.clear();
            Outcome::ok(None)
        }
        Op::Get => Outcome::ok(seen(pinned.get(&key()))),
        Op::Contains => Outcome { ok: pinned.contains_key(&key()), seen: None, unused: None },
        Op::Iterate => Outcome::ok(None),
    }
}

/// Runs a step on the map, by a foreign type wherever a key can be built late.
fn run_on_map<K: Key, V: Value>(map: &Map<K, V>, step: &Step, keys: &[K], values: &[V]) -> Outcome<V> {
    let key = &Foreign(&keys[step.key]);
    let build = |key: &Foreign<'_, K>| key.0.clone();
    let value = || values[step.value].clone();
    let other = &values[step.other];
    let seen = |seen: Option<OwnedRef<'_, V>>| seen.as_deref().cloned();
    match step.op {
        Op::Insert => Outcome::ok(seen(map.insert(build(key), value()))),
        Op::TryInsert => match map.try_insert(build(key), value()) {
            Ok(inserted) => Outcome::ok(seen(Some(inserted))),
            Err(OccupiedError { current, value }) => Outcome::failed(seen(Some(current)), Some(value)),
        },
        Op::Remove => Outcome::ok(seen(map.remove(key))),
        Op::Update => Outcome::ok(seen(map.update(key, |_| value()))),
        Op::GetOrInsert => Outcome::ok(seen(Some(map.get_or_insert_with_ref(key, build, value)))),
        Op::Upsert => Outcome::ok(seen(Some(map.upsert_ref(key, build, value, |_| other.clone())))),
        Op::CompareAndSet(wanted, set) => {
            match map.compare_and_set_ref(key, build, wanted.expected(other), set.then(value)) {
                Ok(before) => Outcome::ok(seen(before)),
                Err(ExpectationFailed { actual, desired }) => Outcome::failed(seen(actual), desired),
            }
        }
        Op::RemoveIf => Outcome::ok(seen(map.remove_if(key, |current| current == other))),
        Op::Compute(absent, present) => {
            let wish = |current: Option<&V>| if current.is_some() { present } else { absent }.compute(value());
            Outcome::ok(map.pin().compute_ref(key, build, wish).after.as_deref().cloned())
        }
        Op::RemoveEntry => Outcome::ok(entry(map.pin().remove_entry(key), key.0).as_deref().cloned()),
        Op::GetKeyValue => Outcome::ok(entry(map.pin().get_key_value(key), key.0).as_deref().cloned()),
        Op::Retain => {
            map.retain(|_, current| current != other);
            Outcome::ok(None)
        }
        Op::Clear => {
            map.clear();
            Outcome::ok(None)
        }
        Op::CompareAndSetSame(..) => run_on_handle(map, step, keys, values),
        Op::Get => Outcome::ok(seen(map.get(key))),
        Op::Contains => Outcome { ok: map.contains_key(key), seen: None, unused: None },
        Op::Iterate => Outcome::ok(None),
    }
}

fn run_model<K: Key, V: Value>(model: &mut HashMap<K, V>, step: &Step, keys: &[K], values: &[V]) -> Outcome<V> {
    let key = &keys[step.key];
    let (value, other) = (&values[step.value], &values[step.other]);
    let before = model.get(key).cloned();
    let mut set = |value: &V| {
        model.insert(key.clone(), value.clone());
        Some(value.clone())
    };
    match step.op {
        Op::Insert => {
            set(value);
            Outcome::ok(before)
        }
        Op::TryInsert if before.is_some() => Outcome { ok: false, seen: before, unused: Some(value.clone()) },
        Op::TryInsert => Outcome::ok(set(value)),
        Op::Remove => Outcome::ok(model.remove(key)),
        Op::Update => Outcome::ok(before.and_then(|_| set(value))),
        Op::GetOrInsert => Outcome::ok(before.or_else(|| set(value))),
        Op::Upsert => Outcome::ok(set(if before.is_some() { other } else { value })),
        Op::CompareAndSet(wanted, sets) => {
            let met = match wanted {
                Wanted::NotFound => before.is_none(),
                Wanted::Any => true,
                Wanted::Value => before.as_ref() == Some(other),
            };
            match (met, sets) {
                (false, _) => Outcome { ok: false, seen: before, unused: sets.then(|| value.clone()) },
                (true, true) => {
                    set(value);
                    Outcome::ok(before)
                }
                (true, false) => Outcome::ok(model.remove(key)),
            }
        }
        Op::CompareAndSetSame(stale, sets) => {
            if before.is_none() {
                Outcome::ok(None)
            } else if stale {
                model.remove(key);
                Outcome { ok: false, seen: None, unused: sets.then(|| value.clone()) }
            } else if sets {
                set(value);
                Outcome::ok(before)
            } else {
                Outcome::ok(model.remove(key))
            }
        }
        Op::Compute(absent, present) => match if before.is_some() { present } else { absent } {
            Wish::Put => Outcome::ok(set(value)),
            Wish::Remove => {
                model.remove(key);
                Outcome::ok(None)
            }
            Wish::Keep => Outcome::ok(before),
        },
        Op::RemoveIf if before.as_ref() == Some(other) => Outcome::ok(model.remove(key)),
        Op::RemoveIf => Outcome::ok(None),
        Op::RemoveEntry => Outcome::ok(model.remove(key)),
        Op::Retain => {
            model.retain(|_, current| current != other);
            Outcome::ok(None)
        }
        Op::Clear => {
            model.clear();
            Outcome::ok(None)
        }
        Op::Get | Op::GetKeyValue => Outcome::ok(before),
        Op::Contains => Outcome { ok: before.is_some(), seen: None, unused: None },
        Op::Iterate => Outcome::ok(None),
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
