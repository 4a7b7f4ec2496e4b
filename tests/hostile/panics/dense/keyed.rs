//! Operations on one index.

use super::Stage;
use crate::items::Item;
use crate::panics::Operation;
use atomic_dict::{Compute, DenseMap, Expected};

pub(crate) fn keyed<V: Item>() -> Vec<Operation<Stage<V>>> {
    let mut all = vec![
        Operation::<Stage<V>>::new("insert", |s| drop(s.map().insert(s.index, s.value(51)))),
        Operation::new("insert, flush", |s| {
            drop(s.map().insert(s.index, s.value(51)));
            s.map().flush();
        }),
        Operation::new("try_insert", |s| drop(s.map().try_insert(s.index, s.value(52)))),
        Operation::new("push", |s| assert!(s.map().push(s.value(53)) < 1000)),
        Operation::new("get", |s| assert!(s.map().get(s.index).is_none_or(|value| value.number() > 0))),
        Operation::new("remove", |s| drop(s.map().remove(s.index))),
        Operation::new("remove, flush", |s| {
            drop(s.map().remove(s.index));
            s.map().flush();
        }),
        Operation::new("remove_if", |s| {
            drop(s.map().remove_if(s.index, |value| s.made(s.index as u64 * 2 + 1) == *value));
        }),
        Operation::new("update", |s| drop(s.map().update(s.index, |value| s.next(value)))),
        Operation::new("get_or_insert", |s| drop(s.map().get_or_insert(s.index, s.value(54)))),
        Operation::new("get_or_insert_with", |s| drop(s.map().get_or_insert_with(s.index, || s.made(55)))),
        Operation::new("upsert", |s| drop(s.map().upsert(s.index, || s.made(56), |value| s.next(value)))),
        Operation::new("get_or_insert_with, which inserts", |s| {
            drop(s.map().get_or_insert_with(s.index, || {
                drop(s.map().try_insert(s.index, s.value(57)));
                s.made(58)
            }));
        }),
    ];
    all.extend(deciding());
    all.extend(by_handles());
    all.extend(others());
    all
}

fn deciding<V: Item>() -> Vec<Operation<Stage<V>>> {
    vec![
        Operation::twice(
            "upsert, which updates",
            |s| {
                let mut first = true;
                drop(s.map().upsert(
                    s.index,
                    || s.made(59),
                    |value| {
                        if std::mem::take(&mut first) {
                            drop(s.map().insert(s.index, s.value(60)));
                        }
                        s.next(value)
                    },
                ));
            },
            |found, _, _| found == 60,
        ),
        Operation::new("compute", |s| {
            s.map().pin().compute(s.index, |value| match value {
                Some(value) if s.made(5) != *value => Compute::Remove,
                Some(_) => Compute::Keep,
                None => Compute::Put(s.made(61)),
            });
        }),
        Operation::new("compare_and_set, absent", |s| {
            drop(s.map().compare_and_set(s.index, Expected::NotFound, Some(s.value(62))));
        }),
        Operation::new("compare_and_set, any", |s| {
            drop(s.map().compare_and_set(s.index, Expected::Any, Some(s.value(66))));
        }),
        Operation::new("compare_and_set, any, remove", |s| drop(s.map().compare_and_set(s.index, Expected::Any, None))),
        Operation::new("compare_and_set, another value", |s| {
            let other = s.value(1);
            let refused = s.map().compare_and_set(s.index, Expected::Value(&other), Some(s.value(67)));
            assert!(!format!("{refused:?}").is_empty());
        }),
        Operation::new("compare_and_set, value", |s| {
            let first = s.first();
            drop(s.map().compare_and_set(s.index, Expected::Value(&first), Some(s.value(63))));
        }),
        Operation::new("compare_and_set, value, remove", |s| {
            let first = s.first();
            drop(s.map().compare_and_set(s.index, Expected::Value(&first), None));
        }),
        Operation::new("compare_and_set_same", |s| {
            let pinned = s.map().pin();
            if let Some(current) = pinned.get(s.index) {
                let _first = pinned.compare_and_set_same(s.index, &current, Some(s.value(64)));
                let _second = pinned.compare_and_set_same(s.index, &current, Some(s.value(65)));
            }
        }),
    ]
}

