//! User code that calls the map again, on the same key: at the k-th call of `Hash`, `Eq`, `Clone`, `Drop`, the hasher or a closure,
//! for every k, every operation, and every operation inside.
//!
//! Two operations on one key, of which the second begins when the first is under way: what is left is what one of the two orders
//! leaves. A map that does them in two steps is found.

use crate::alone::alone;
use crate::fuse::{Call, detour_at};
use crate::items::{Item, Ledger, Noisy};
use crate::panics::maps::{Map, Stage};
use crate::panics::{Operation, Scene, dense, keyed};
use atomic_dict::{Compute, DenseMap, Expected};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A scene whose map can be called from inside of its operation.
trait Shared: Scene {
    type Map: 'static;

    fn share(&self) -> Arc<Self::Map>;

    /// The key to work on, as a number.
    fn number(&self) -> u64;
}

impl<K: Item, V: Item> Shared for Stage<K, V> {
    type Map = Map<K, V>;

    fn share(&self) -> Arc<Map<K, V>> {
        Arc::clone(self.map.as_ref().expect("it is there"))
    }

    fn number(&self) -> u64 {
        self.number
    }
}

impl<V: Item> Shared for dense::Stage<V> {
    type Map = DenseMap<V>;

    fn share(&self) -> Arc<DenseMap<V>> {
        Arc::clone(self.map.as_ref().expect("it is there"))
    }

    fn number(&self) -> u64 {
        self.index as u64
    }
}

/// What is called inside, on the same key.
struct Inner<M> {
    name: &'static str,
    run: fn(&M, u64, &Ledger),
}

fn inner_operations<K: Item, V: Item>() -> Vec<Inner<Map<K, V>>> {
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

fn inner_operations_of_an_index<V: Item>() -> Vec<Inner<DenseMap<V>>> {
    vec![
        Inner { name: "get", run: |map, number, _| drop(map.get(number as usize)) },
        Inner { name: "insert", run: |map, number, ledger| drop(map.insert(number as usize, V::make(80, ledger))) },
        Inner { name: "remove", run: |map, number, _| drop(map.remove(number as usize)) },
        Inner {
            name: "update",
            run: |map, number, ledger| {
                drop(map.update(number as usize, |value| V::make(value.number() + 10_000, ledger)));
            },
        },
        Inner {
            name: "compute",
            run: |map, number, ledger| {
                map.pin().compute(number as usize, |value| match value {
                    Some(_) => Compute::Remove,
                    None => Compute::Put(V::make(81, ledger)),
                });
            },
        },
        Inner { name: "clear", run: |map, _, _| map.clear() },
        Inner {
            name: "growth",
            run: |map, _, ledger| (400..440).for_each(|index| drop(map.insert(index, V::make(1, ledger)))),
        },
    ]
}

/// Operations that take effect more than once.
const COMPOSITE: [&str; 3] = ["get_or_insert_with, which inserts", "upsert, which updates", "compare_and_set_same"];

/// What two operations leave that do not overlap.
fn in_order<S: Shared>(
    make: &impl Fn() -> S,
    operation: &Operation<S>,
    inner: &Inner<S::Map>,
    inner_first: bool,
) -> BTreeMap<u64, u64> {
    let mut stage = make();
    if inner_first {
        (inner.run)(&stage.share(), stage.number(), stage.ledger());
    }
    (operation.run)(&mut stage);
    if !inner_first {
        (inner.run)(&stage.share(), stage.number(), stage.ledger());
    }
    stage.contents().expect("it is there")
}

/// Returns at how many points `inner` was called, in what; and how often it left something else than in either order.
fn at_every_call<S: Shared>(
    make: impl Fn() -> S,
    operation: &Operation<S>,
    inner: &Inner<S::Map>,
    kinds: &mut BTreeSet<Call>,
) -> (usize, usize) {
    let expected = [true, false].map(|inner_first| in_order(&make, operation, inner, inner_first));
    let mut wrong = 0;
    for k in 1.. {
        let mut stage = make();
        let (map, number, ledger) = (stage.share(), stage.number(), stage.ledger().clone());
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

/// An index of the base, the first one behind it, and one of a segment that is not there yet; each there and not there.
fn at_every_index<V: Item>() -> (usize, BTreeSet<Call>) {
    let (mut points, mut kinds) = (0, BTreeSet::new());
    for (index, present) in [(9, true), (9, false), (10, true), (10, false), (200, false)] {
        let make = || dense::Stage::<V>::new(index, 10, [1, 2].into_iter().chain(present.then_some(index)));
        for operation in dense::keyed() {
            for inner in inner_operations_of_an_index() {
                let (seen, wrong) = at_every_call(make, &operation, &inner, &mut kinds);
                assert_eq!(wrong, 0, "in neither order: {} inside of {}, at {index}", inner.name, operation.name);
                points += seen;
            }
        }
    }
    println!("{points} calls from {kinds:?}");
    (points, kinds)
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
fn dense_maps() {
    alone(|| {
        let (points, kinds) = at_every_index::<Noisy>();
        let all = [Call::Eq, Call::Drop, Call::Closure];
        assert!(points > 300 && all.iter().all(|kind| kinds.contains(kind)), "{points} calls from {kinds:?}");
        let (points, _) = at_every_index::<u64>();
        assert!(points > 100, "{points} calls");
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
