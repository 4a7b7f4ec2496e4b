//! What is called inside, on the same key.

use crate::items::{Item, Ledger, Noisy};
use crate::panics::maps::Map;
use atomic_dict::{Compute, DenseMap, Expected, Published, pin};

pub(super) struct Inner<M> {
    pub(super) name: &'static str,
    pub(super) run: fn(&M, u64, &Ledger),
}

pub(super) fn on_keys<K: Item, V: Item>() -> Vec<Inner<Map<K, V>>> {
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

pub(super) fn on_indices<V: Item>() -> Vec<Inner<DenseMap<V>>> {
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

pub(super) fn on_cells() -> Vec<Inner<Published<Noisy>>> {
    vec![
        Inner { name: "load", run: |cell, _, _| assert!(cell.load(&pin()).number() < 100_000) },
        Inner { name: "load_owned", run: |cell, _, _| assert!(cell.load_owned().number() < 100_000) },
        Inner { name: "store", run: |cell, _, ledger| assert!(cell.store(Noisy::make(5000, ledger)) > 0) },
        Inner {
            name: "swap",
            run: |cell, _, ledger| assert!(cell.swap(Noisy::make(5001, ledger), &pin()).number() < 100_000),
        },
        Inner {
            name: "compare_and_set",
            run: |cell, _, ledger| {
                let guard = pin();
                let now = cell.load(&guard);
                assert!(cell.compare_and_set(now, Noisy::make(5002, ledger), &guard).is_ok());
            },
        },
        Inner {
            name: "store_if_version",
            run: |cell, _, ledger| {
                assert!(cell.store_if_version(cell.version(), Noisy::make(5003, ledger)).is_ok());
            },
        },
        Inner {
            name: "update",
            run: |cell, _, ledger| assert!(cell.update(|value| Noisy::make(value.number() + 10_000, ledger)) > 0),
        },
        Inner { name: "try_update", run: |cell, _, _| assert!(cell.try_update(|_| None).is_none()) },
        Inner {
            name: "reclaim",
            run: |cell, _, ledger| {
                (0..9).for_each(|number| assert!(cell.store(Noisy::make(6000 + number, ledger)) > 0));
                assert!(cell.reclaim().dropped < 100);
            },
        },
    ]
}
