//! Every key and every value is dropped exactly once, and its memory comes back.
//!
//! - after insertion, replacement, removal, re-insertion, refused and failed operations, growth, and the drop of the map;
//! - values that an error gives back belong to the caller;
//! - `into_iter`, taken whole or in part, hands out or drops everything;
//! - a map dropped in the middle of a migration;
//! - while several threads insert, replace and remove;
//! - replaced values are freed while the map lives: after `flush`, and under a handle that repins.
//!
//! Each test waits for its own objects only, so guards of other tests delay it and do not disturb it.

use crate::support::{Counted, Random, Tally, drain_until};
use atomic_dict::{AtomicMap, Expected, Ref};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

type Map = AtomicMap<Counted, Counted>;

struct Objects {
    keys: Tally,
    values: Tally,
}

impl Objects {
    fn new() -> (Map, Self) {
        (AtomicMap::new(), Self { keys: Tally::default(), values: Tally::default() })
    }

    fn insert(&self, map: &Map, number: u64) {
        map.insert(self.keys.make(number), self.values.make(number));
    }

    fn assert_live(&self, keys: usize, values: usize) {
        self.keys.assert_live(keys);
        self.values.assert_live(values);
    }
}

#[test]
fn replaced_values_and_unused_keys_go() {
    let (map, objects) = Objects::new();
    for _ in 0..3 {
        for number in 0..10 {
            objects.insert(&map, number);
        }
    }
    objects.assert_live(10, 10);
    drop(map);
    objects.assert_live(0, 0);
}

#[test]
fn removed_values_go_and_their_keys_go_with_the_map() {
    let (map, objects) = Objects::new();
    for number in 0..9 {
        objects.insert(&map, number);
    }
    for number in 0..9 {
        let query = objects.keys.make(number);
        assert!(map.remove(&query).is_some());
        assert!(map.remove(&query).is_none());
    }
    objects.values.assert_live(0);
    for number in 0..9 {
        objects.insert(&map, number);
    }
    objects.assert_live(9, 9);
    drop(map);
    objects.assert_live(0, 0);
}

#[test]
fn keys_of_removed_entries_go_with_the_next_migration() {
    let (map, objects) = Objects::new();
    for number in 0..5000 {
        objects.insert(&map, number);
        map.remove(&objects.keys.make(number));
    }
    // What is left stands in the last table.
    drain_until(|| objects.keys.live() < 5000 * 9 / 10);
    assert!(objects.keys.live() < 5000 * 9 / 10, "{} keys live", objects.keys.live());
    drop(map);
    objects.assert_live(0, 0);
}

#[test]
fn refused_operations_give_back_or_drop_what_they_did_not_use() {
    let (map, objects) = Objects::new();
    let Objects { keys, values } = &objects;
    objects.insert(&map, 1);

    let occupied = map.try_insert(keys.make(1), values.make(2)).expect_err("the key is there");
    assert_eq!((occupied.current.number, occupied.value.number), (1, 2));
    objects.assert_live(1, 2);
    drop(occupied);
    objects.assert_live(1, 1);

    let failed = map.compare_and_set(keys.make(1), Expected::NotFound, Some(values.make(3))).expect_err("it is there");
    assert_eq!(failed.desired.as_ref().map(|value| value.number), Some(3));
    objects.assert_live(1, 2);
    drop(failed);
    objects.assert_live(1, 1);

    let wanted = values.make(9);
    let absent = map.compare_and_set(keys.make(2), Expected::Value(&wanted), Some(values.make(4)));
    drop(absent.expect_err("nothing is there"));
    drop(map.compare_and_set(keys.make(1), Expected::Value(&wanted), None).expect_err("another is there"));
    drop(map.get_or_insert_with(keys.make(1), || values.make(5)));
    assert!(map.update(&keys.make(2), |_| values.make(6)).is_none());
    assert!(map.remove(&keys.make(2)).is_none());
    drop(wanted);
    objects.assert_live(1, 1);

    assert!(map.compare_and_set(keys.make(1), Expected::Any, None).is_ok());
    objects.values.assert_live(0);
    drop(map);
    objects.assert_live(0, 0);
}

