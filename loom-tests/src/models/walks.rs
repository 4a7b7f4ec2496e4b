//! Walks against writers and a migration: what is there throughout is seen once.

use super::{Boxed, Map, PLACES, Word, came_to, model, race, race_traced};
use crate::platform::lines::LINE_SLOTS;
use crate::table::Hashes;

fn walk_and_migration<K: Word>() {
    model(17_000, &PLACES, |witnesses, swap| {
        let map = Map::<K, u32>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, (entries, walk)) = race_traced(swap, move || ours.migrate(), move || theirs.entries());
        witnesses.saw(came_to(&walk));
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

/// `ROOM_BEHIND`: a line fills up beside the walk of its partition, and a key of the other partition passes it, into a line whose
/// keys would all be of this one if that had not happened.
#[test]
fn walk_of_a_partition_and_a_key_that_passes_a_line() {
    model(8000, &["came", "missing"], |witnesses, swap| {
        let home = |line: u64| line << 61;
        let map = Map::<Boxed, u32>::with_capacity(16, home(3), &[(31, 0), (32, 0), (33, 0)]);
        let ours = [(41, 1), (42, 1), (43, 1), (51, 2), (52, 2)];
        for (key, value) in ours {
            map.for_hash(home(key / 10)).insert(key, value);
        }
        let (fifth, third, theirs) = (map.for_hash(home(5)), map.clone(), map.clone());
        let writer = move || {
            fifth.insert(53, 3);
            third.insert(34, 4)
        };
        let (_, mut seen) = race(swap, writer, move || theirs.entries_of(Hashes::partition(2, 1)));
        let came = seen.pop_if(|&mut (key, _)| key == 53).is_some();
        witnesses.saw(if came { "came" } else { "missing" });
        assert_eq!(seen, ours);
    });
}

/// The table is left behind before the walk begins, or during it.
#[test]
fn walk_of_a_partition_and_migration() {
    model(17_000, &PLACES, |witnesses, swap| {
        let map = Map::<u32, u32>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, (seen, walk)) =
            race_traced(swap, move || ours.migrate(), move || theirs.entries_of(Hashes::partition(3, 0)));
        witnesses.saw(came_to(&walk));
        assert_eq!(seen, [(1, 10)]);
        assert_eq!(map.entries_of(Hashes::partition(3, 1)), []);
    });
}
