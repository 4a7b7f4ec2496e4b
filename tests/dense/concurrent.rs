//! Several threads on one map.
//!
//! - inserts that force segments from a base of one: nothing is lost, nothing is there twice;
//! - updates of few indices: none is lost, also of values that need a box;
//! - of several inserts, removals and compare-and-sets of one index each takes effect once;
//! - readers see only values that were put where they read, through growth and replacement;
//! - an entry that is there throughout is yielded exactly once, in order, while others come and go;
//! - lengths are exact when all is done, and bounds hold meanwhile.

use crate::support::{Numbered, Random, together};
use atomic_dict::{DenseMap, Expected};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

const THREADS: u64 = 4;

/// As many operations as a debug build does quickly.
const MANY: u64 = 20_000;

fn inserts_from_a_base_of_one<V: Numbered>() {
    for capacity in [0, 1] {
        let map = DenseMap::<V>::with_capacity(capacity);
        // Neighbours by different threads, so that all race for each segment.
        together(THREADS, |thread| {
            for number in (thread..MANY).step_by(THREADS as usize) {
                assert!(map.insert(number as usize, V::numbered(number)).is_none());
                assert_eq!(map.get(number as usize).map(|value| value.number()), Some(V::numbered(number).number()));
            }
        });
        assert_eq!(map.len(), MANY as usize);
        assert!(map.pin().keys().eq(0..MANY as usize));
        map.for_each(|index, value| assert_eq!(*value, V::numbered(index as u64)));
    }
}

#[test]
fn inserts_of_numbers_from_a_base_of_one() {
    inserts_from_a_base_of_one::<u64>();
}

#[test]
fn inserts_of_strings_from_a_base_of_one() {
    inserts_from_a_base_of_one::<String>();
}

/// All threads insert the same indices: each is won once, and the values that lose come back.
#[test]
fn one_of_several_inserts_wins() {
    let map = DenseMap::<String>::new();
    let wins = together(THREADS, |thread| {
        let pinned = map.pin();
        let won = |index: &usize| match pinned.try_insert(*index, thread.to_string()) {
            Ok(inserted) => *inserted == thread.to_string(),
            Err(error) => {
                assert_eq!(error.into_value(), thread.to_string());
                false
            }
        };
        (0..2000).filter(won).count()
    });
    assert_eq!(wins.iter().sum::<usize>(), 2000);
    assert_eq!(map.len(), 2000);
}

fn no_update_is_lost(step: u64, start: u64) {
    let map = DenseMap::<u64>::with_capacity(2);
    together(THREADS, |_| {
        for number in 0..MANY {
            map.upsert(number as usize % 5, || start + step, |sum| sum + step);
        }
    });
    let sums: Vec<u64> = map.pin().values().map(|value| *value).collect();
    assert_eq!(sums, [start + THREADS * MANY / 5 * step; 5]);
}

#[test]
fn no_update_of_numbers_is_lost() {
    no_update_is_lost(1, 0);
}

/// The sums wander through the numbers that need a box, and out of these.
#[test]
fn no_update_of_numbers_that_need_a_box_is_lost() {
    no_update_is_lost(1 << 34, 1 << 61);
    no_update_is_lost(1, (1 << 61) - THREADS * MANY / 10);
}

#[test]
fn no_update_of_boxes_is_lost() {
    let map = DenseMap::<Vec<u64>>::new();
    together(THREADS, |_| {
        for number in 0..MANY / 4 {
            map.upsert(number as usize % 5, || vec![1], |sum| vec![sum[0] + 1]);
        }
    });
    assert!(map.pin().values().all(|value| value[0] == THREADS * MANY / 20));
}

