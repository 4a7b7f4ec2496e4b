use atomic_dict::DenseMap;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

const ENTRIES: usize = 50_000;

fn texts(entries: usize) -> DenseMap<String> {
    (0..entries).into_par_iter().map(|index| (index, index.to_string())).collect()
}

#[test]
fn every_entry_once() {
    for entries in [0, 1, 10, 5000, ENTRIES] {
        let map = texts(entries);
        // Behind the base, and far behind it.
        for index in [entries + 1, 10 * entries + 1000, 1_000_000] {
            map.insert(index, index.to_string());
        }
        let pinned = map.pin();
        let found: Vec<_> = pinned.par_iter().map(|(index, value)| (index, String::clone(&value))).collect();
        // The order of the indices: rayon puts parts together as they were cut.
        let expected: Vec<_> = pinned.iter().map(|(index, value)| (index, String::clone(&value))).collect();
        assert!(found == expected);
        assert!(found.iter().all(|(index, value)| *value == index.to_string()));
        assert_eq!(found.len(), entries + 3);
    }
}

/// References that other threads have found are read after these have gone on, and after the entries are gone.
#[test]
fn what_is_yielded_may_be_kept() {
    let map = texts(ENTRIES);
    let pinned = map.pin();
    let kept: Vec<_> = pinned.par_iter().collect();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            map.clear();
            map.flush();
            (0..1000).for_each(|index| drop(map.insert(index, "other".into())));
            map.flush();
        });
    });
    assert!(kept.iter().all(|(index, value)| **value == index.to_string()));
    assert_eq!(kept.len(), ENTRIES);
}

#[test]
fn what_stays_comes_once_beside_writers() {
    let map: DenseMap<u64> = (0..ENTRIES).into_par_iter().map(|index| (2 * index, index as u64)).collect();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..4 {
                (&map).par_extend((0..4 * ENTRIES).into_par_iter().map(|number| (2 * number + 1, 0)));
                map.retain(|index, _| index % 2 == 0);
            }
            done.store(true, Relaxed);
        });
        while !done.load(Relaxed) {
            let pinned = map.pin();
            let indices: Vec<_> = pinned.par_iter().map(|(index, _)| index).collect();
            assert!(indices.is_sorted_by(|one, next| one < next), "none twice");
            assert!(indices.iter().filter(|&index| index % 2 == 0).copied().eq((0..ENTRIES).map(|index| 2 * index)));
        }
    });
}

/// In a pool of one's own, too.
#[test]
fn into_and_out_of_a_map() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("three threads");
    pool.install(|| {
        let mut map = DenseMap::new();
        map.par_extend((0..ENTRIES).into_par_iter().map(|index| (index, index.to_string())));
        (&map).par_extend((0..100).into_par_iter().map(|index: usize| (index, (index + 1).to_string())));
        assert_eq!(map.len(), ENTRIES);
        let sum: usize = map.into_par_iter().map(|(_, value)| value.parse::<usize>().expect("a number")).sum();
        assert_eq!(sum, ENTRIES * (ENTRIES - 1) / 2 + 100);
    });
}

#[test]
#[should_panic(expected = "above the limit")]
fn a_stray_index_is_refused() {
    let map = DenseMap::new();
    (&map).par_extend([(1, 'a'), (1 << 40, 'b')]);
}