#[test]
fn growth_moves_without_copies() {
    let (map, objects) = Objects::new();
    for number in 0..5000 {
        objects.insert(&map, number);
    }
    objects.assert_live(5000, 5000);
    assert_eq!(map.approx_len(), 5000);
    drop(map);
    objects.assert_live(0, 0);
}

#[test]
fn into_iter_hands_out_everything_once() {
    for taken in [0, 1, 700, 1000] {
        let (map, objects) = Objects::new();
        for number in 0..1200 {
            objects.insert(&map, number);
        }
        for number in 1000..1200 {
            map.remove(&objects.keys.make(number));
        }
        let mut entries = map.into_iter();
        let kept: Vec<_> = entries.by_ref().take(taken).collect();
        assert_eq!(kept.len(), taken);
        assert!(kept.iter().all(|(key, value)| key.number == value.number && key.number < 1000));
        drop(entries);
        objects.assert_live(taken, taken);
        drop(kept);
        objects.assert_live(0, 0);
    }
}

/// A table starts its migration at some claim, and each of the next writes moves one block: dropping the map after every
/// number of insertions meets every stage of it.
#[test]
fn maps_dropped_in_the_middle_of_a_migration() {
    for size in (600..900).chain(2600..2800) {
        let (map, objects) = Objects::new();
        for number in 0..size {
            objects.insert(&map, number);
        }
        let removed = size / 10;
        for number in 0..removed {
            map.remove(&objects.keys.make(number * 10));
        }
        if size % 2 == 0 {
            drop(map);
        } else {
            assert_eq!(map.into_iter().count(), (size - removed) as usize);
        }
        objects.assert_live(0, 0);
    }
}

#[test]
fn threads_that_insert_replace_and_remove() {
    for round in 0..100 {
        let (map, objects) = Objects::new();
        thread::scope(|scope| {
            for thread in 0..3 {
                let (map, objects) = (&map, &objects);
                scope.spawn(move || {
                    let mut random = Random::new(round * 3 + thread);
                    for _ in 0..600 {
                        let number = random.below(40);
                        let key = objects.keys.make(number);
                        match random.below(6) {
                            0 | 1 => drop(map.insert(key, objects.values.make(number))),
                            2 => drop(map.try_insert(key, objects.values.make(number))),
                            3 => drop(map.update(&key, |value| objects.values.make(value.number))),
                            4 => drop(map.upsert(
                                key,
                                || objects.values.make(number),
                                |value| objects.values.make(value.number),
                            )),
                            _ => drop(map.remove(&key)),
                        }
                    }
                });
            }
        });
        let left = map.approx_len();
        objects.values.assert_live(left);
        drop(map);
        objects.assert_live(0, 0);
    }
}

#[test]
fn a_reference_keeps_its_value_and_no_more_is_kept_after_repin() {
    let tally = Tally::default();
    let map = AtomicMap::new();
    map.insert(1, tally.make(1));
    let mut pinned = map.pin();
    let value: Ref<'_, Counted> = pinned.get(&1).expect("just inserted");
    map.remove(&1);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..100 {
                map.flush();
            }
        });
    });
    assert_eq!(tally.live(), 1, "freed under a reference");
    assert_eq!(value.number, 1);
    for number in 0..10_000 {
        pinned.insert(1, tally.make(number));
        pinned.repin();
        pinned.flush();
    }
    drop(pinned);
    tally.assert_live(1);
    drop(map);
    tally.assert_live(0);
}

/// Has no size; counts all the same.
struct Nothing;

static NOTHINGS: AtomicUsize = AtomicUsize::new(0);

impl Drop for Nothing {
    fn drop(&mut self) {
        NOTHINGS.fetch_sub(1, Relaxed);
    }
}

#[test]
fn values_without_size_are_dropped_too() {
    let make = || {
        NOTHINGS.fetch_add(1, Relaxed);
        Nothing
    };
    let map = AtomicMap::new();
    for round in 0..3 {
        for number in 0..1000_u64 {
            map.insert(number, make());
            if number % 3 == round {
                map.remove(&number);
            }
        }
    }
    let left = map.approx_len();
    drain_until(|| NOTHINGS.load(Relaxed) == left);
    assert_eq!(NOTHINGS.load(Relaxed), left);
    drop(map);
    drain_until(|| NOTHINGS.load(Relaxed) == 0);
    assert_eq!(NOTHINGS.load(Relaxed), 0);
}
