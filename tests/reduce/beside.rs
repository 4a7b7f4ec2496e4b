use crate::rows::numbers;
use atomic_dict::AtomicMap;
use std::sync::atomic::{AtomicBool, Ordering};

const ROWS: u64 = if cfg!(miri) { 300 } else { 200_000 };

/// Keys of rows are even, all others odd: so the table grows and shrinks under the reduction.
#[test]
fn totals_are_exact_while_others_insert_and_remove() {
    for keys in [1, 1000, 1 << 40] {
        let map: AtomicMap<u64, u64> = AtomicMap::new();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let others = scope.spawn(|| {
                let mut round = 0;
                while !done.load(Ordering::Relaxed) {
                    let mut pinned = map.pin();
                    let keys = || (0..5000).map(|key| 2 * (key + round * 1000) + 1);
                    for key in keys() {
                        pinned.insert(key, 0);
                    }
                    pinned.repin();
                    for key in keys() {
                        pinned.remove(&key);
                    }
                    round += 1;
                }
            });
            let reducers: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| map.reduce_sum(numbers(3).take(ROWS as usize).map(|key| (2 * (key % keys), 1))))
                })
                .collect();
            reducers.into_iter().for_each(|thread| thread.join().expect("no panic"));
            done.store(true, Ordering::Relaxed);
            others.join().expect("no panic");
        });
        let pinned = map.pin();
        let total: u64 = pinned.iter().filter(|(key, _)| **key % 2 == 0).map(|(_, value)| *value).sum();
        assert_eq!(total, 2 * ROWS);
        assert!(pinned.keys().all(|key| *key % 2 == 0));
    }
}

/// Reductions and single updates of the same keys.
#[test]
fn totals_are_exact_beside_updates_of_the_same_keys() {
    let map: AtomicMap<String, u64> = AtomicMap::new();
    std::thread::scope(|scope| {
        scope.spawn(|| map.reduce_count((0..ROWS).map(|row| format!("{}", row % 50))));
        scope.spawn(|| {
            for row in 0..ROWS {
                map.upsert_ref(&*format!("{}", row % 50), str::to_owned, || 1, |count| count + 1);
            }
        });
    });
    assert_eq!(map.pin().values().map(|count| *count).sum::<u64>(), 2 * ROWS);
    assert_eq!(map.len(), 50);
}

/// What is in the map meanwhile is what some of the rows make: counts only grow.
#[test]
fn a_reader_sees_counts_grow() {
    let map: AtomicMap<u64, u64> = AtomicMap::new();
    std::thread::scope(|scope| {
        let reducer = scope.spawn(|| map.reduce_count((0..ROWS * 4).map(|row| if row % 4 == 0 { row } else { 0 })));
        let mut seen = 0;
        while !reducer.is_finished() {
            let now = map.get(&0).map_or(0, |count| *count);
            assert!(now >= seen && now <= ROWS * 3 + 1);
            seen = now;
        }
    });
    assert_eq!(map.get(&0).as_deref(), Some(&(ROWS * 3 + 1)));
}
