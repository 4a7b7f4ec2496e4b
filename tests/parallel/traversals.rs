use atomic_dict::AtomicMap;
use rayon::prelude::*;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

const ENTRIES: u64 = 50_000;

fn texts(entries: u64) -> AtomicMap<u64, String> {
    (0..entries).into_par_iter().map(|key| (key, key.to_string())).collect()
}

#[test]
fn every_entry_once() {
    for entries in [0, 1, 10, 5000, ENTRIES] {
        let map = texts(entries);
        assert_eq!(map.len() as u64, entries);
        let pinned = map.pin();
        let mut keys: Vec<_> = pinned
            .par_iter()
            .map(|(key, value)| {
                assert_eq!(*value, key.to_string());
                *key
            })
            .collect();
        keys.sort_unstable();
        assert!(keys.into_iter().eq(0..entries));
    }
}

/// References that other threads have found are read after these have gone on, and after the entries are gone.
#[test]
fn what_is_yielded_may_be_kept() {
    let map = texts(ENTRIES);
    let pinned = map.pin();
    let kept: Vec<_> = pinned.par_iter().map(|(key, value)| (*key, value)).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            map.clear();
            map.flush();
            (0..1000).for_each(|key| drop(map.insert(key, "other".into())));
            map.flush();
        });
    });
    assert!(kept.iter().all(|(key, value)| **value == key.to_string()));
    assert_eq!(kept.len() as u64, ENTRIES);
}

/// Even keys stay; odd ones come and go, so that the map moves from table to table.
#[test]
fn keys_that_stay_come_once_beside_writers() {
    let map: AtomicMap<u64, u64> = (0..ENTRIES).map(|key| (2 * key, key)).collect();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..4 {
                map.batch_insert((0..4 * ENTRIES).map(|key| (2 * key + 1, 0)));
                map.retain(|key, _| key % 2 == 0);
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            let pinned = map.pin();
            let keys: Vec<_> = pinned.par_iter().map(|(key, _)| *key).collect();
            let distinct: HashSet<_> = keys.iter().copied().collect();
            assert_eq!(distinct.len(), keys.len(), "none twice");
            assert!((0..ENTRIES).all(|key| distinct.contains(&(2 * key))), "none is missing");
        }
    });
}

#[test]
fn into_and_out_of_a_map() {
    let mut map = AtomicMap::<String, u64>::new();
    map.par_extend((0..ENTRIES).into_par_iter().map(|key| (key.to_string(), key)));
    (&map).par_extend((0..100).into_par_iter().map(|key: u64| (key.to_string(), key + 1)));
    assert_eq!(map.len() as u64, ENTRIES);
    let sum: u64 = map
        .into_par_iter()
        .map(|(key, value)| {
            let key: u64 = key.parse().expect("a number");
            assert_eq!(value, if key < 100 { key + 1 } else { key });
            value
        })
        .sum();
    assert_eq!(sum, ENTRIES * (ENTRIES - 1) / 2 + 100);
}
