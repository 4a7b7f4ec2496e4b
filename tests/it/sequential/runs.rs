//! A step on a handle, on a map, and on the model.

use super::steps::{Op, Step, Wish};
use super::{Key, Map};
use crate::same::{Value, same};
use crate::support::Foreign;
use atomic_dict::{ExpectationFailed, OccupiedError, OwnedRef, Ref};
use std::collections::HashMap;

/// What an operation returned: whether it succeeded, what it showed, which value it gave back.
#[derive(Debug)]
pub(super) struct Outcome<V> {
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

    pub(super) fn same(&self, other: &Self) -> bool {
        let (seen, unused) = ((&self.seen, &other.seen), (&self.unused, &other.unused));
        self.ok == other.ok && [seen, unused].into_iter().all(|(left, right)| same(left.as_ref(), right.as_ref()))
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
pub(super) fn run_on_handle<K: Key, V: Value>(map: &Map<K, V>, step: &Step, keys: &[K], values: &[V]) -> Outcome<V> {
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
pub(super) fn run_on_map<K: Key, V: Value>(map: &Map<K, V>, step: &Step, keys: &[K], values: &[V]) -> Outcome<V> {
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

pub(super) fn run_model<K: Key, V: Value>(
    model: &mut HashMap<K, V>,
    step: &Step,
    keys: &[K],
    values: &[V],
) -> Outcome<V> {
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
        Op::CompareAndSet(wanted, sets) => match (wanted.is_met(before.as_ref(), other), sets) {
            (false, _) => Outcome { ok: false, seen: before, unused: sets.then(|| value.clone()) },
            (true, true) => {
                set(value);
                Outcome::ok(before)
            }
            (true, false) => Outcome::ok(model.remove(key)),
        },
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
