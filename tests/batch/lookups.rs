use atomic_dict::AtomicMap;
use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};

/// Enough entries for a map that is looked up in with a look ahead.
const FAR: u64 = if cfg!(miri) { 300 } else { 100_000 };

/// Every way to look keys up gives what single lookups give.
fn check<K, V>(map: &AtomicMap<K, V>, keys: &[K])
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + PartialEq + Debug + Send + Sync + 'static,
{
    let pinned = map.pin();
    let expected: Vec<_> = keys.iter().map(|key| pinned.get(key).map(|value| V::clone(&value))).collect();
    assert!(map.batch_getitem(keys) == expected);
    for chunk in [1, 2, 3, 16, 63, 64, 65, usize::MAX] {
        let batch = pinned.batch_getitem(keys).chunk_size(chunk);
        assert_eq!(batch.len(), keys.len());
        let found: Vec<_> = batch.map(|value| value.map(|value| V::clone(&value))).collect();
        assert!(found == expected, "chunks of {chunk}");
    }
}

/// A map of every second number.
fn numbers<K, V>(entries: u64, key: impl Fn(u64) -> K, value: impl Fn(u64) -> V) -> AtomicMap<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    let map = AtomicMap::with_capacity(entries as usize);
    map.batch_insert((0..entries).map(|number| (key(2 * number), value(number))));
    map
}

#[test]
fn sizes_of_batches() {
    for entries in [0, 10, FAR] {
        let map = numbers(entries, |key| key, |value| value);
        for size in [0, 1, 2, 15, 16, 17, 100, 4095, 4096, 4097, 10_000] {
            let keys: Vec<_> = (0..size).map(|key| key * 7919 % (4 * entries + 1)).collect();
            check(&map, &keys);
        }
    }
}

#[test]
fn repeated_keys() {
    let map = numbers(FAR, |key| key, |value| value);
    check(&map, &[4; 1000]);
    check(&map, &[5; 1000]);
    check(&map, &[0xFFFF_FFFF_C3A5_7E18, 4, 0xFFFF_FFFF_C3A5_7E19]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn boxed_keys_and_values(keys in vec(0..FAR * 3, 0..500)) {
        thread_local! {
            static MAPS: (AtomicMap<String, u64>, AtomicMap<u64, String>, AtomicMap<String, String>) = (
                numbers(FAR, |key| key.to_string(), |value| value),
                numbers(FAR, |key| key, |value| value.to_string()),
                numbers(FAR, |key| key.to_string(), |value| value.to_string()),
            );
        }
        let texts: Vec<_> = keys.iter().map(u64::to_string).collect();
        MAPS.with(|(text_keys, text_values, texts_both)| {
            check(text_keys, &texts);
            check(text_values, &keys);
            check(texts_both, &texts);
        });
    }
}

#[test]
fn borrowed_keys_and_visitors() {
    let map = numbers(FAR, |key| key.to_string(), |value| value);
    let pinned = map.pin();
    let mut sum = 0;
    pinned.batch_getitem(["0", "2", "3", "4"]).flatten().for_each(|value| sum += *value);
    assert_eq!(sum, 1 + 2);
    assert_eq!(map.batch_getitem(["4", "x"]), [Some(2), None]);
}

/// The iterator may be left early, and be asked again behind its end.
#[test]
fn part_of_a_batch() {
    let map = numbers(FAR, |key| key, |value| value);
    let pinned = map.pin();
    let keys: Vec<_> = (0..100).collect();
    let mut batch = pinned.batch_getitem(&keys);
    assert_eq!(batch.next(), Some(pinned.get(&0)));
    assert_eq!(batch.len(), 99);
    assert_eq!(batch.by_ref().count(), 99);
    assert!(batch.next().is_none() && batch.next().is_none());
    let first: Vec<_> = pinned.batch_getitem(&keys).take(3).collect();
    assert_eq!(first, [pinned.get(&0), None, pinned.get(&2)]);
}

#[test]
#[cfg(not(miri))]
fn ten_million_keys() {
    let map = numbers(FAR, |key| key, |value| value);
    let keys: Vec<_> = (0..10_000_000_u64).map(|key| key % (2 * FAR)).collect();
    let values = map.batch_getitem(&keys);
    assert!(values.iter().zip(&keys).all(|(value, key)| *value == (key % 2 == 0).then_some(key / 2)));
    assert_eq!(values.len(), keys.len());
}

/// Values never change here, so each answer is known while the map moves from table to table.
#[test]
fn keys_that_stay_are_found_while_the_map_grows_and_shrinks() {
    let map = numbers(FAR, |key| key, |value| value.to_string());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..3 {
                map.batch_insert((0..4 * FAR).map(|key| (2 * key + 1, String::new())));
                map.retain(|key, _| key % 2 == 0);
            }
            done.store(true, Ordering::Relaxed);
        });
        let keys: Vec<_> = (0..5000).map(|key| 2 * (key * 7919 % FAR)).collect();
        while !done.load(Ordering::Relaxed) {
            let pinned = map.pin();
            for (key, value) in keys.iter().zip(pinned.batch_getitem(&keys)) {
                assert_eq!(value.as_deref(), Some(&(key / 2).to_string()));
            }
        }
    });
}

#[test]
#[should_panic(expected = "one key at least")]
fn a_chunk_of_none_is_refused() {
    let map = numbers(1, |key| key, |value| value);
    let _ = map.pin().batch_getitem(&[1]).chunk_size(0).count();
}
