//! Partitions: disjoint, together complete, about equal, whatever happens between them.

use crate::support::{Hashing, NthKey, Numbered, QUALITIES, Quality, RESERVED};
use atomic_dict::AtomicMap;
use std::collections::BTreeMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

/// How often each key comes up in the partitions, asked one after the other, with `between` before each.
fn visits<K: NthKey + Ord, V: Numbered>(
    map: &AtomicMap<K, V, Hashing>,
    partitions: usize,
    mut between: impl FnMut(usize),
) -> BTreeMap<K, usize> {
    let mut visits = BTreeMap::new();
    for index in 0..partitions {
        between(index);
        let pinned = map.pin();
        for (key, _) in pinned.fast_iter(partitions, index) {
            *visits.entry(K::clone(&key)).or_default() += 1;
        }
    }
    visits
}

fn complete_and_disjoint<K: NthKey + Ord, V: Numbered>() {
    for quality in QUALITIES {
        for size in [0, 1, 7, 100, 1000] {
            let map = AtomicMap::with_hasher(Hashing::new(quality));
            (0..size).for_each(|number| drop(map.insert(K::nth(number), V::numbered(number))));
            for partitions in [1, 2, 3, 8, 100, 5000, usize::MAX] {
                // Of astronomically many, the first few and a sample of one.
                if partitions > 5000 {
                    assert!(map.pin().fast_iter(partitions, 3).count() <= map.approx_len());
                    continue;
                }
                let seen = visits(&map, partitions, |_| {});
                assert_eq!(seen.len() as u64, size, "{quality:?}, {partitions} partitions");
                assert!(seen.values().all(|&count| count == 1), "{quality:?}, {partitions} partitions");
            }
        }
    }
}

#[test]
fn complete_and_disjoint_inline() {
    complete_and_disjoint::<u64, u64>();
}

#[test]
fn complete_and_disjoint_boxed() {
    complete_and_disjoint::<String, String>();
}

#[test]
fn reserved_keys_belong_to_one() {
    let map = AtomicMap::with_hasher(Hashing::new(Quality::Good));
    RESERVED.into_iter().for_each(|key| drop(map.insert(key, key)));
    for partitions in 1..20 {
        assert_eq!(visits(&map, partitions, |_| {}), RESERVED.into_iter().map(|key| (key, 1)).collect());
    }
}

/// The table doubles several times between the first partition and the last.
#[test]
fn growth_between_partitions() {
    for quality in [Quality::Good, Quality::LowByte, Quality::EightValues] {
        let map = AtomicMap::with_hasher(Hashing::new(quality));
        (0..500_u64).for_each(|key| drop(map.insert(key, key)));
        let seen = visits(&map, 10, |index| {
            let first = 500 + 200 * index as u64;
            (first..first + 200).for_each(|key| drop(map.insert(key, key)));
        });
        assert!((0..500).all(|key| seen[&key] == 1), "{quality:?}");
        assert!(seen.values().all(|&count| count == 1), "{quality:?}");
    }
}

#[test]
fn parts_are_about_equal() {
    let map = AtomicMap::new();
    (0..200_000_u64).for_each(|key| drop(map.insert(key, key)));
    for partitions in [2, 5, 40] {
        let expected = 200_000 / partitions;
        for index in 0..partitions {
            let size = map.pin().fast_iter(partitions, index).count();
            assert!(size.abs_diff(expected) < expected / 10, "part {index} of {partitions} has {size}");
        }
    }
}

/// What is there throughout comes up once; what comes and goes, at most once.
#[test]
fn partitions_beside_writers() {
    const STABLE: u64 = 2000;
    for round in 0..20 {
        let map =
            AtomicMap::with_hasher(Hashing::new(if round % 2 == 0 { Quality::Good } else { Quality::EightValues }));
        (0..STABLE).for_each(|key| drop(map.insert(key, key)));
        let (start, end) = (Barrier::new(3), AtomicBool::new(false));
        let seen = thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                for number in 0.. {
                    if end.load(Relaxed) {
                        break;
                    }
                    map.insert(STABLE + number % 4000, 0);
                    map.remove(&(STABLE + number * 7 % 4000));
                }
            });
            let walkers = [0, 1].map(|walker| {
                let (map, start) = (&map, &start);
                scope.spawn(move || {
                    start.wait();
                    let part = |index| map.pin().fast_iter(4, index).map(|(key, _)| *key).collect::<Vec<_>>();
                    [part(walker), part(walker + 2)].concat()
                })
            });
            let seen = walkers.map(|walker| walker.join().expect("no panic")).concat();
            end.store(true, Relaxed);
            seen
        });
        let mut counts = BTreeMap::new();
        seen.into_iter().for_each(|key| *counts.entry(key).or_insert(0) += 1);
        assert!((0..STABLE).all(|key| counts.get(&key) == Some(&1)), "a key that is there throughout comes up once");
        assert!(counts.values().all(|&count| count == 1), "no key comes up twice");
    }
}

#[test]
#[should_panic(expected = "there is no partition 0 of 0")]
fn no_partitions() {
    let _ = AtomicMap::<u64, u64>::new().pin().fast_iter(0, 0).count();
}

#[test]
#[should_panic(expected = "there is no partition 3 of 3: they count from 0")]
fn one_partition_too_far() {
    let _ = AtomicMap::<u64, u64>::new().pin().fast_iter(3, 3).count();
}
