//! Walks against writers and a migration: what is there throughout is seen once.

use super::{Boxed, Map, Word, model, race};
use crate::platform::lines::LINE_SLOTS;
use crate::table::Hashes;

fn walk_and_migration<K: Word>() {
    model(17_000, &[], |_, swap| {
        let map = Map::<K, u32>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), entries) = race(swap, move || ours.migrate(), move || theirs.entries());
        assert_eq!(entries, [(1, 10)]);
    });
}

#[test]
fn walk_and_migration_inline() {
    walk_and_migration::<u32>();
}

#[test]
fn walk_and_migration_boxed() {
    walk_and_migration::<Boxed>();
}

#[test]
fn walk_and_insertion() {
    model(340, &["1", "2"], |witnesses, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(7, 70)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, entries) = race(swap, move || ours.insert(1, 10), move || theirs.entries());
        witnesses.saw(entries.len());
        assert!(entries == [(7, 70)] || entries == [(1, 10), (7, 70)]);
    });
}

/// A key that stands behind its full home line belongs to the partition of that line, while another one comes.
#[test]
fn walk_of_a_partition_and_insertion_behind_a_full_line() {
    model(1000, &["came", "missing"], |witnesses, swap| {
        let spilled = LINE_SLOTS as u64 + 1;
        let entries: Vec<_> = (1..=spilled).map(|key| (key, key)).collect();
        let map = Map::<u32, u32>::with_capacity(4, 0, &entries);
        assert_eq!(map.entries_of(Hashes::partition(2, 1)), []);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, mut seen) = race(swap, move || ours.insert(9, 9), move || theirs.entries_of(Hashes::partition(2, 0)));
        let came = seen.pop_if(|&mut (key, _)| key == 9).is_some();
        witnesses.saw(if came { "came" } else { "missing" });
        assert_eq!(seen, entries);
    });
}

/// The table is left behind before the walk begins, or during it.
#[test]
fn walk_of_a_partition_and_migration() {
    model(17_000, &[], |_, swap| {
        let map = Map::<u32, u32>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), seen) = race(swap, move || ours.migrate(), move || theirs.entries_of(Hashes::partition(3, 0)));
        assert_eq!(seen, [(1, 10)]);
        assert_eq!(map.entries_of(Hashes::partition(3, 1)), []);
    });
}
