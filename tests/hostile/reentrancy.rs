//! User code that calls the map again, on the same key: at the k-th call of `Hash`, `Eq`, `Clone`, `Drop`, the hasher or a closure,
//! for every k, every operation, and every operation inside.
//!
//! Two operations on one key, of which the second begins when the first is under way: what is left is what one of the two orders
//! leaves. A map that does them in two steps is found.

use crate::alone::alone;
use crate::fuse::{Call, detour_at};
use crate::items::{Item, Ledger, Noisy};
use crate::panics::keyed;
use crate::panics::maps::{Map, Stage};
use crate::panics::{Operation, Scene};
use atomic_dict::{Compute, Expected};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is called inside, on the same key.
struct Inner<K: 'static, V: 'static> {
    name: &'static str,
    run: fn(&Map<K, V>, u64, &Ledger),
}

fn inner_operations<K: Item, V: Item>() -> Vec<Inner<K, V>> {
    vec![
        Inner { name: "get", run: |map, number, ledger| drop(map.get(&K::make(number, ledger))) },
        Inner {
            name: "insert",
            run: |map, number, ledger| drop(map.insert(K::make(number, ledger), V::make(80, ledger))),
        },
        Inner { name: "remove", run: |map, number, ledger| drop(map.remove(&K::make(number, ledger))) },
        Inner {
            name: "update",
            run: |map, number, ledger| {
                drop(map.update(&K::make(number, ledger), |value| V::make(value.number() + 10_000, ledger)));
            },
        },
        Inner {
            name: "compute",
            run: |map, number, ledger| {
                map.pin().compute(K::make(number, ledger), |value| match value {
                    Some(_) => Compute::Remove,
                    None => Compute::Put(V::make(81, ledger)),
                });
            },
        },
        Inner {
            name: "compare_and_set",
            run: |map, number, ledger| {
                let absent =
                    map.compare_and_set(K::make(number, ledger), Expected::NotFound, Some(V::make(82, ledger)));
                drop(absent);
            },
        },
        Inner { name: "clear", run: |map, _, _| map.clear() },
        Inner { name: "compact", run: |map, _, _| map.compact() },
        Inner {
            name: "growth",
            run: |map, _, ledger| {
                (3000..3040).for_each(|number| drop(map.insert(K::make(number, ledger), V::make(1, ledger))));
            },
        },
        Inner {
            name: "iteration",
            run: |map, number, ledger| {
                let pinned = map.pin();
                pinned
                    .iter()
                    .filter(|(key, _)| key.number() == number)
                    .for_each(|(key, _)| assert!(pinned.remove::<K>(&key).is_some()));
                assert!(pinned.insert(K::make(number, ledger), V::make(83, ledger)).is_none());
                pinned.flush();
            },
        },
    ]
}

/// Operations that take effect more than once.
const COMPOSITE: [&str; 3] = ["get_or_insert_with, which inserts", "upsert, which updates", "compare_and_set_same"];

/// What two operations leave that do not overlap.
fn in_order<K: Item, V: Item>(
    make: &impl Fn() -> Stage<K, V>,
    operation: &Operation<Stage<K, V>>,
    inner: &Inner<K, V>,
    inner_first: bool,
) -> BTreeMap<u64, u64> {
    let mut stage = make();
    if inner_first {
        (inner.run)(stage.map(), stage.number, &stage.ledger);
    }
    (operation.run)(&mut stage);
    if !inner_first {
        (inner.run)(stage.map(), stage.number, &stage.ledger);
    }
    stage.contents().expect("it is there")
}

/// Returns at how many points `inner` was called, in what; and how often it left something else than in either order.
fn at_every_call<K: Item, V: Item>(
    make: impl Fn() -> Stage<K, V>,
    operation: &Operation<Stage<K, V>>,
    inner: &Inner<K, V>,
    kinds: &mut BTreeSet<Call>,
) -> (usize, usize) {
    let expected = [true, false].map(|inner_first| in_order(&make, operation, inner, inner_first));
    let mut wrong = 0;
    for k in 1.. {
        let mut stage = make();
        let (map, number, ledger) =
            (Arc::clone(stage.map.as_ref().expect("just made")), stage.number, stage.ledger.clone());
        let (run, of_inner) = (inner.run, ledger.clone());
        let kind = detour_at(k, move || run(&map, number, &of_inner), || (operation.run)(&mut stage));
        let Some(kind) = kind else { return (k as usize - 1, wrong) };
        kinds.insert(kind);
        let found = stage.contents().expect("it is there");
        wrong += usize::from(!expected.contains(&found) && !COMPOSITE.contains(&operation.name));
        stage.exercise();
        drop(stage);
        ledger.assert_all_dropped_once(&format!("{} inside of {} at call {k}", inner.name, operation.name));
    }
    unreachable!("operations end")
}

fn everywhere<K: Item, V: Item>(sizes: &[u64]) -> (usize, BTreeSet<Call>) {
    let (mut points, mut kinds) = (0, BTreeSet::new());
    for &size in sizes {
        for number in [1, 2, 900] {
            let make = || Stage::<K, V>::new(number, 0..size, (2..size.min(3)).take(1));
            for operation in keyed::operations::<K, V>() {
                for inner in inner_operations::<K, V>() {
                    let (seen, wrong) = at_every_call(make, &operation, &inner, &mut kinds);
                    let case = format!("{} inside of {}, on {number} of {size}", inner.name, operation.name);
                    assert_eq!(wrong, 0, "in neither order: {case}");
                    points += seen;
                }
            }
        }
    }
    println!("{points} calls from {kinds:?}");
    (points, kinds)
}

#[test]
fn boxed() {
    alone(|| {
        let (points, kinds) = everywhere::<Noisy, Noisy>(&[3, 10, 11]);
        let all = [Call::Hash, Call::Eq, Call::Drop, Call::Hasher, Call::Closure];
        assert!(points > 10_000 && all.iter().all(|kind| kinds.contains(kind)), "{points} calls from {kinds:?}");
    });
}

#[test]
fn inline() {
    alone(|| {
        let (mut points, _) = everywhere::<u64, Noisy>(&[3, 10]);
        points += everywhere::<u64, u64>(&[3, 10]).0;
        assert!(points > 5000, "{points} calls");
    });
}

#[test]
fn an_update_in_two_steps_is_found() {
    alone(|| {
        let in_two_steps = Operation::<Stage<Noisy, u64>>::new("in two steps", |s| {
            let before = s.map().get(&s.own_key()).map(|value| value.number());
            let after = s.made(before.unwrap_or(0) + 1000);
            drop(s.map().insert(s.own_key(), after));
        });
        let mut wrong = 0;
        for inner in inner_operations() {
            wrong += at_every_call(|| Stage::new(1, 0..5, 0..0), &in_two_steps, &inner, &mut BTreeSet::new()).1;
        }
        assert!(wrong > 0, "a lost update is not found");
    });
}
