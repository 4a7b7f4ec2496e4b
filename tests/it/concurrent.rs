//! Several threads on one map that starts empty, with invariants that hold whatever the schedule.
//!
//! - disjoint insertions are all there, with their values, and can be read by the inserter at once;
//! - a key that was inserted before is never absent while others make the map grow, nor is its value another's;
//! - additions by update, upsert and compare-and-set sum up exactly, across growth;
//! - of several `try_insert` and `get_or_insert_with` of a key exactly one wins, and all agree on the winner;
//! - a unique value leaves the map exactly once: replaced, removed, or found there at the end;
//! - iteration beside insertions yields every key that was there throughout exactly once, others at most once;
//! - insertions and removals of few keys: what came minus what went is what is there;
//! - `NotFound -> Some` and `Value -> None` make a lock.
//!
//! All for keys that stand inline (the reserved ones and other tricky ones among them) and for boxed ones.

use crate::support::{NthKey, Numbered, Random, together};
use atomic_dict::{AtomicMap, Expected};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;

const THREADS: u64 = 4;

fn disjoint_insertions<K: NthKey, V: Numbered>(rounds: u64, count: u64) {
    for _ in 0..rounds {
        let map = AtomicMap::new();
        together(THREADS, |thread| {
            for number in (thread..count).step_by(THREADS as usize) {
                assert!(map.insert(K::nth(number), V::numbered(number)).is_none());
                assert_eq!(map.get(&K::nth(number)).as_deref(), Some(&V::numbered(number)), "own write, read back");
            }
        });
        for number in 0..count {
            assert_eq!(map.get(&K::nth(number)).as_deref(), Some(&V::numbered(number)));
        }
        assert_eq!(map.approx_len(), count as usize);
        assert_eq!(map.into_iter().count(), count as usize);
    }
}

fn sums<K: NthKey>(rounds: u64, additions: u64, keys: u64) {
    for round in 0..rounds {
        let map = AtomicMap::new();
        together(THREADS, |thread| {
            let mut random = Random::new(round * THREADS + thread);
            let pinned = map.pin();
            for addition in 0..additions {
                let key = K::nth(random.below(keys));
                match random.below(4) {
                    0 => drop(pinned.upsert(key, || 1, |sum| sum + 1)),
                    1 => drop(pinned.upsert_ref(&key, K::clone, || 1, |sum| sum + 1)),
                    2 => {
                        pinned.get_or_insert_with(key.clone(), || 0);
                        assert!(pinned.update(&key, |sum| sum + 1).is_some(), "nobody removes");
                    }
                    _ => {
                        let mut current = *pinned.get_or_insert_with(key.clone(), || 0_u64);
                        while let Err(failed) =
                            pinned.compare_and_set(key.clone(), Expected::Value(&current), Some(current + 1))
                        {
                            current = *failed.actual.expect("nobody removes");
                        }
                    }
                }
                // Growth all the time.
                pinned.insert(K::nth(1000 + thread * additions + addition), 0);
            }
        });
        let sum: u64 = map.pin().iter().map(|(_, sum)| *sum).sum();
        assert_eq!(sum, THREADS * additions);
    }
}

fn present_throughout<K: NthKey, V: Numbered>(old: u64, new: u64) {
    let map = AtomicMap::new();
    for number in 0..old {
        map.insert(K::nth(number), V::numbered(number));
    }
    let writing = AtomicU64::new(THREADS / 2);
    let lookups = together(THREADS, |thread| {
        let mut random = Random::new(thread);
        if thread < THREADS / 2 {
            for number in (old + thread..old + new).step_by(THREADS as usize / 2) {
                map.insert(K::nth(number), V::numbered(number));
            }
            writing.fetch_sub(1, Relaxed);
            return 0;
        }
        let mut lookups = 0_u64;
        while lookups < old || writing.load(Relaxed) > 0 {
            let number = random.below(old);
            let found = map.get(&K::nth(number)).map(|value| value.number());
            assert_eq!(found, Some(V::numbered(number).number()), "after {lookups} lookups");
            lookups += 1;
        }
        lookups
    });
    assert!(lookups.iter().sum::<u64>() >= old);
}

fn one_winner<K: NthKey>(rounds: u64, count: u64) {
    for _ in 0..rounds {
        let map = AtomicMap::new();
        let views = together(THREADS, |thread| {
            let view = |number| {
                let key = K::nth(number);
                if number % 2 == 0 {
                    match map.try_insert(key, thread) {
                        Ok(mine) => (true, *mine),
                        Err(occupied) => {
                            assert_eq!(occupied.value, thread, "the unused value comes back");
                            (false, *occupied.current)
                        }
                    }
                } else {
                    let mut made = false;
                    let winner = *map.get_or_insert_with_ref(&key, K::clone, || {
                        made = true;
                        thread
                    });
                    (made && winner == thread, winner)
                }
            };
            (0..count).map(view).collect::<Vec<_>>()
        });
        for number in 0..count as usize {
            let winner = *map.get(&K::nth(number as u64)).expect("somebody won");
            assert_eq!(views.iter().filter(|view| view[number].0).count(), 1, "winners of key {number}");
            assert!(views.iter().all(|view| view[number].1 == winner), "all agree on key {number}");
        }
    }
}

