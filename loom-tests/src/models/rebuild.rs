//! N2, N3: a table that closes before its successor is made, and successors that are not larger.

use super::{Boxed, Map, PLACES, Word, came_to, long_model, model, race, race_at, race_traced, tried_by};
use crate::platform::epoch;
use crate::platform::lines::LINE_SLOTS;
use crate::platform::sites::Trace;
use crate::platform::sync::{Newest, load_newest, model_counters};
use crate::platform::tuning::IN_FLIGHT_PER_THREAD;
use core::cmp::Ordering::{Equal, Greater, Less};

/// What an insertion has found of a table that closes beside it.
pub(super) fn found(insertion: &Trace) -> &'static str {
    match (insertion.has("SET_NEXT"), insertion.has("LOAD_NEXT")) {
        (true, _) => "closing",
        (false, true) => "left",
        (false, false) => "neither",
    }
}

/// A claim and its value race the closing of the table.
fn rebuild_and_insertion<K: Word, V: Word>() {
    long_model(1, 13_000, &["closing", "left", "neither"], |witnesses, swap| {
        let map = Map::<K, V>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, ((), insertion)) = race_traced(
            swap,
            move || ours.rebuild(),
            move || {
                assert_eq!(theirs.insert(2, 20), None);
                assert_eq!(theirs.get(2), Some(20), "one's own insert is seen");
            },
        );
        witnesses.saw(found(&insertion));
        map.finish_migration();
        assert_eq!(map.entries(), [(1, 10), (2, 20)]);
        assert_eq!(map.raw().approx_len(), 2);
    });
}

#[test]
fn rebuild_and_insertion_inline() {
    rebuild_and_insertion::<u32, u32>();
}

#[test]
fn rebuild_and_insertion_boxed() {
    rebuild_and_insertion::<Boxed, Boxed>();
}

/// Both find the table closing, and make it a successor.
#[test]
fn two_insertions_into_a_closed_table() {
    long_model(1, 100_000, &["both", "first", "second"], |witnesses, swap| {
        let map = Map::<u32, u32>::of(&[(1, 10)]);
        map.close();
        let (ours, theirs) = (map.clone(), map.clone());
        let ((_, first), (_, second)) =
            race_at("SET_NEXT", swap, move || ours.insert(2, 20), move || theirs.insert(3, 30));
        witnesses.saw(tried_by(first, second));
        map.finish_migration();
        assert_eq!(map.entries(), [(1, 10), (2, 20), (3, 30)]);
    });
}

/// N2, N2, and N3, N3: whoever finds no successor behind N2 makes N3; the other one may come before that, or find one.
#[test]
fn two_rebuilds() {
    long_model(1, 1800, &["both", "first", "second"], |witnesses, swap| {
        let map = Map::<u32, u32>::of(&[(1, 10), (2, 20)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (((), first), ((), second)) = race_at("SET_NEXT", swap, move || ours.rebuild(), move || theirs.rebuild());
        assert!(first <= 1 && second <= 1);
        witnesses.saw(tried_by(first, second));
        map.finish_migration();
        assert_eq!(map.entries(), [(1, 10), (2, 20)]);
    });
}

/// N1, N2: one gives the table a larger successor, while the other closes it for one of any size. (Neither helps, so both meet
/// the same table.)
#[test]
fn growth_and_rebuild() {
    model(160, &["grown", "rebuilt"], |witnesses, swap| {
        let map = Map::<Boxed, u32>::of(&[(1, 10), (2, 20)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let rebuild = move || {
            let guard = epoch::pin();
            let root = theirs.raw().root(&guard).expect("the map has a table");
            theirs.raw().rebuild(root, 1, &guard);
        };
        let (_, ((), attempts)) = race_at("SET_NEXT", swap, move || ours.start_migration_to(2), rebuild);
        map.finish_migration();
        // Who loses N2 to N1 finds a successor, and makes none.
        assert!(attempts > 0 || map.lines() == 2);
        witnesses.saw(if attempts == 0 { "grown" } else { "rebuilt" });
        assert_eq!(map.entries(), [(1, 10), (2, 20)]);
    });
}

/// Those who bring no entry need no successor.
#[test]
fn update_removal_and_get_in_a_closed_table() {
    long_model(1, 4400, &["before", "after"], |witnesses, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(1, 10), (2, 20)]);
        map.close();
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, seen) = race(
            swap,
            move || {
                assert_eq!(ours.add(1, 1), Some(11));
                assert_eq!(ours.remove(2), Some(20));
            },
            move || theirs.get(2),
        );
        witnesses.saw(if seen.is_some() { "before" } else { "after" });
        assert_eq!(map.entries(), [(1, 11)]);
    });
}

