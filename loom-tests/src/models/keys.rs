//! Who owns a boxed key when a claim and a migration meet.

use super::{Boxed, Map, model, race};
use crate::platform::epoch;

/// R6: the claim is frozen before it gets a value; another thread inserts the same key behind it.
#[test]
fn claim_and_migration_and_another_insertion() {
    model(1000, &["first", "second"], |witnesses, swap| {
        let map = Map::<Boxed, u64>::of(&[(7, 70)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (first, second) = race(
            swap,
            move || ours.insert(1, 10),
            move || {
                theirs.migrate();
                theirs.insert(1, 11)
            },
        );
        witnesses.saw(if first.is_none() { "first" } else { "second" });
        assert!(first.is_none() != second.is_none(), "one of the two comes first");
        assert_eq!(map.entries().len(), 2);
    });
}

/// The node that is needed again: others use the claim, remove the key, and the migration makes it `DEAD`.
#[test]
fn claim_and_a_whole_life_of_the_key() {
    model(1000, &["overtaken", "replaced", "undisturbed"], |witnesses, swap| {
        let map = Map::<Boxed, u64>::of(&[(7, 70)]);
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
    model(300, &["absent", "present"], |witnesses, swap| {
        let map = Map::<Boxed, u64>::of(&[(1, 10)]);
        map.remove(1);
        map.start_migration();
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, seen) = race(
            swap,
            move || ours.finish_migration(),
            move || {
                let first = theirs.get(1);
                assert_eq!(first, None);
                theirs.insert(1, 11);
                theirs.get(1)
            },
        );
        witnesses.saw(if seen.is_some() { "present" } else { "absent" });
        witnesses.saw(if map.get(2).is_some() { "present" } else { "absent" });
    });
}

/// `SEAL_AFTER_SKIP`: a reader that passes over a `DEAD` slot must not stop before the key that came back behind it.
#[test]
fn get_of_a_key_that_came_back() {
    model(300, &["after", "before"], |witnesses, swap| {
        let map = Map::<Boxed, u64>::of(&[(1, 10)]);
        map.remove(1);
        map.start_migration();
        let (ours, theirs, helper) = (map.clone(), map.clone(), map.clone());
        let back = loom::sync::Arc::new(loom::sync::atomic::AtomicBool::new(false));
        let ours_back = loom::sync::Arc::clone(&back);
        let helper = loom::thread::spawn(move || helper.finish_migration());
        let witnesses = witnesses.clone();
        race(
            swap,
            move || {
                assert_eq!(ours.insert(1, 11), None);
                ours_back.store(true, loom::sync::atomic::Ordering::Release);
            },
            move || {
                let after = back.load(loom::sync::atomic::Ordering::Acquire);
                let seen = theirs.get(1);
                witnesses.saw(if after { "after" } else { "before" });
                assert!(!after || seen == Some(11), "an acknowledged insert is seen");
            },
        );
        helper.join().expect("the helper does not panic");
    });
}

/// A guard that was pinned before a removal can go on reading the key.
#[test]
fn an_old_guard_and_a_dead_key() {
    model(100, &[], |_, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        race(
            swap,
            move || {
                ours.remove(1);
                ours.migrate();
            },
            move || {
                let guard = epoch::pin();
                let _ = theirs.get_under(1, &guard);
                assert_eq!(theirs.get_under(2, &guard), None);
            },
        );
    });
}
