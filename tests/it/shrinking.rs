//! How small a map becomes. Depends on how many lines a helper moves at a time, each of which pays for a claim in the smaller table.

use crate::support::Numbered;
use atomic_dict::AtomicMap;

/// What threads of the process that may be inserting take of a table, with a margin.
const FEW_SLOTS: usize = 4096;

#[test]
fn an_emptied_map_is_small() {
    for left in [0, 1, 10] {
        let map: AtomicMap<String, u64> = (0..50_000).map(|key| (key.to_string(), key)).collect();
        let full = map.stats().slots;
        (left..50_000).for_each(|key| assert!(map.remove(&key.to_string()).is_some()));
        let stats = map.stats();
        assert!(stats.slots <= FEW_SLOTS && stats.slots < full / 8, "{stats:?}");
        assert_eq!(map.len() as u64, left);
        assert!((0..left).all(|key| map.get(&key.to_string()).as_deref() == Some(&key)));
    }
}

/// Keys that are left in one part of a table are not moved to the same part of a much smaller one, where each would stand behind
/// all others.
#[test]
fn a_map_emptied_by_partitions_keeps_room_for_each_part() {
    const KEYS: u64 = 400_000;
    let map: AtomicMap<u64, u64> = (0..KEYS).map(|key| (key, key)).collect();
    let full = map.stats().slots;
    let parts = (0..100).map(|part| map.pin().fast_iter(100, part).map(|(key, _)| *key).collect::<Vec<_>>());
    let order: Vec<u64> = parts.flatten().collect();
    let (first, last) = order.split_at(order.len() / 20 * 19);
    first.iter().for_each(|key| assert!(map.remove(key).is_some()));
    map.compact();
    map.shrink_to_fit();
    let stats = map.stats();
    assert_eq!(stats.live, last.len());
    assert!(stats.slots >= last.len() * 20, "{stats:?}");
    last.iter().for_each(|key| assert!(map.remove(key).is_some()));
    // Removals pay for the steps down, and how many of these the last few pay for is chance.
    let stats = map.stats();
    assert!(stats.slots <= full / 2, "{stats:?}");
    map.clear();
    let stats = map.stats();
    assert!(stats.slots <= FEW_SLOTS && stats.slots < full / 8, "{stats:?}");
}

#[test]
fn shrink_to_fit_keeps_all_entries() {
    for size in [0, 1, 5, 100, 5000, 40_000_u64] {
        let map = AtomicMap::with_capacity(100_000);
        (0..size).for_each(|key| drop(map.insert(key, String::numbered(key))));
        map.shrink_to_fit();
        let stats = map.stats();
        assert!(stats.slots <= FEW_SLOTS.max(4 * size as usize), "{size}: {stats:?}");
        assert_eq!(map.len() as u64, size);
        assert!((0..size).all(|key| map.get(&key).as_deref() == Some(&String::numbered(key))));
    }
    let none: AtomicMap<u64, u64> = AtomicMap::new();
    none.shrink_to_fit();
    none.compact();
    assert_eq!(none.stats().bytes, 0);
}