fn handed_out_once<K: NthKey, V: Numbered>(rounds: u64, operations: u64) {
    for round in 0..rounds {
        let map = AtomicMap::new();
        let mut out: Vec<u64> = together(THREADS, |thread| {
            let mut random = Random::new(round * THREADS + thread);
            let mut out = Vec::new();
            for operation in 0..operations {
                let key = K::nth(random.below(12));
                let value = V::numbered(thread * operations + operation);
                let gone = match random.below(5) {
                    0 | 1 => map.insert(key, value).map(|old| old.number()),
                    2 => match map.compare_and_set(key, Expected::Any, Some(value)) {
                        Ok(old) => old.map(|old| old.number()),
                        Err(failed) => unreachable!("anything is expected: {failed}"),
                    },
                    kind => {
                        out.push(value.number()); // Not used, hence never handed out by another.
                        if kind == 3 {
                            map.remove(&key).map(|old| old.number())
                        } else {
                            map.compare_and_set(key, Expected::Any, None)
                                .expect("anything is expected")
                                .map(|old| old.number())
                        }
                    }
                };
                out.extend(gone);
            }
            out
        })
        .concat();
        out.extend(map.into_iter().map(|(_, value)| value.number()));
        out.sort_unstable();
        assert_eq!(out, (0..THREADS * operations).collect::<Vec<_>>(), "every value leaves once");
    }
}

fn iteration_beside_insertions<K: NthKey>(old: u64, new: u64) {
    let map = AtomicMap::new();
    for number in 0..old {
        map.insert(K::nth(number), number);
    }
    let writing = AtomicBool::new(true);
    together(THREADS, |thread| {
        if thread == 0 {
            for number in old..old + new {
                map.insert(K::nth(number), number);
                map.update(&K::nth(number % old), |value| *value);
                if number % 3 == 0 {
                    map.remove(&K::nth(number));
                }
            }
            return writing.store(false, Relaxed);
        }
        loop {
            let last = !writing.load(Relaxed);
            let mut seen = HashSet::new();
            let pinned = map.pin();
            for (key, value) in pinned.iter() {
                assert_eq!(*key, K::nth(*value), "a key with its value");
                assert!(seen.insert(*value), "{value} came twice");
            }
            let missing: Vec<_> = (0..old).filter(|number| !seen.contains(number)).collect();
            assert!(missing.is_empty(), "present throughout, and missed: {missing:?}");
            if last {
                return;
            }
        }
    });
}

fn come_and_go<K: NthKey>(rounds: u64, operations: u64) {
    for round in 0..rounds {
        let map = AtomicMap::new();
        let balances = together(THREADS, |thread| {
            let mut random = Random::new(round * THREADS + thread);
            let mut balance = HashMap::<u64, i64>::new();
            for _ in 0..operations {
                let number = random.below(5);
                let change = match random.below(4) {
                    0 => i64::from(map.insert(K::nth(number), thread).is_none()),
                    1 => i64::from(map.try_insert(K::nth(number), thread).is_ok()),
                    2 => -i64::from(map.remove(&K::nth(number)).is_some()),
                    _ => -i64::from(
                        map.compare_and_set(K::nth(number), Expected::Value(&thread), None).is_ok(), // mine
                    ),
                };
                *balance.entry(number).or_default() += change;
                if random.below(16) == 0 {
                    map.insert(K::nth(100 + random.below(200)), thread);
                }
            }
            balance
        });
        for number in 0..5 {
            let balance: i64 = balances.iter().filter_map(|balance| balance.get(&number)).sum();
            assert_eq!(balance, i64::from(map.contains_key(&K::nth(number))), "key {number}");
        }
    }
}

fn lock_by_compare_and_set<K: NthKey>(turns: u64) {
    let map = AtomicMap::new();
    let protected = AtomicU64::new(0);
    together(THREADS, |thread| {
        let key = K::nth(6); // a reserved one, if inline
        for turn in 0..turns {
            while map.compare_and_set(key.clone(), Expected::NotFound, Some(thread)).is_err() {
                thread::yield_now();
            }
            let value = protected.load(Relaxed);
            map.insert(K::nth(100 + thread * turns + turn), 0); // growth under the lock
            protected.store(value + 1, Relaxed);
            let unlocked = map.compare_and_set(key.clone(), Expected::Value(&thread), None);
            assert_eq!(unlocked.expect("only the owner unlocks").as_deref(), Some(&thread));
        }
    });
    assert_eq!(protected.load(Relaxed), THREADS * turns);
}

macro_rules! for_inline_and_boxed {
    ($($name:ident: $inline:expr, $boxed:expr;)+) => {$(
        mod $name {
            use super::*;

            #[test]
            fn inline() {
                $inline;
            }

            #[test]
            fn boxed() {
                $boxed;
            }
        }
    )+};
}

for_inline_and_boxed! {
    insertions: disjoint_insertions::<u64, u64>(20, 20_000), disjoint_insertions::<String, String>(10, 10_000);
    insertions_in_small_tables: disjoint_insertions::<u64, String>(2000, 60), disjoint_insertions::<String, u64>(2000, 60);
    additions: sums::<u64>(10, 5000, 10), sums::<String>(10, 3000, 10);
    additions_in_small_tables: sums::<u64>(500, 40, 5), sums::<String>(500, 40, 5);
    lookups: present_throughout::<u64, u64>(1000, 300_000), present_throughout::<String, String>(1000, 100_000);
    winners: one_winner::<u64>(20, 3000), one_winner::<String>(20, 3000);
    winners_in_small_tables: one_winner::<u64>(2000, 30), one_winner::<String>(2000, 30);
    unique_values: handed_out_once::<u64, u64>(100, 2000), handed_out_once::<String, String>(100, 2000);
    traversals: iteration_beside_insertions::<u64>(500, 40_000), iteration_beside_insertions::<String>(500, 40_000);
    few_keys: come_and_go::<u64>(100, 2000), come_and_go::<String>(100, 2000);
    locks: lock_by_compare_and_set::<u64>(10_000), lock_by_compare_and_set::<String>(10_000);
}
