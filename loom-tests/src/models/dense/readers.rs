//! Readers beside D2 and D3 of a boxed value: lookups and walks.

use super::super::{Boxed, model, race};
use super::Dense;

fn reading(write: fn(&Dense<Boxed>), after: Option<u64>, read: fn(&Dense<Boxed>) -> Option<u64>) {
    model(100, &["before", "after"], move |witnesses, swap| {
        let map = Dense::of(1, &[(0, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), seen) = race(swap, move || write(&ours), move || read(&theirs));
        assert!(seen == Some(10) || seen == after, "{seen:?}");
        witnesses.saw(if seen == after { "after" } else { "before" });
        assert_eq!(read(&map), after);
    });
}

fn by_index(map: &Dense<Boxed>) -> Option<u64> {
    map.get(0)
}

fn by_walk(map: &Dense<Boxed>) -> Option<u64> {
    let entries = map.entries();
    assert!(entries.len() <= 1, "one index, once: {entries:?}");
    entries.first().map(|&(_, value)| value)
}

#[test]
fn removal_and_get_of_a_box() {
    reading(|map| assert_eq!(map.remove(0), Some(10)), None, by_index);
}

#[test]
fn replacement_and_walk_of_a_box() {
    reading(|map| assert_eq!(map.insert(0, 11), Some(10)), Some(11), by_walk);
}

#[test]
fn removal_and_walk_of_a_box() {
    reading(|map| assert_eq!(map.remove(0), Some(10)), None, by_walk);
}
