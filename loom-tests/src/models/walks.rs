//! Walks against writers and a migration: what is there throughout is seen once.

use super::{Boxed, Map, Word, model, race};

fn walk_and_migration<K: Word>() {
    model(8100, &[], |_, swap| {
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
    model(290, &["1", "2"], |witnesses, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(7, 70)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, entries) = race(swap, move || ours.insert(1, 10), move || theirs.entries());
        witnesses.saw(entries.len());
        assert!(entries == [(7, 70)] || entries == [(1, 10), (7, 70)]);
    });
}