/// Whoever comes and goes keeps the balance.
#[test]
fn every_change_takes_effect_once() {
    let map = DenseMap::<String>::new();
    let balance = together(THREADS, |thread| {
        let mut random = Random::new(thread);
        let mut balance = 0_i64;
        for _ in 0..MANY {
            let index = random.below(8) as usize;
            let number = random.below(4).to_string();
            let value = || number.clone();
            match random.below(5) {
                0 => balance += i64::from(map.insert(index, value()).is_none()),
                1 => balance -= i64::from(map.remove(index).is_some()),
                2 => balance += i64::from(map.compare_and_set(index, Expected::NotFound, Some(value())).is_ok()),
                3 => balance -= i64::from(map.compare_and_set(index, Expected::Value(&value()), None).is_ok()),
                _ => drop(map.compare_and_set(index, Expected::Value(&value()), Some(value()))),
            }
        }
        balance
    });
    assert_eq!(map.len() as i64, balance.iter().sum::<i64>());
    assert_eq!(map.pin().iter().count(), map.len());
}

/// A value says where it belongs.
fn readers_see_what_was_put_there<V: Numbered>() {
    let (map, done) = (DenseMap::<V>::with_capacity(4), AtomicBool::new(false));
    together(3, |thread| {
        let mut random = Random::new(thread);
        if thread == 0 {
            for _ in 0..MANY {
                let index = random.below(500);
                match random.below(3) {
                    0 => drop(map.remove(index as usize)),
                    _ => drop(map.insert(index as usize, V::numbered(index + 1000 * random.below(9)))),
                }
            }
            done.store(true, Relaxed);
            return;
        }
        while !done.load(Relaxed) {
            let index = random.below(700);
            let seen = map.get(index as usize);
            assert!(seen.is_none_or(|value| value.number() % 1000 == index));
            let pinned = map.pin();
            assert!(pinned.range(100..130).all(|(index, value)| value.number() % 1000 == index as u64));
        }
    });
}

#[test]
fn readers_see_numbers_that_were_put_there() {
    readers_see_what_was_put_there::<u64>();
}

#[test]
fn readers_see_strings_that_were_put_there() {
    readers_see_what_was_put_there::<String>();
}

#[test]
fn what_is_there_throughout_is_yielded_once() {
    let (map, done) = (DenseMap::<u64>::with_capacity(10), AtomicBool::new(false));
    let steady = |index: usize| index.is_multiple_of(3);
    (0..1000).filter(|index| steady(*index)).for_each(|index| drop(map.insert(index, index as u64)));
    let rounds = AtomicUsize::new(0);
    together(3, |thread| {
        let mut random = Random::new(thread);
        if thread < 2 {
            while !done.load(Relaxed) {
                let index = random.below(3000) as usize;
                if index >= 1000 || !steady(index) {
                    if random.below(2) == 0 { drop(map.insert(index, 7)) } else { drop(map.remove(index)) }
                } else {
                    map.update(index, |value| value + 1);
                }
            }
            return;
        }
        for _ in 0..200 {
            let pinned = map.pin();
            let keys: Vec<usize> = pinned.keys().collect();
            assert!(keys.is_sorted_by(|left, right| left < right), "in order, each once");
            assert_eq!(keys.iter().filter(|&&index| index < 1000 && steady(index)).count(), 334);
            let mut parts: Vec<usize> =
                (0..4).flat_map(|part| pinned.fast_iter(4, part)).map(|(index, _)| index).collect();
            let count = parts.len();
            parts.sort_unstable();
            parts.dedup();
            assert_eq!(parts.len(), count, "parts are disjoint");
            assert_eq!(parts.iter().filter(|&&index| index < 1000 && steady(index)).count(), 334);
            rounds.fetch_add(1, Relaxed);
        }
        done.store(true, Relaxed);
    });
    assert_eq!(rounds.into_inner(), 200);
}

#[test]
fn bounds_hold_while_others_insert() {
    let (map, done) = (DenseMap::<u32>::with_capacity(5000), AtomicBool::new(false));
    (0..100).for_each(|index| drop(map.insert(index, 1)));
    together(3, |thread| {
        if thread == 0 {
            for round in 0..MANY {
                let index = 100 + (round % 900) as usize;
                drop(map.insert(index, 1));
                drop(map.remove(index));
            }
            done.store(true, Relaxed);
            return;
        }
        while !done.load(Relaxed) {
            let (least, most) = map.len_bounds();
            assert!(least <= 101 && most >= 100 && least <= most, "{least} to {most}");
            let len = map.len();
            assert!((100..=101).contains(&len), "{len}");
        }
    });
    assert_eq!(map.len_bounds(), (100, 100));
}
