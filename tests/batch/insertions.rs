use atomic_dict::AtomicMap;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn contents(map: &AtomicMap<u64, String>) -> HashMap<u64, String> {
    map.pin().iter().map(|(key, value)| (*key, String::clone(&value))).collect()
}

fn entries(count: u64) -> impl Iterator<Item = (u64, String)> {
    (0..count).map(|number| (number * 7919 % 1009, number.to_string()))
}

#[test]
fn the_last_value_of_a_key_stays() {
    for count in [0, 1, 63, 64, 65, 10_000] {
        let mut map = AtomicMap::new();
        map.batch_insert(entries(count));
        assert_eq!(contents(&map), entries(count).collect());
        map.extend(entries(count / 2));
        assert_eq!(contents(&map), entries(count).chain(entries(count / 2)).collect());
    }
}

#[test]
fn all_entries_before_a_panic_are_inserted() {
    for count in [0, 1, 63, 64, 65, 10_000] {
        let map = AtomicMap::new();
        let run =
            AssertUnwindSafe(|| map.batch_insert(entries(count).chain(std::iter::once_with(|| panic!("no more")))));
        let payload = catch_unwind(run).expect_err("it panics");
        assert_eq!(payload.downcast_ref(), Some(&"no more"));
        assert_eq!(contents(&map), entries(count).collect());
    }
}

/// An iterator that looks into the map that it feeds, and changes it.
#[test]
fn entries_from_the_map_itself() {
    let map = AtomicMap::from([(0_u64, String::new())]);
    map.batch_insert((1..1000).map(|key| {
        assert!(map.contains_key(&0));
        map.insert(10_000 + key, String::new());
        (key, key.to_string())
    }));
    assert_eq!(map.len(), 1999);
}
