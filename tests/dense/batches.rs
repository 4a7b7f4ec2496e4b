//! Batches: what single lookups give, in the order of the indices, whatever the size, chunk and kind of value.

use atomic_dict::DenseMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Enough slots for a map that is looked up in with a look ahead.
const FAR: usize = if cfg!(miri) { 300 } else { 200_000 };

fn check<V: Clone + PartialEq + Debug + Send + Sync + 'static>(map: &DenseMap<V>, indices: &[usize]) {
    let pinned = map.pin();
    let expected: Vec<_> = indices.iter().map(|&index| pinned.get(index).map(|value| V::clone(&value))).collect();
    assert!(map.batch_getitem(indices) == expected);
    assert!(map.batch_getitem(indices.iter().copied()) == expected);
    for chunk in [1, 2, 3, 16, 63, 64, 65, usize::MAX] {
        let batch = pinned.batch_getitem(indices).chunk_size(chunk);
        assert_eq!(batch.len(), indices.len());
        let found: Vec<_> = batch.map(|value| value.map(|value| V::clone(&value))).collect();
        assert!(found == expected, "chunks of {chunk}");
    }
}

/// Every second index has a value, behind a base of so many.
fn map_of<V: Send + Sync + 'static>(base: usize, entries: usize, value: impl Fn(usize) -> V) -> DenseMap<V> {
    let map = DenseMap::with_capacity(base);
    (0..entries).for_each(|number| drop(map.insert(2 * number, value(number))));
    map
}

/// Numbers that a word holds, and some that need a box.
fn number(number: usize) -> u64 {
    if number.is_multiple_of(7) { 0x2000 << 48 | number as u64 } else { number as u64 }
}

#[test]
fn sizes_of_batches() {
    for (base, entries) in [(0, 0), (0, 10), (10, 10), (0, FAR), (FAR, FAR), (2 * FAR, FAR)] {
        let (words, boxes) =
            (map_of(base, entries, number), map_of(base, entries.min(5000), |number| number.to_string()));
        for size in [0, 1, 2, 15, 16, 17, 100, 4095, 4096, 4097, 10_000] {
            let indices: Vec<_> = (0..size).map(|index| index * 7919 % (4 * entries + 1)).collect();
            check(&words, &indices);
            check(&boxes, &indices);
        }
        check(&words, &[4; 100]);
        check(&words, &[usize::MAX, 0, 1 << 33, 2]);
    }
}

#[test]
fn part_of_a_batch() {
    let map = map_of(0, FAR, number);
    let pinned = map.pin();
    let mut batch = pinned.batch_getitem(0..100);
    assert_eq!(batch.next(), Some(pinned.get(0)));
    assert_eq!(batch.len(), 99);
    assert_eq!(batch.by_ref().count(), 99);
    assert!(batch.next().is_none() && batch.next().is_none());
}

/// What stays is found while its neighbours come and go, and new segments with them.
#[test]
fn beside_writers() {
    let map = map_of(0, FAR, |number| number.to_string());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..3 {
                (0..4 * FAR).for_each(|number| drop(map.insert(2 * number + 1, String::new())));
                map.retain(|index, _| index % 2 == 0);
            }
            done.store(true, Relaxed);
        });
        let indices: Vec<_> = (0..5000).map(|number| 2 * (number * 7919 % FAR)).collect();
        while !done.load(Relaxed) {
            let pinned = map.pin();
            for (index, value) in indices.iter().zip(pinned.batch_getitem(&indices)) {
                assert_eq!(value.as_deref(), Some(&(index / 2).to_string()));
            }
        }
    });
}

#[test]
#[should_panic(expected = "one key at least")]
fn a_chunk_of_none_is_refused() {
    let map = map_of(0, 1, number);
    let _ = map.pin().batch_getitem([1]).chunk_size(0).count();
}
