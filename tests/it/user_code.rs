//! User code that calls back, or lies.
//!
//! - closures that call the map again, for the same key and for others, with growth inside;
//! - the `Drop` of a value and of a key that calls the map, also from the collector;
//! - a `Hash` that gives a key several hashes, an `Eq` and an `Equivalent` that answer at random: wrong answers, but no
//!   crash, no endless loop, no leak and no second drop;
//! - an `Equivalent` that contradicts the bits of inline keys;
//! - closures for absent keys are not called for present ones, however the lines are filled.

use crate::support::{BOXED_TOP, Counted, Hashing, Quality, Random, Tally, drain_until};
use atomic_dict::{AtomicMap, Compute, Expected};
use equivalent::Equivalent;
use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use std::thread;

#[test]
fn closures_that_change_the_same_key() {
    let map = AtomicMap::new();
    let mut calls = 0;
    let merged = *map.upsert(
        1_u64,
        || {
            map.insert(1, 10); // first, so that ours is not
            5
        },
        |value| value + 1,
    );
    assert_eq!(merged, 11);
    let updated = map.update(&1, |value| {
        calls += 1;
        if calls < 4 {
            map.update(&1, |value| value * 2);
        }
        value + 1
    });
    assert_eq!((updated.as_deref(), calls), (Some(&89), 4), "11 doubled three times, then the last attempt");
    assert_eq!(*map.get_or_insert_with(2, || *map.get_or_insert_with(2, || 7) + 1), 7, "the inner one is first");
    let removed = map.update(&2, |value| {
        map.remove(&2);
        *value
    });
    assert!(removed.is_none(), "there is nothing left to update");
}

#[test]
fn closures_that_make_the_map_grow() {
    let map = AtomicMap::new();
    for key in 0..200_u64 {
        let value = *map.get_or_insert_with_ref(
            &key,
            |key| {
                (0..20).for_each(|number| drop(map.insert(1000 + key * 20 + number, 0)));
                *key
            },
            || {
                (0..20).for_each(|number| drop(map.insert(100_000 + key * 20 + number, 0)));
                key
            },
        );
        assert_eq!(value, key);
        let value = *map.upsert(
            key,
            || unreachable!(),
            |value| {
                (0..20).for_each(|number| drop(map.insert(1_000_000 + key * 20 + number, 0)));
                value + 1
            },
        );
        assert_eq!(value, key + 1);
    }
    assert_eq!(map.approx_len(), 200 * 61);
    assert!((0..200).all(|key| map.get(&key).as_deref() == Some(&(key + 1))));
}

/// Lines that are full of other keys say nothing about a key.
#[test]
fn closures_for_absent_keys_run_for_absent_keys_only() {
    let map = AtomicMap::with_hasher(Hashing::new(Quality::Constant));
    for key in 0..100_u64 {
        map.insert(key, key);
        for present in 0..=key {
            assert_eq!(*map.upsert(present, || unreachable!("{present} is there"), |value| *value), present);
            assert_eq!(*map.get_or_insert_with(present, || unreachable!("{present} is there")), present);
            assert_eq!(*map.get_or_insert_with_ref(&present, |_| unreachable!(), || unreachable!()), present);
        }
        let absent = 100 + key;
        assert!(map.update(&absent, |_| unreachable!("{absent} is not there")).is_none());
        assert!(map.compare_and_set(absent, Expected::NotFound, None).is_ok());
    }
}

/// A value whose bits need a box takes another way into the map; its closure must not notice.
#[test]
fn closures_run_once_if_nobody_interferes() {
    let map: AtomicMap<u64, u64> = (0..200).map(|key| (key, 0)).collect();
    for (round, value) in [BOXED_TOP, 7, BOXED_TOP | 1, BOXED_TOP | 2, 8].into_iter().enumerate() {
        let calls = AtomicUsize::new(0);
        let count = |value| {
            calls.fetch_add(1, Relaxed);
            value
        };
        for key in 0..200_u64 {
            assert_eq!(*map.get_or_insert_with(1000 * (round as u64 + 1) + key, || count(value)), value);
            assert_eq!(*map.upsert(key, || unreachable!(), |_| count(value)), value);
            assert_eq!(map.update(&key, |_| count(value)).as_deref(), Some(&value));
            assert_eq!(map.pin().compute(key, |_| Compute::Put(count(value))).after.as_deref(), Some(&value));
            map.pin().compute(500_000 + key, |current| {
                assert!(current.is_none());
                Compute::Put(count(value))
            });
            map.remove(&(500_000 + key));
        }
        assert_eq!(calls.into_inner(), 200 * 5, "value {value:#x}");
    }
}

