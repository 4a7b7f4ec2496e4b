//! Who owns a boxed key when claims, removals and a migration meet.

use super::{Boxed, LAST_LINE, Map, came_to, long_model, model, race, race_at, race_traced, tried_by};
use crate::platform::epoch;
use crate::platform::lines::LINE_SLOTS;

/// The node that is needed again: others use the claim, remove the key, and the migration makes it `DEAD`.
#[test]
fn claim_and_a_whole_life_of_the_key() {
    long_model(1, 14_000, &["overtaken", "replaced", "undisturbed"], |witnesses, swap| {
        let map = Map::<Boxed, u32>::with_capacity(1, 0, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (ours_before, (theirs_before, removed)) = race(
            swap,
            move || ours.insert(1, 10),
            move || {
                let before = theirs.insert(1, 11);
                let removed = theirs.remove(1);
                theirs.migrate();
                (before, removed)
            },
        );
        witnesses.saw(match (ours_before, theirs_before) {
            (None, None) => "overtaken",
            (None, Some(10)) => "undisturbed",
            (Some(11), None) => "replaced",
            other => panic!("not an order of the two: {other:?}"),
        });
        assert!(removed.is_some());
        let left = map.get(1);
        assert_eq!(left.is_some(), ours_before.is_none() && theirs_before.is_none());
    });
}

/// `SKIP_DEAD`: the old table is still the root when the key of a `DEAD` slot has gone.
#[test]
fn get_behind_a_dead_key() {
    model(2300, &["the next table", "the root"], |witnesses, swap| {
        let map = Map::<Boxed, u32>::of(&[(1, 10)]);
        map.remove(1);
        map.start_migration_to(1);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, (seen, get)) = race_traced(swap, move || ours.help(), move || theirs.get(1));
        witnesses.saw(came_to(&get));
        assert_eq!(seen, None);
    });
}

/// V6 against a writer that looks for the key: what it inserts behind the `DEAD` slot is seen by whoever starts there.
#[test]
fn get_of_a_key_that_came_back() {
    model(7100, &["both", "first", "second"], |witnesses, swap| {
        let map = Map::<Boxed, u32>::of(&[(1, 10)]);
        map.remove(1);
        map.start_migration_to(1);
        let (ours, theirs) = (map.clone(), map.clone());
        let (((), helper), ((), writer)) = race_at(
            "FREEZE",
            swap,
            move || ours.help(),
            move || {
                assert_eq!(theirs.insert(1, 11), None);
                assert_eq!(theirs.get(1), Some(11), "one's own insert is seen");
            },
        );
        witnesses.saw(tried_by(helper, writer));
        assert_eq!(map.entries(), [(1, 11)]);
    });
}

/// `SEAL_AFTER_SKIP`: a writer finds its key removed, and the slot `DEAD` a moment later. A reader cannot recognise the
/// key there any more, and goes by the end of the probe: line 0, behind the full last one. The block of line 0 belongs to
/// a helper that is stopped for good, so nobody but the writer seals it; block 2 pays for the writer's claim.
#[test]
fn insertion_of_a_key_that_dies_meanwhile() {
    model(5800, &["both", "first", "second"], |witnesses, swap| {
        let keys = 1..=LINE_SLOTS as u64;
        let entries: Vec<_> = keys.clone().map(|key| (key, key)).collect();
        let map = Map::<Boxed, u32>::with_capacity(2 * LINE_SLOTS, LAST_LINE, &entries);
        for key in keys {
            map.remove(key);
        }
        map.start_migration_to(1);
        map.take_block();
        map.help();
        let (ours, theirs) = (map.clone(), map.clone());
        let (((), helper), ((), writer)) = race_at(
            "FREEZE",
            swap,
            move || ours.help(),
            move || {
                assert_eq!(theirs.insert(1, 11), None);
                assert_eq!(theirs.get(1), Some(11), "one's own insert is seen");
            },
        );
        witnesses.saw(tried_by(helper, writer));
    });
}

/// A guard that was pinned before a removal can go on reading the key.
#[test]
fn an_old_guard_and_a_dead_key() {
    model(6600, &["before", "after"], |witnesses, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let witnesses = witnesses.clone();
        race(
            swap,
            move || {
                ours.remove(1);
                ours.migrate();
            },
            move || {
                let guard = epoch::pin();
                witnesses.saw(if theirs.get_under(1, &guard).is_some() { "before" } else { "after" });
                assert_eq!(theirs.get_under(2, &guard), None);
            },
        );
    });
}
