//! Operations on all entries of an `AtomicMap`, and on many.

use super::maps::{Map, Stage, first_value};
use super::{Operation, Points, alike, at_every_call};
use crate::alone::alone;
use crate::fuse::{Call, FusedState, call, is_disturbed};
use crate::items::{Item, Noisy};
use atomic_dict::AtomicMap;

/// Entries for keys that are there, and for some that are not.
pub(super) fn entries<K: Item, V: Item>(s: &Stage<K, V>) -> impl Iterator<Item = (K, V)> {
    entries_from(500, s)
}

/// The same with other values, which begin there.
pub(super) fn entries_from<K: Item, V: Item>(first: u64, s: &Stage<K, V>) -> impl Iterator<Item = (K, V)> {
    (0..30).step_by(3).map(move |number| {
        call(Call::Iterator);
        (s.key(number), s.value(number + first))
    })
}

pub(crate) fn operations<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    let mut all = shared();
    all.extend(consuming());
    all
}

/// Those beside which others can use the map.
pub(crate) fn shared<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    let mut all = alike::shared!(Stage<K, V>);
    all.extend(traversing());
    all.extend(bringing());
    all.extend(looking());
    all.extend(resizing());
    all
}

fn traversing<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    vec![
        Operation::new("iter, step by step", |s| {
            for (key, value) in &s.map().pin() {
                call(Call::Closure);
                assert!(key.number() < 10_000 && value.number() < 100_000);
            }
        }),
        Operation::new("retain", |s| {
            s.map().retain(|key, _| {
                call(Call::Closure);
                key.number() % 3 == 0
            });
        }),
        Operation::twice(
            "retain, which inserts",
            |s| {
                let map = s.map();
                map.pin().retain(|key, value| {
                    let is_first = value.number() < 500;
                    if is_first {
                        drop(map.insert(s.key(key.number()), s.made(500 + key.number() % 2)));
                    }
                    !is_first && value.number() % 2 == 0
                });
            },
            |found, _, _| found == 500 || found == 501,
        ),
        Operation::new("iter, which removes", |s| {
            let pinned = s.map().pin();
            pinned.keys().for_each(|key| assert!(pinned.remove::<K>(&key).is_some() || is_disturbed()));
        }),
    ]
}

/// After these there is nothing left, in the map or of it; nobody else can have it.
pub(crate) fn consuming<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    let mut all = alike::consuming!(Stage<K, V>);
    all.extend([
        Operation::<Stage<K, V>>::new("drain", |s| s.map_mut().drain().for_each(|_| call(Call::Closure))),
        Operation::new("drain, in part", |s| {
            let _first = s.map_mut().drain().next();
        }),
    ]);
    all
}

fn bringing<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    vec![
        Operation::new("batch_insert", |s| s.map().batch_insert(entries(s))),
        Operation::new("extend", |s| {
            let mut map = s.map();
            map.extend(entries(s));
        }),
        Operation::new("from_iter", |s| {
            let copy: Map<K, V> = entries(s).collect();
            assert_eq!(copy.len(), 10);
        }),
        Operation::new("from an array", |s| {
            let copy = AtomicMap::from([(s.key(0), s.value(1)), (s.key(7), s.value(2)), (s.key(0), s.value(3))]);
            assert_eq!(copy.len(), 2);
        }),
        Operation::new("clone", |s| {
            let copy = s.map().clone();
            assert!(copy.len() == s.map().len() || is_disturbed());
        }),
    ]
}

fn looking<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    fn keys<K: Item, V: Item>(s: &Stage<K, V>) -> Vec<K> {
        (0..30).step_by(2).map(|number| s.key(number)).collect()
    }
    fn calling<K>(keys: &[K]) -> impl Iterator<Item = &K> {
        keys.iter().inspect(|_| call(Call::Iterator))
    }
    vec![
        Operation::new("batch_getitem", |s| assert_eq!(s.map().batch_getitem(calling(&keys(s))).len(), 15)),
        Operation::new("pinned batch_getitem", |s| {
            let (pinned, keys) = (s.map().pin(), keys(s));
            pinned.batch_getitem(calling(&keys)).chunk_size(4).for_each(|_| call(Call::Closure));
        }),
        Operation::new("pinned batch_getitem, step by step", |s| {
            let (pinned, keys) = (s.map().pin(), keys(s));
            for found in pinned.batch_getitem(calling(&keys)).chunk_size(3) {
                call(Call::Closure);
                assert!(found.is_none_or(|value| value.number() > 0));
            }
        }),
        Operation::new("eq", |s| assert!(s.map() == s.map() || is_disturbed())),
        Operation::new("ne", |s| {
            let other = s.map().clone();
            other.insert(s.key(80), s.value(81));
            assert!(*s.map() != other && other != *s.map() || is_disturbed());
        }),
    ]
}

fn resizing<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    vec![
        Operation::new("reserve", |s| s.map().reserve(100)),
        Operation::new("compact", |s| s.map().compact()),
        Operation::new("shrink_to_fit", |s| s.map().shrink_to_fit()),
        Operation::new("reserve, shrink_to_fit", |s| {
            s.map().reserve(300);
            s.map().shrink_to_fit();
        }),
        Operation::new("hasher", |s| {
            let _other: FusedState = s.map().hasher().clone();
        }),
        Operation::new("builder", |s| {
            let other = || s.map().hasher().clone();
            assert!(AtomicMap::<K, V>::builder().hasher(other()).capacity(9).hasher(other()).build().is_empty());
        }),
    ]
}

fn panic_everywhere<K: Item, V: Item>() -> Points {
    let mut points = Points::default();
    for (size, removed) in [(1, 0), (10, 1), (22, 3)] {
        let make = || Stage::<K, V>::new(0, 0..size + removed, size..size + removed);
        for operation in operations::<K, V>() {
            points.add(at_every_call(make, &operation, &format!("on {size}, {removed} removed")));
        }
    }
    points
}

#[test]
fn boxed_keys_and_values() {
    alone(|| {
        assert_eq!(first_value(7), 15, "no value of the beginning is one that operations bring");
        let points = panic_everywhere::<Noisy, Noisy>();
        let kinds = [Call::Hash, Call::Eq, Call::Clone, Call::Drop, Call::Hasher, Call::Closure, Call::Iterator];
        assert!(points.contained > 75, "{} contained", points.contained);
        points.assert("all entries, boxed", 3350, &kinds);
    });
}

#[test]
fn inline_keys_and_values() {
    alone(|| {
        let points = panic_everywhere::<u64, u64>();
        let kinds = [Call::Clone, Call::Drop, Call::Hasher, Call::Closure, Call::Iterator];
        points.assert("all entries, inline", 1450, &kinds);
    });
}
