//! V1 to V4: value words of one slot, without a migration.

use super::{Boxed, Map, Word, insertion_that_is_seen, model, race};

fn insert_and_get<K: Word, V: Word>() {
    model(370, &["absent", "present"], |witnesses, swap| {
        let map = Map::<K, V>::of(&[(7, 70)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), seen) = race(swap, move || assert_eq!(ours.insert(1, 10), None), move || theirs.get(1));
        witnesses.saw(if seen.is_some() { "present" } else { "absent" });
        assert!(seen.is_none_or(|value| value == 10));
        assert_eq!(map.entries(), [(1, 10), (7, 70)]);
    });
}

#[test]
fn insert_and_get_inline() {
    insert_and_get::<u64, u64>();
}

#[test]
fn insert_and_get_boxed_key() {
    insert_and_get::<Boxed, u64>();
}

/// The first key of its home, which its tag announces.
#[test]
fn insert_and_get_of_a_key_without_a_tag() {
    model(100, &["absent", "present"], |witnesses, swap| {
        insertion_that_is_seen(&Map::<u32, u32>::with_capacity(1, 0, &[]).for_misses(), witnesses, swap);
    });
}

/// V1 on the claim of another thread, which has no tag yet.
#[test]
fn two_insertions_and_get_of_a_key_without_a_tag() {
    model(1000, &["first", "second"], |witnesses, swap| {
        let map = Map::<u32, u32>::with_capacity(1, 0, &[]).for_misses();
        let (ours, theirs) = (map.clone(), map.clone());
        let insert_and_get = |map: Map<u32, u32>, value| {
            let before = map.insert(1, value);
            assert!(map.get(1).is_some(), "one's own insert is seen");
            before
        };
        let both = race(swap, move || insert_and_get(ours, 10), move || insert_and_get(theirs, 11));
        witnesses.saw(match both {
            (None, Some(10)) => "first",
            (Some(11), None) => "second",
            other => panic!("one of the two comes first: {other:?}"),
        });
    });
}

#[test]
fn insert_and_get_boxed_value() {
    insert_and_get::<u64, Boxed>();
}

#[test]
fn replace_and_get_boxed() {
    model(150, &["10", "11"], |witnesses, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), seen) = race(swap, move || assert_eq!(ours.insert(1, 11), Some(10)), move || theirs.get(1));
        witnesses.saw(seen.expect("present throughout"));
    });
}

#[test]
fn two_replacements() {
    model(200, &["10 then 11", "12 then 10"], |witnesses, swap| {
        let map = Map::<u32, Boxed>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (before_11, before_12) = race(swap, move || ours.insert(1, 11), move || theirs.insert(1, 12));
        let (before_11, before_12) = (before_11.expect("present"), before_12.expect("present"));
        witnesses.saw(format_args!("{before_11} then {before_12}"));
        // The one that came first replaced 10, the other replaced the first.
        let last = if before_11 == 10 { 12 } else { 11 };
        assert_eq!(map.get(1), Some(last));
    });
}

#[test]
fn two_updates() {
    model(200, &["110", "1010"], |witnesses, swap| {
        let map = Map::<u32, Boxed>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (hundred, _) = race(swap, move || ours.add(1, 100), move || theirs.add(1, 1000));
        witnesses.saw(if hundred == Some(110) { "110" } else { "1010" });
        assert_eq!(map.get(1), Some(1110), "no update is lost");
    });
}

#[test]
fn two_removals() {
    model(220, &["first", "second"], |witnesses, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        match race(swap, move || ours.remove(1), move || theirs.remove(1)) {
            (Some(10), None) => witnesses.saw("first"),
            (None, Some(10)) => witnesses.saw("second"),
            other => panic!("a value is removed once: {other:?}"),
        }
        assert_eq!(map.raw().approx_len(), 0);
    });
}

#[test]
fn removal_and_update() {
    model(190, &["removed 10", "removed 11"], |witnesses, swap| {
        let map = Map::<u32, Boxed>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (removed, added) = race(swap, move || ours.remove(1), move || theirs.add(1, 1));
        let removed = removed.expect("present");
        witnesses.saw(format_args!("removed {removed}"));
        assert_eq!(added, (removed == 11).then_some(11));
        assert_eq!(map.get(1), None);
    });
}

#[test]
fn removal_and_insertion() {
    model(230, &["absent", "present"], |witnesses, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (removed, before) = race(swap, move || ours.remove(1), move || theirs.insert(1, 11));
        match (removed, before) {
            // V3, V4: the tombstone was revived.
            (Some(10), None) => assert_eq!(map.get(1), Some(11)),
            (Some(11), Some(10)) => assert_eq!(map.get(1), None),
            other => panic!("not an order of the two: {other:?}"),
        }
        witnesses.saw(if before.is_none() { "present" } else { "absent" });
    });
}

#[test]
fn two_compare_and_sets() {
    model(180, &["first", "second"], |witnesses, swap| {
        let map = Map::<u32, Boxed>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let results = race(
            swap,
            move || ours.compare_and_set(1, Some(10), Some(11)),
            move || theirs.compare_and_set(1, Some(10), None),
        );
        match results {
            (Ok(()), Err(Some(11))) => witnesses.saw("first"),
            (Err(None), Ok(())) => witnesses.saw("second"),
            other => panic!("one succeeds, the other sees it: {other:?}"),
        }
    });
}

/// V4 against itself.
#[test]
fn two_insertions_of_a_removed_key() {
    model(540, &["first", "second"], |witnesses, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(1, 10)]);
        map.remove(1);
        let (ours, theirs) = (map.clone(), map.clone());
        match race(swap, move || ours.insert(1, 11), move || theirs.insert(1, 12)) {
            (None, Some(11)) => witnesses.saw("first"),
            (Some(12), None) => witnesses.saw("second"),
            other => panic!("one of the two comes first: {other:?}"),
        }
    });
}

/// A writer that does not end at its first attempt goes on with what its exchange has read. (A migration that has begun
/// takes it off the straight line; its helper is stopped for good.)
#[test]
fn two_updates_beside_a_migration() {
    model(310, &["110", "1010"], |witnesses, swap| {
        let map = Map::<u32, Boxed>::of(&[(1, 10)]);
        map.start_migration_to(1);
        map.take_block();
        let (ours, theirs) = (map.clone(), map.clone());
        let (hundred, _) = race(swap, move || ours.add(1, 100), move || theirs.add(1, 1000));
        witnesses.saw(if hundred == Some(110) { "110" } else { "1010" });
        assert_eq!(map.get(1), Some(1110), "no update is lost");
    });
}
