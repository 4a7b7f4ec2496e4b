//! K1: claims of one line, the first table, and a claim that another thread closes.

use super::{Boxed, DELAYED, Map, Word, delayed, long_model, model, race, race_at, tried_by};

fn two_insertions_of_one_key<K: Word, V: Word>() {
    model(1200, &["first", "second"], |witnesses, swap| {
        let map = Map::<K, V>::of(&[(7, 70)]);
        let (ours, theirs) = (map.clone(), map.clone());
        match race(swap, move || ours.insert(1, 10), move || theirs.insert(1, 11)) {
            (None, Some(10)) => {
                witnesses.saw("first");
                assert_eq!(map.entries(), [(1, 11), (7, 70)]);
            }
            (Some(11), None) => {
                witnesses.saw("second");
                assert_eq!(map.entries(), [(1, 10), (7, 70)]);
            }
            other => panic!("one of the two comes first: {other:?}"),
        }
        assert_eq!(map.raw().approx_len(), 2);
    });
}

#[test]
fn two_insertions_of_one_inline_key() {
    two_insertions_of_one_key::<u32, u32>();
}

#[test]
fn two_insertions_of_one_boxed_key() {
    two_insertions_of_one_key::<Boxed, Boxed>();
}

#[test]
fn two_insertions_of_two_keys() {
    model(1200, &DELAYED, |witnesses, swap| {
        let map = Map::<Boxed, u32>::of(&[(7, 70)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (first, second) = race_at("CLAIM_KEY", swap, move || ours.insert(1, 10), move || theirs.insert(2, 20));
        witnesses.saw(delayed(first.1, second.1));
        assert_eq!((first.0, second.0), (None, None));
        assert_eq!(map.entries(), [(1, 10), (2, 20), (7, 70)]);
    });
}

#[test]
fn two_first_tables() {
    model(3000, &["both", "first", "second"], |witnesses, swap| {
        let map = Map::<u32, u32>::of(&[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (first, second) = race_at("FIRST_TABLE", swap, move || ours.insert(1, 10), move || theirs.insert(2, 20));
        witnesses.saw(tried_by(first.1, second.1));
        assert_eq!((first.0, second.0), (None, None));
        assert_eq!(map.entries(), [(1, 10), (2, 20)]);
    });
}

#[test]
fn first_table_and_get() {
    model(560, &["absent", "present"], |witnesses, swap| {
        let map = Map::<Boxed, Boxed>::of(&[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, seen) = race(swap, move || ours.insert(1, 10), move || theirs.get(1));
        witnesses.saw(if seen.is_some() { "present" } else { "absent" });
    });
}

/// A claim whose value another thread sets (V1 by one who is not the claimer), then removes.
#[test]
fn claim_and_removal_of_one_key() {
    model(5500, &["removed", "left"], |witnesses, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(7, 70)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, removed) = race(
            swap,
            move || ours.insert(1, 10),
            move || {
                theirs.insert(1, 11);
                theirs.remove(1).expect("inserted before, or replaced")
            },
        );
        let left = map.get(1);
        witnesses.saw(if left.is_some() { "left" } else { "removed" });
        assert!(left != Some(removed) && left != Some(11));
    });
}

/// V9 on a claim that has no value yet, by what another thread does before it inserts the same key. One preemption, between the
/// claim and the value, is what it takes.
fn claim_that_is_closed(preemptions: usize, floor: usize, close: fn(&Map<Boxed, u32>)) {
    long_model(preemptions, floor, &["first", "second"], move |witnesses, swap| {
        let map = Map::with_capacity(1, 0, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (first, second) = race(
            swap,
            move || ours.insert(1, 10),
            move || {
                close(&theirs);
                theirs.insert(1, 11)
            },
        );
        witnesses.saw(if first.is_none() { "first" } else { "second" });
        assert!(first.is_none() != second.is_none(), "one of the two comes first");
        map.finish_migration();
        assert_eq!(map.entries().len(), 1);
    });
}

/// R6: the claimer goes on with its node, behind the migration.
#[test]
fn claim_and_migration_and_another_insertion() {
    claim_that_is_closed(1, 27_000, Map::migrate);
}

/// The same, by the writer itself, which goes on to do all of the migration: that may be old in too many ways for the other one.
#[test]
fn a_claim_closed_by_another_insertion() {
    claim_that_is_closed(0, 16_000, Map::close);
}
