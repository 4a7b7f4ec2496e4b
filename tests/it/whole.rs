//! Operations on all entries: retain, clear, drain, extend, collect, clone, compare, reserve.

use crate::support::{Counted, Hashing, Numbered, Quality, Tally, drain_until};
use atomic_dict::{AtomicMap, Compute};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

#[test]
fn a_drained_map_starts_anew() {
    for size in [0, 1, 10, 10_000_u64] {
        let mut map: AtomicMap<u64, String> = (0..size).map(|key| (key, key.to_string())).collect();
        for _ in 0..3 {
            let mut entries: Vec<_> = map.drain().collect();
            entries.sort_unstable();
            assert!(entries.iter().map(|(key, _)| *key).eq(0..size));
            assert!(map.is_empty() && map.approx_len() == 0 && map.stats().slots == 0);
            map.extend(entries);
            assert_eq!(map.approx_len() as u64, size);
        }
        let slots = map.stats().slots as u64;
        assert!(slots <= 16.max(size * 4), "{slots} slots for {size} entries: it grew too early");
    }
}

#[test]
fn what_a_drain_leaves_is_dropped() {
    let tally = Tally::default();
    let mut map: AtomicMap<u64, Counted> = (0..100).map(|key| (key, tally.make(key))).collect();
    assert_eq!(map.drain().take(30).count(), 30);
    assert_eq!(tally.live(), 0);
    map.insert(1, tally.make(1));
    let _ = ManuallyDrop::new(map.drain());
    assert!(map.is_empty(), "what a forgotten drain held is leaked, and not in the map");
}

#[test]
fn retain_and_clear_leave_nothing_behind() {
    let tally = Tally::default();
    let map: AtomicMap<u64, Counted> = (0..1000).map(|key| (key, tally.make(key))).collect();
    map.retain(|key, value| {
        assert_eq!(*key, value.number);
        key % 3 == 0
    });
    assert_eq!(map.approx_len(), 334);
    assert!((0..1000).all(|key| map.contains_key(&key) == (key % 3 == 0)));
    map.clear();
    assert!(map.is_empty() && map.approx_len() == 0);
    drain_until(|| tally.live() == 0);
}

/// A writer replaces values; none is removed for the number of another.
#[test]
fn retain_judges_what_it_removes() {
    let map: AtomicMap<u64, u64> = (0..100).map(|key| (key, 0)).collect();
    let end = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..50 {
                map.retain(|_, value| value % 2 == 0);
                assert!((0..100).all(|key| map.contains_key(&key)), "round {number}: an even value was removed");
            }
            end.store(true, Relaxed);
        });
        scope.spawn(|| {
            for number in 0_u64.. {
                if end.load(Relaxed) {
                    return;
                }
                map.update(&(number % 100), |value| value + 2);
            }
        });
    });
}

#[test]
fn equality_and_copies() {
    let mut map = AtomicMap::with_hasher(Hashing::new(Quality::EightValues));
    (0..200).for_each(|number| drop(map.insert(number, String::numbered(number))));
    let mut copy = map.clone();
    assert!(map == copy);
    copy.remove(&7);
    assert!(map != copy, "an entry is missing in the second");
    std::mem::swap(&mut map, &mut copy);
    assert!(map != copy, "an entry is missing in the first");
    std::mem::swap(&mut map, &mut copy);
    copy.insert(7, String::from("another"));
    assert!(map != copy);
    copy.insert(7, String::numbered(7));
    assert!(map == copy);
    assert!(map.pin().keys().map(|key| *key).sum::<u64>() == 199 * 100);
    assert!(map.pin().values().all(|value| value.parse::<u64>().is_ok() || !value.is_empty()));
    assert_eq!((&map.pin()).into_iter().count(), 200);
}

/// Every decision replaces exactly what it was made for.
#[test]
fn computations_of_many_threads_add_up() {
    let map = AtomicMap::new();
    let (rounds, threads) = (20_000_u64, 4);
    let removed: u64 = thread::scope(|scope| {
        let count = || {
            let pinned = map.pin();
            let mut removed = 0;
            for round in 0..rounds {
                // Counts up to nine, then takes them out.
                let computed = pinned.compute(round % 5, |current| match current {
                    Some(9) => Compute::Remove,
                    current => Compute::Put(current.map_or(1, |count| count + 1)),
                });
                if computed.after.is_none() {
                    removed += computed.before.map_or(0, |before| *before) + 1;
                }
            }
            removed
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(count)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    let left: u64 = map.pin().values().map(|value| *value).sum();
    assert_eq!(removed + left, rounds * threads);
}

#[test]
fn reserved_room_needs_no_migration() {
    for present in [0, 1, 100, 5000_u64] {
        let map: AtomicMap<u64, u64> = AtomicMap::new();
        (0..present).for_each(|key| drop(map.insert(key, key)));
        for additional in [0, 1, 3, 1000, 100_000] {
            map.reserve(additional);
            let slots = map.stats().slots;
            let first = map.approx_len() as u64;
            (first..first + additional as u64).for_each(|key| drop(map.insert(key, key)));
            assert_eq!(map.stats().slots, slots, "{additional} more than {first}");
            // A thread looks at the limit at every 64th key that it adds.
            assert!(map.capacity() + 64 > map.approx_len());
        }
        let slots = map.stats().slots;
        map.reserve(0);
        assert_eq!(map.stats().slots, slots);
        assert!((0..map.approx_len() as u64).all(|key| map.get(&key).as_deref() == Some(&key)));
    }
}

#[test]
fn room_is_made_beside_insertions() {
    let map = AtomicMap::new();
    thread::scope(|scope| {
        for writer in 0..2_u64 {
            let map = &map;
            scope.spawn(move || {
                (0..20_000).for_each(|key| drop(map.insert(writer * 20_000 + key, String::numbered(key))));
            });
        }
        (1..200).for_each(|round| map.reserve(round * 300));
    });
    assert_eq!(map.approx_len(), 40_000);
    assert_eq!(map.pin().iter().count(), 40_000);
}

#[test]
#[should_panic(expected = "capacity overflow: 18446744073709551615 entries more")]
fn room_for_more_than_there_can_be() {
    AtomicMap::from([(1, 2)]).reserve(usize::MAX);
}
