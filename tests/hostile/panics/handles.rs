//! Operations of a handle on one key, and those of keys that are looked up by something equivalent.

use super::Operation;
use super::maps::{Map, Stage, first_value};
use crate::fuse::{Call, call, is_disturbed};
use crate::items::{Item, Query};
use atomic_dict::{Compute, Expected};

pub(super) fn operations<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    let mut all = inserting();
    all.extend(taking());
    all.extend(by_query());
    all
}

fn inserting<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    vec![
        Operation::new("pinned insert", |s| {
            assert!(s.map().pin().insert(s.own_key(), s.value(52)).is_none_or(|value| value.number() > 0));
        }),
        Operation::new("pinned try_insert", |s| {
            let _done: bool = s.map().pin().try_insert(s.own_key(), s.value(80)).is_ok();
        }),
        Operation::new("pinned get_or_insert", |s| {
            assert!(s.map().pin().get_or_insert(s.own_key(), s.value(81)).number() > 0);
        }),
        Operation::new("pinned get_or_insert_with", |s| {
            assert!(s.map().pin().get_or_insert_with(s.own_key(), || s.made(82)).number() > 0);
        }),
        Operation::new("pinned upsert", |s| {
            assert!(s.map().pin().upsert(s.own_key(), || s.made(83), |value| s.next(value)).number() > 0);
        }),
        Operation::new("pinned compare_and_set", |s| {
            let current = s.value(first_value(s.number));
            let pinned = s.map().pin();
            let _done: bool = pinned.compare_and_set(s.own_key(), Expected::Value(&current), Some(s.value(84))).is_ok();
        }),
    ]
}

fn taking<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    vec![
        Operation::new("pinned get", |s| {
            assert!(s.map().pin().get(&s.own_key()).is_none_or(|value| value.number() > 0));
        }),
        Operation::new("pinned contains_key", |s| {
            let _found: bool = s.map().pin().contains_key(&s.own_key());
        }),
        Operation::new("pinned update", |s| {
            assert!(s.map().pin().update(&s.own_key(), |value| s.next(value)).is_none_or(|value| value.number() > 0));
        }),
        Operation::new("pinned remove_if", |s| {
            let condition = |value: &V| s.made(first_value(s.number)) == *value;
            assert!(s.map().pin().remove_if(&s.own_key(), condition).is_none_or(|value| value.number() > 0));
        }),
        // What was removed is dropped here, by the collector.
        Operation::new("pinned remove, flush", |s| {
            let pinned = s.map().pin();
            assert!(pinned.remove(&s.own_key()).is_none_or(|value| value.number() > 0));
            pinned.flush();
        }),
        Operation::new("pinned remove, repin", |s| {
            let mut pinned = s.map().pin();
            assert!(pinned.remove(&s.own_key()).is_none_or(|value| value.number() > 0));
            (0..4).for_each(|_| pinned.repin());
        }),
        Operation::new("what was found", |s| {
            let (pinned, key) = (s.map().pin(), s.own_key());
            let both = || Some((pinned.get(&key)?, s.map().get(&key)?));
            if let (Some((found, owned)), Some((again, owned_again))) = (both(), both()) {
                let are_equal = found == *owned && owned == *found && found == again && owned == owned_again;
                assert!(are_equal && format!("{found:?}") == format!("{owned:?}") || is_disturbed());
            }
        }),
        Operation::new("what was not done", |s| {
            let (pinned, map) = (s.map().pin(), s.map());
            let refused = (pinned.try_insert(s.own_key(), s.value(85)), map.try_insert(s.own_key(), s.value(86)));
            let text = format!("{refused:?}");
            let other = s.value(1);
            let refused = map.compare_and_set(s.own_key(), Expected::Value(&other), Some(s.value(87)));
            assert!(!text.is_empty() && !format!("{refused:?}").is_empty());
        }),
    ]
}

/// By something equivalent to the key, which is made late.
fn by_query<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    fn with<K: Item, V: Item>(
        s: &Stage<K, V>,
        run: impl FnOnce(&Map<K, V>, Query<'_, K>, &dyn Fn(&Query<'_, K>) -> K),
    ) {
        let key = s.own_key();
        let make = |query: &Query<'_, K>| {
            call(Call::Closure);
            s.key(query.0.number())
        };
        run(s.map(), Query(&key), &make);
    }
    let mut all = vec![
        Operation::<Stage<K, V>>::new("get by a query", |s| with(s, |map, query, _| drop(map.get(&query)))),
        Operation::new("contains_key by a query", |s| {
            with(s, |map, query, _| {
                let _found: bool = map.contains_key(&query);
            });
        }),
        Operation::new("get_key_value by a query", |s| {
            with(s, |map, query, _| {
                assert!(map.pin().get_key_value(&query).is_none_or(|(key, _)| key.number() < 9000));
            });
        }),
        Operation::new("remove by a query", |s| with(s, |map, query, _| drop(map.remove(&query)))),
        Operation::new("remove_entry by a query", |s| {
            with(s, |map, query, _| assert!(map.pin().remove_entry(&query).is_none_or(|(key, _)| key.number() < 9000)));
        }),
        Operation::new("remove_if by a query", |s| {
            with(s, |map, query, _| drop(map.remove_if(&query, |value| s.made(first_value(s.number)) == *value)));
        }),
        Operation::new("update by a query", |s| {
            with(s, |map, query, _| drop(map.update(&query, |value| s.next(value))));
        }),
    ];
    all.extend([
        Operation::<Stage<K, V>>::new("get_or_insert_with_ref", |s| {
            with(s, |map, query, make| drop(map.get_or_insert_with_ref(&query, make, || s.made(70))));
        }),
        Operation::new("upsert_ref", |s| {
            with(s, |map, query, make| drop(map.upsert_ref(&query, make, || s.made(71), |value| s.next(value))));
        }),
        Operation::new("compute_ref", |s| {
            with(s, |map, query, make| {
                map.pin().compute_ref(&query, make, |_| Compute::Put(s.made(72)));
            });
        }),
        Operation::new("compare_and_set_ref", |s| {
            with(s, |map, query, make| {
                drop(map.compare_and_set_ref(&query, make, Expected::NotFound, Some(s.value(73))));
            });
        }),
        Operation::new("pinned get_or_insert_with_ref", |s| {
            with(s, |map, query, make| {
                assert!(map.pin().get_or_insert_with_ref(&query, make, || s.made(74)).number() > 0);
            });
        }),
        Operation::new("pinned upsert_ref", |s| {
            with(s, |map, query, make| {
                assert!(map.pin().upsert_ref(&query, make, || s.made(75), |value| s.next(value)).number() > 0);
            });
        }),
        Operation::new("pinned compare_and_set_ref", |s| {
            with(s, |map, query, make| {
                let current = s.value(first_value(s.number));
                let expected = Expected::Value(&current);
                let _done: bool = map.pin().compare_and_set_ref(&query, make, expected, Some(s.value(76))).is_ok();
            });
        }),
    ]);
    all
}