/// V4 against N2, N3 and V6: a removed key comes back while the table closes, and its slot with it.
fn rebuild_and_return_of_a_removed_key<K: Word, V: Word>() {
    long_model(1, 5400, &["closing", "left", "neither"], |witnesses, swap| {
        let map = Map::<K, V>::of(&[(1, 10)]);
        map.remove(1);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, ((), insertion)) = race_traced(
            swap,
            move || ours.rebuild(),
            move || {
                assert_eq!(theirs.insert(1, 11), None);
                assert_eq!(theirs.get(1), Some(11), "one's own insert is seen");
            },
        );
        witnesses.saw(found(&insertion));
        map.finish_migration();
        assert_eq!(map.entries(), [(1, 11)]);
        assert_eq!(map.raw().approx_len(), 1);
    });
}

#[test]
fn rebuild_and_return_of_a_removed_inline_key() {
    rebuild_and_return_of_a_removed_key::<u32, u32>();
}

#[test]
fn rebuild_and_return_of_a_removed_boxed_key() {
    rebuild_and_return_of_a_removed_key::<Boxed, Boxed>();
}

/// V6 by two writers, and by a writer and a copier: the key node goes once.
#[test]
fn two_returns_of_a_removed_key_behind_a_migration() {
    long_model(1, 87_000, &["first", "second"], |witnesses, swap| {
        let map = Map::<Boxed, u32>::of(&[(1, 10)]);
        map.remove(1);
        map.start_migration_to(1);
        let (ours, theirs) = (map.clone(), map.clone());
        let (first, second) = race(swap, move || ours.insert(1, 11), move || theirs.insert(1, 12));
        witnesses.saw(if first.is_none() { "first" } else { "second" });
        assert!(first.is_none() != second.is_none(), "one of the two comes first");
        map.finish_migration();
        assert_eq!(map.entries().len(), 1);
    });
}

/// `NO_REVIVAL`: keys that come back take room in the successor by paying for it, not as copies.
#[test]
fn keys_that_come_back_beside_a_smaller_successor() {
    long_model(1, 4500, &PLACES, |witnesses, swap| {
        let keys = 8;
        let entries: Vec<_> = (1..=keys).map(|key| (key, key)).collect();
        let map = Map::<u32, u32>::with_capacity(keys as usize, 0, &entries);
        (2..=keys).for_each(|key| assert_eq!(map.remove(key), Some(key)));
        // Four blocks, one entry: five claims at most.
        map.start_rebuild_to(2);
        assert_eq!(2 * LINE_SLOTS, 6);
        (0..4).for_each(|_| map.take_block());
        let (ours, theirs) = (map.clone(), map.clone());
        let insertions = move || (2..=keys).for_each(|key| assert_eq!(ours.insert(key, 10 * key), None));
        let (_, (seen, get)) = race_traced(swap, insertions, move || theirs.get(1));
        witnesses.saw(came_to(&get));
        assert_eq!(seen, Some(1), "present throughout");
        assert_eq!(map.entries().len() as u64, keys);
    });
}

/// `COUNT_AFTER_CLOSING`: what comes in between the count and the closing is not in the count.
#[test]
fn insertions_beside_a_count() {
    long_model(1, 900, &["all counted", "one under way", "some in the next table"], |witnesses, swap| {
        let keys = 4;
        model_counters(true);
        let map = Map::<u32, u32>::with_capacity(8, 0, &[]);
        load_newest(Newest::SeqCst);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((copies, ()), came) = map.entries_in_the_root_after(|| {
            race(
                swap,
                move || ours.close_and_count(),
                move || (1..=keys).for_each(|key| assert_eq!(theirs.insert(key, key), None)),
            )
        });
        let counted = copies - IN_FLIGHT_PER_THREAD * epoch::participants();
        witnesses.saw(match came.cmp(&counted) {
            Less => "some in the next table",
            Equal => "all counted",
            Greater => "one under way",
        });
        assert!(came <= copies, "{came} entries to copy, {copies} were expected at most");
    });
}
