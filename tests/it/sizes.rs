//! Lengths, and the sizes of tables: growth, clean-up, shrinking, room that was asked for.

use crate::support::{Counted, Numbered, Tally, drain_until};
use atomic_dict::AtomicMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;

/// What threads of the process that may be inserting take of a table, with a margin.
const FEW_SLOTS: usize = 4096;

#[test]
fn keys_that_come_and_go_need_no_room() {
    let map = AtomicMap::new();
    for key in 0..200_000_u64 {
        map.insert(key, String::numbered(key));
        if key >= 100 {
            assert!(map.remove(&(key - 100)).is_some());
        }
    }
    let stats = map.stats();
    assert!(stats.slots <= FEW_SLOTS, "{stats:?}");
    assert!(stats.migrations > 20, "{stats:?}");
    assert_eq!(map.len(), 100);
    assert!((199_900..200_000).all(|key| map.get(&key).as_deref() == Some(&String::numbered(key))));
}

#[test]
fn room_that_was_asked_for_stays() {
    let map = AtomicMap::with_capacity(20_000);
    let slots = map.stats().slots;
    (0..20_000).for_each(|key| drop(map.insert(key, key)));
    map.clear();
    assert_eq!(map.stats().slots, slots, "as large as asked for");
    // The slots of removed keys are left behind, without shrinking.
    (20_000..60_000).for_each(|key| {
        map.insert(key, key);
        map.remove(&key);
    });
    assert_eq!(map.stats().slots, slots);
    map.shrink_to_fit();
    assert!(map.stats().slots <= FEW_SLOTS, "{:?}", map.stats());
    map.reserve(20_000);
    let slots = map.stats().slots;
    (0..20_000).for_each(|key| drop(map.insert(key, key)));
    assert_eq!(map.stats().slots, slots);
    map.clear();
    assert_eq!(map.stats().slots, slots, "as large as asked for");
}

#[test]
fn compact_drops_removed_keys() {
    let tally = Tally::default();
    let map: AtomicMap<Counted, u64> = (0..1000).map(|key| (tally.make(key), key)).collect();
    let before = map.stats();
    (100..1000).for_each(|key| assert!(map.remove(&tally.make(key)).is_some()));
    map.compact();
    drain_until(|| tally.live() == 100);
    let after = map.stats();
    assert_eq!((after.live, after.tombstones), (100, 0), "{after:?}");
    assert!(after.slots <= before.slots && after.migrations > before.migrations);
    assert!((0..100).all(|key| map.get(&tally.make(key)).as_deref() == Some(&key)));
    let migrations = map.stats().migrations;
    map.compact();
    assert_eq!(map.stats().migrations, migrations, "there was nothing to do");
}

/// A map may shrink and grow at any time beside all kinds of operations.
#[test]
fn sizes_change_beside_operations() {
    let map = AtomicMap::new();
    let stable = 500_u64;
    (0..stable).for_each(|key| drop(map.insert(key, String::numbered(key))));
    let end = AtomicBool::new(false);
    thread::scope(|scope| {
        for writer in 0..2 {
            let (map, end) = (&map, &end);
            scope.spawn(move || {
                for round in 0_u64.. {
                    if end.load(SeqCst) {
                        return;
                    }
                    let first = stable + writer * 10_000;
                    (first..first + 3000).for_each(|key| drop(map.insert(key, String::numbered(round))));
                    (first..first + 3000).for_each(|key| assert!(map.remove(&key).is_some()));
                }
            });
        }
        for round in 0..60 {
            match round % 3 {
                0 => map.shrink_to_fit(),
                1 => map.compact(),
                _ => map.reserve(2000),
            }
            assert!((0..stable).all(|key| map.get(&key).as_deref() == Some(&String::numbered(key))));
        }
        end.store(true, SeqCst);
    });
    assert_eq!(map.len() as u64, stable);
    assert_eq!(map.pin().iter().count() as u64, stable);
}

/// Writers that first insert a key, and then remove another: at any moment there are `size` entries, and up to one more for
/// each of them.
#[test]
fn lengths_beside_writers() {
    const WRITERS: u64 = 2;
    for size in [10, 2000_u64] {
        let map: AtomicMap<u64, u64> = (0..size).map(|key| (key, key)).collect();
        let (end, start) = (AtomicBool::new(false), Barrier::new(WRITERS as usize + 1));
        thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (map, end, start) = (&map, &end, &start);
                scope.spawn(move || {
                    start.wait();
                    let own = |number: u64| number * WRITERS + writer;
                    for number in size / WRITERS.. {
                        if end.load(SeqCst) {
                            return;
                        }
                        assert!(map.insert(own(number), number).is_none());
                        assert!(map.remove(&own(number - size / WRITERS)).is_some());
                    }
                });
            }
            start.wait();
            let possible = size..=size + WRITERS;
            for _ in 0..3000 {
                let len = map.len() as u64;
                assert!(possible.contains(&len), "{len} entries");
                let (least, most) = map.len_bounds();
                assert!(least <= most, "{least} to {most}");
                assert!(least as u64 <= size + WRITERS && most as u64 >= size, "{least} to {most}");
            }
            end.store(true, SeqCst);
        });
        assert_eq!(map.len(), map.pin().iter().count());
        assert_eq!(map.len_bounds(), (map.len(), map.len()));
    }
}

/// What a thread has done, or has heard of, is in the length that it asks for.
#[test]
fn lengths_of_what_is_known() {
    let map = AtomicMap::new();
    let (done, begun) = (AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for writer in 0..2_u64 {
            let (map, done, begun) = (&map, &done, &begun);
            scope.spawn(move || {
                for number in 0..20_000 {
                    begun.fetch_add(1, SeqCst);
                    map.insert(number * 2 + writer, ());
                    done.fetch_add(1, SeqCst);
                    if number % 64 == 0 {
                        assert!(map.len() as u64 > number);
                    }
                }
            });
        }
        while done.load(SeqCst) < 40_000 {
            let least = done.load(SeqCst);
            let len = map.len() as u64;
            let most = begun.load(SeqCst);
            assert!((least..=most).contains(&len), "{len} entries, {least} to {most} were inserted");
            let least = done.load(SeqCst);
            let (low, high) = map.len_bounds();
            let most = begun.load(SeqCst);
            assert!(low as u64 <= most && high as u64 >= least, "{low} to {high}, and {least} to {most}");
        }
    });
    assert_eq!(map.len(), 40_000);
}