/// The same on a handle.
fn by_handles<V: Item>() -> Vec<Operation<Stage<V>>> {
    vec![
        Operation::new("pinned insert", |s| {
            assert!(s.map().pin().insert(s.index, s.value(80)).is_none_or(|value| value.number() > 0));
        }),
        Operation::new("pinned try_insert", |s| {
            let _done: bool = s.map().pin().try_insert(s.index, s.value(81)).is_ok();
        }),
        Operation::new("pinned push", |s| assert!(s.map().pin().push(s.value(82)) < 1000)),
        Operation::new("pinned try_push", |s| assert!(s.map().pin().try_push(s.value(83)).is_ok())),
        Operation::new("pinned get", |s| {
            assert!(s.map().pin().get(s.index).is_none_or(|value| value.number() > 0));
        }),
        Operation::new("pinned remove, flush", |s| {
            let pinned = s.map().pin();
            assert!(pinned.remove(s.index).is_none_or(|value| value.number() > 0));
            pinned.flush();
        }),
        Operation::new("pinned remove, repin", |s| {
            let mut pinned = s.map().pin();
            assert!(pinned.remove(s.index).is_none_or(|value| value.number() > 0));
            (0..4).for_each(|_| pinned.repin());
        }),
        Operation::new("pinned remove_if", |s| {
            let condition = |value: &V| s.made(s.index as u64 * 2 + 1) == *value;
            assert!(s.map().pin().remove_if(s.index, condition).is_none_or(|value| value.number() > 0));
        }),
        Operation::new("pinned update", |s| {
            assert!(s.map().pin().update(s.index, |value| s.next(value)).is_none_or(|value| value.number() > 0));
        }),
        Operation::new("pinned get_or_insert", |s| {
            assert!(s.map().pin().get_or_insert(s.index, s.value(84)).number() > 0);
        }),
        Operation::new("pinned get_or_insert_with", |s| {
            assert!(s.map().pin().get_or_insert_with(s.index, || s.made(85)).number() > 0);
        }),
        Operation::new("pinned upsert", |s| {
            assert!(s.map().pin().upsert(s.index, || s.made(86), |value| s.next(value)).number() > 0);
        }),
        Operation::new("pinned compare_and_set", |s| {
            let (pinned, first) = (s.map().pin(), s.first());
            let _done: bool = pinned.compare_and_set(s.index, Expected::Value(&first), Some(s.value(87))).is_ok();
        }),
    ]
}

fn others<V: Item>() -> Vec<Operation<Stage<V>>> {
    vec![
        Operation::new("try_push", |s| assert!(s.map().try_push(s.value(88)).is_ok())),
        Operation::new("contains_key", |s| {
            let (map, pinned) = (s.map(), s.map().pin());
            assert!(map.contains_key(s.index) == pinned.contains_key(s.index));
        }),
        Operation::new("what was found", |s| {
            let pinned = s.map().pin();
            if let (Some(found), Some(owned)) = (pinned.get(s.index), s.map().get(s.index)) {
                assert!(found == *owned && owned == *found && format!("{found:?}") == format!("{owned:?}"));
            }
        }),
        // The values come back, and are dropped here.
        Operation::new("where there is no slot", |s| {
            let full = DenseMap::builder().max_index(0).build();
            assert!(full.try_push(s.value(89)).is_ok());
            let refused =
                (full.try_push(s.value(90)), full.try_insert(7, s.value(91)), full.try_insert(0, s.value(92)));
            assert!(!format!("{refused:?}").is_empty());
            assert!(refused.0.is_err() && refused.1.is_err() && refused.2.is_err());
        }),
    ]
}