#[test]
fn iteration_that_changes_the_map() {
    let map = AtomicMap::new();
    (0..1000_u64).for_each(|key| drop(map.insert(key, String::from("old"))));
    let pinned = map.pin();
    let mut seen = 0;
    for (key, value) in pinned.iter() {
        if *value == "old" {
            seen += 1;
            map.insert(*key, String::from("new"));
            map.insert(*key + 10_000, String::from("more"));
            map.remove(&(*key + 10_000));
        }
    }
    assert_eq!(seen, 1000);
    assert_eq!(map.approx_len(), 1000);
}

/// Leaves a trace in the map it is in when it is dropped.
struct Callback {
    map: Weak<AtomicMap<u64, Callback>>,
    drops: Arc<AtomicUsize>,
    last: bool,
}

impl Drop for Callback {
    fn drop(&mut self) {
        let dropped = self.drops.fetch_add(1, Relaxed) as u64;
        if let (Some(map), false) = (self.map.upgrade(), self.last) {
            let next = Self { map: self.map.clone(), drops: Arc::clone(&self.drops), last: true };
            map.insert(dropped % 300, next);
            map.remove(&(dropped % 50));
            map.flush();
            assert_eq!(map.pin().iter().filter(|(key, _)| **key >= 1000).count(), 0);
        }
    }
}

#[test]
fn destructors_that_call_the_map() {
    let drops = Arc::new(AtomicUsize::new(0));
    let map = Arc::new(AtomicMap::new());
    let value = || Callback { map: Arc::downgrade(&map), drops: Arc::clone(&drops), last: false };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for number in 0..3000 {
                    map.insert(number % 20, value());
                    map.update(&(number % 20), |_| value());
                }
            });
        }
    });
    drain_until(|| drops.load(Relaxed) > 11_000);
    assert!(drops.load(Relaxed) > 11_000, "{} drops", drops.load(Relaxed));
    assert!(map.pin().iter().all(|(key, _)| *key < 300));
}

thread_local! {
    static MOOD: RefCell<Random> = RefCell::new(Random::new(1));
}

fn in_the_mood() -> bool {
    MOOD.with_borrow_mut(|random| random.below(4) == 0)
}

#[derive(Debug)]
struct Liar(Counted);

impl Hash for Liar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0.number + u64::from(in_the_mood())).hash(state);
    }
}

impl PartialEq for Liar {
    fn eq(&self, other: &Self) -> bool {
        (self.0 == other.0) != in_the_mood()
    }
}

impl Eq for Liar {}

/// Looks up inline keys by chance.
struct LyingQuery(u64);

impl Hash for LyingQuery {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0 + u64::from(in_the_mood())).hash(state);
    }
}

impl Equivalent<u64> for LyingQuery {
    fn equivalent(&self, key: &u64) -> bool {
        (self.0 == *key) != in_the_mood()
    }
}

#[test]
fn boxed_keys_that_lie() {
    for round in 0..20 {
        let tally = Tally::default();
        let map = AtomicMap::new();
        thread::scope(|scope| {
            for thread in 0..2 {
                let (map, tally) = (&map, &tally);
                scope.spawn(move || {
                    let mut random = Random::new(round * 2 + thread);
                    for _ in 0..2000 {
                        let key = Liar(tally.make(random.below(50)));
                        match random.below(7) {
                            0 => drop(map.insert(key, 0)),
                            1 => drop(map.try_insert(key, 1)),
                            2 => drop(map.remove(&key)),
                            3 => drop(map.upsert(key, || 2, |value| value + 1)),
                            4 => drop(map.compare_and_set(key, Expected::NotFound, Some(3))),
                            5 => assert!(map.pin().iter().count() <= 2000 * 2),
                            _ => drop(map.get(&key)),
                        }
                    }
                });
            }
        });
        let left = map.pin().iter().count();
        assert_eq!(map.approx_len(), left);
        drop(map);
        tally.assert_live(0);
    }
}

#[test]
fn queries_for_inline_keys_that_lie() {
    let map = AtomicMap::new();
    let mut random = Random::new(3);
    for operation in 0..20_000_u64 {
        let query = LyingQuery(random.below(200));
        let make = |query: &LyingQuery| query.0;
        // The key made by an honest constructor can be denied: that is the documented panic, and changes nothing.
        let operate = || match operation % 5 {
            0 => *map.upsert_ref(&query, make, || 0, |value| value + 1),
            1 => *map.get_or_insert_with_ref(&query, make, || 0),
            2 => map.remove(&query).map_or(0, |value| *value),
            3 => map.update(&query, |value| value + 1).map_or(0, |value| *value),
            _ => map.get(&query).map_or(0, |value| *value),
        };
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(operate)));
    }
    // Two slots of one inline key become one when they are moved: the counter, which cannot know, stays above.
    assert!(map.approx_len() >= map.pin().iter().count());
    assert!(
        map.pin().iter().all(|(key, _)| *key < 200 || *key >= 1 << 32),
        "only keys that were made, or reserved ones"
    );
}
