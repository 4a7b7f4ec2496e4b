//! Operations on one key: a present one, a removed one, one that never came; on tables around the sizes at which they grow.

use super::maps::{Stage, first_value};
use super::{Operation, Points, at_every_call, handles};
use crate::alone::alone;
use crate::fuse::{Call, call};
use crate::items::{Item, RESERVED};
use atomic_dict::{Compute, Expected};

/// All of them, on the map or on a handle.
pub(crate) fn operations<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    let mut all = inserting();
    all.extend(taking());
    all.extend(deciding());
    all.extend(handles::operations());
    all
}

fn inserting<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    vec![
        Operation::new("insert", |s| drop(s.map().insert(s.own_key(), s.value(51)))),
        Operation::new("try_insert", |s| drop(s.map().try_insert(s.own_key(), s.value(53)))),
        Operation::new("get_or_insert", |s| drop(s.map().get_or_insert(s.own_key(), s.value(54)))),
        Operation::new("get_or_insert_with", |s| drop(s.map().get_or_insert_with(s.own_key(), || s.made(55)))),
        Operation::new("upsert", |s| drop(s.map().upsert(s.own_key(), || s.made(56), |value| s.next(value)))),
        Operation::new("compute, put", |s| {
            s.map()
                .pin()
                .compute(s.own_key(), |value| Compute::Put(value.map_or_else(|| s.made(57), |value| s.next(value))));
        }),
        // The closure is first, so that what it returns comes back.
        Operation::new("get_or_insert_with, which inserts", |s| {
            let map = s.map();
            drop(map.get_or_insert_with(s.own_key(), || {
                drop(map.try_insert(s.own_key(), s.value(58)));
                s.made(59)
            }));
        }),
        Operation::twice(
            "upsert, which updates",
            |s| {
                let (map, mut first) = (s.map(), true);
                drop(map.upsert(
                    s.own_key(),
                    || s.made(60),
                    |value| {
                        if std::mem::take(&mut first) {
                            drop(map.insert(s.own_key(), s.value(61)));
                        }
                        s.next(value)
                    },
                ));
            },
            |found, _, _| found == 61,
        ),
    ]
}

fn taking<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    vec![
        Operation::new("get", |s| drop(s.map().get(&s.own_key()))),
        Operation::new("contains_key", |s| {
            let _found: bool = s.map().contains_key(&s.own_key());
        }),
        Operation::new("get_key_value", |s| {
            assert!(s.map().pin().get_key_value(&s.own_key()).is_none_or(|(key, _)| key.number() == s.number));
        }),
        Operation::new("remove", |s| drop(s.map().remove(&s.own_key()))),
        Operation::new("remove_entry", |s| {
            assert!(s.map().pin().remove_entry(&s.own_key()).is_none_or(|(key, _)| key.number() == s.number));
        }),
        Operation::new("remove_if, true", |s| {
            drop(s.map().remove_if(&s.own_key(), |value| s.made(first_value(s.number)) == *value));
        }),
        Operation::new("remove_if, false", |s| drop(s.map().remove_if(&s.own_key(), |value| s.made(1) == *value))),
        // What was removed is dropped here, by the collector.
        Operation::new("remove, flush", |s| {
            drop(s.map().remove(&s.own_key()));
            s.map().flush();
        }),
        Operation::new("insert, flush", |s| {
            drop(s.map().insert(s.own_key(), s.value(62)));
            s.map().flush();
        }),
    ]
}

fn deciding<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    vec![
        Operation::new("update", |s| drop(s.map().update(&s.own_key(), |value| s.next(value)))),
        Operation::new("compute, remove", |s| {
            s.map().pin().compute(s.own_key(), |_| {
                call(Call::Closure);
                Compute::Remove
            });
        }),
        Operation::new("compute, keep", |s| {
            s.map().pin().compute(s.own_key(), |_| {
                call(Call::Closure);
                Compute::Keep
            });
        }),
        Operation::new("compare_and_set, absent", |s| {
            drop(s.map().compare_and_set(s.own_key(), Expected::NotFound, Some(s.value(63))));
        }),
        Operation::new("compare_and_set, any", |s| {
            drop(s.map().compare_and_set(s.own_key(), Expected::Any, Some(s.value(64))));
        }),
        Operation::new("compare_and_set, any, remove", |s| {
            drop(s.map().compare_and_set(s.own_key(), Expected::Any, None));
        }),
        Operation::new("compare_and_set, value", |s| {
            let current = s.value(first_value(s.number));
            drop(s.map().compare_and_set(s.own_key(), Expected::Value(&current), Some(s.value(65))));
        }),
        Operation::new("compare_and_set, value, remove", |s| {
            let current = s.value(first_value(s.number));
            drop(s.map().compare_and_set(s.own_key(), Expected::Value(&current), None));
        }),
        Operation::new("compare_and_set, another value", |s| {
            let other = s.value(1);
            drop(s.map().compare_and_set(s.own_key(), Expected::Value(&other), Some(s.value(66))));
        }),
        Operation::new("compare_and_set_same", |s| {
            let pinned = s.map().pin();
            if let Some(current) = pinned.get(&s.own_key()) {
                let _first = pinned.compare_and_set_same(s.own_key(), &current, Some(s.value(67)));
                let _second = pinned.compare_and_set_same(s.own_key(), &current, Some(s.value(68)));
            }
        }),
    ]
}

fn panic_everywhere<K: Item, V: Item>(numbers: &[u64]) -> Points {
    let mut points = Points::default();
    for size in [0, 1, 9, 10, 11, 21, 22] {
        for &number in numbers {
            // A present key stays, key 2 was removed.
            let make = || {
                Stage::<K, V>::new(
                    number,
                    (0..size).chain([RESERVED].into_iter().filter(|_| size % 2 == 1)),
                    (2..size.min(3)).take(1),
                )
            };
            for operation in operations::<K, V>() {
                points.add(at_every_call(make, &operation, &format!("on {number} of {size}")));
            }
        }
    }
    points
}

#[test]
fn boxed_keys_and_values() {
    alone(|| {
        use crate::items::Noisy;
        let kinds = [Call::Hash, Call::Eq, Call::Drop, Call::Hasher, Call::Closure];
        let points = panic_everywhere::<Noisy, Noisy>(&[1, 2, 900]);
        assert!(points.moving > 150, "{} points while entries moved", points.moving);
        points.assert("boxed keys and values", 5400, &kinds);
    });
}

#[test]
fn boxed_values_of_inline_keys() {
    alone(|| {
        let points = panic_everywhere::<u64, crate::items::Noisy>(&[1, 2, 900, RESERVED]);
        assert!(points.moving > 150, "{} points while entries moved", points.moving);
        points.assert("boxed values of inline keys", 4800, &[Call::Eq, Call::Drop, Call::Hasher, Call::Closure]);
    });
}

#[test]
fn inline_keys_and_values() {
    alone(|| {
        let points = panic_everywhere::<u64, u64>(&[1, 2, 900, RESERVED, RESERVED + 1]);
        points.assert("inline keys and values", 5150, &[Call::Hash, Call::Eq, Call::Hasher, Call::Closure]);
    });
}
