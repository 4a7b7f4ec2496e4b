//! Growth and migration of keys with equal hashes.

use super::{WAYS_TO_PUT, assert_reads, ends, put};
use crate::compared::{Compared, comparisons};
use crate::support::{Hashing, NthKey, Numbered, Quality, TRICKY, together};
use atomic_dict::{AtomicMap, Expected};

/// A probe went round a full table for ever (robclu/leapfrog #6, #15, #22). Here an operation on an absent key compares
/// it with each key of a table at most once, however full that is, and ends beside others that fill it.
#[test]
fn leapfrog_6_a_probe_does_not_end() {
    const ABSENT: Compared = Compared(0);
    ends(|| {
        for quality in [Quality::Constant, Quality::EightValues] {
            let map = AtomicMap::with_hasher(Hashing::new(quality));
            for size in 1..=250 {
                map.insert(Compared(size), ());
                let ((), made) = comparisons(|| {
                    assert!(!map.contains_key(&ABSENT) && map.contains_key(&Compared(1 + size / 2)));
                    assert!(map.update(&ABSENT, |()| ()).is_none() && map.remove(&ABSENT).is_none());
                    assert!(map.compare_and_set(ABSENT, Expected::Value(&()), Some(())).is_err());
                });
                // Five operations, and two tables during a migration.
                assert!(made <= 5 * 2 * size, "{made} of {size}, {quality:?}");
            }
            for _ in 0..20 {
                let map = AtomicMap::with_hasher(Hashing::new(quality));
                together(4, |thread| {
                    for number in 1..=120 {
                        if thread < 2 {
                            assert!(!map.contains_key(&ABSENT) && map.remove(&ABSENT).is_none());
                        } else {
                            map.insert(Compared(number * 2 + thread), ());
                        }
                    }
                });
                assert_eq!(map.approx_len(), 240);
            }
        }
    });
}

/// With colliding hashes a key was not found after its insertion (JDK-8028564). Here hashes have eight values, threads
/// insert in all ways, and read back at once and in the end.
#[test]
fn jdk_8028564_a_key_is_not_found_after_its_insertion_among_collisions() {
    fn run<K: NthKey, V: Numbered>(rounds: u64) {
        for round in 0..rounds {
            let map = AtomicMap::with_hasher(Hashing::new(Quality::EightValues));
            together(2, |thread| {
                for number in (thread..120).step_by(2) {
                    let (key, value) = (K::nth(number), V::numbered(number));
                    assert!(put(&map, round + number / 2, key.clone(), value.clone()), "{key:?} in way {number}");
                    assert_reads(&map, &key, &value);
                }
            });
            (0..120).for_each(|number| assert_reads(&map, &K::nth(number), &V::numbered(number)));
            assert_eq!((map.approx_len(), map.pin().iter().count()), (120, 120));
        }
    }
    run::<u64, u64>(5 * WAYS_TO_PUT);
    run::<String, String>(5 * WAYS_TO_PUT);
}

/// Keys whose hashes agreed in all bits made a table split for ever (golang/go #69534, #73427). Here several threads
/// insert more such keys than any probe of a few lines takes, and the table stays in proportion to them.
#[test]
fn go_69534_more_equal_hashes_than_there_are_bits() {
    fn run<K: NthKey, V: Numbered>() {
        const COUNT: u64 = 1000;
        let map = AtomicMap::with_hasher(Hashing::new(Quality::Constant));
        together(3, |thread| {
            for number in (thread..COUNT).step_by(3) {
                assert!(map.insert(K::nth(number), V::numbered(number)).is_none());
            }
        });
        (0..COUNT).for_each(|number| assert_reads(&map, &K::nth(number), &V::numbered(number)));
        assert!((COUNT..2 * COUNT).all(|number| !map.contains_key(&K::nth(number))));
        assert_eq!((map.approx_len() as u64, map.pin().iter().count() as u64), (COUNT, COUNT));
        assert!(map.stats().slots as u64 <= 4 * COUNT, "{} slots", map.stats().slots);
    }
    ends(|| {
        run::<u64, u64>();
        run::<String, String>();
    });
}

/// An identity hasher made a map crash (papaya #20). Here keys are their own hashes: small, huge and special ones, and ones that
/// differ in their top bits, or in a few bits in the middle, only.
#[test]
fn papaya_20_an_identity_hasher_crashes() {
    ends(|| {
        let shifted = |shift: u32| (0..200).map(|number: u64| number.rotate_left(shift)).collect::<Vec<_>>();
        let mut families: Vec<Vec<u64>> = [0, 8, 16, 32, 48, 56].into_iter().map(shifted).collect();
        families.push((0..200).map(|number| u64::MAX - number).collect());
        families.push(TRICKY.into_iter().flat_map(|key| [key, key ^ 1 << 40, key ^ 1 << 63]).collect());
        for mut family in families {
            family.sort_unstable();
            family.dedup();
            let map = AtomicMap::with_hasher(Hashing::new(Quality::Identity));
            together(2, |thread| {
                for key in &family {
                    if thread == 0 {
                        assert!(map.insert(*key, 1).is_none(), "{key:#x}");
                        assert_eq!(map.upsert(*key, || 0, |count| count + 1).to_string(), "2", "{key:#x}");
                    }
                    assert!(map.get(key).is_none_or(|count| (1..=2).contains(&*count)), "{key:#x}");
                }
            });
            let mut keys: Vec<u64> = map.pin().keys().map(|key| *key).collect();
            keys.sort_unstable();
            assert_eq!(keys, family);
            family.iter().for_each(|key| assert!(map.remove(key).is_some() && !map.contains_key(key), "{key:#x}"));
            assert!(map.is_empty());
        }
    });
}
