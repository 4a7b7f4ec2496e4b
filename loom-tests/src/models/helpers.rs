//! Several helpers at one table, and who may call its migration finished.

use super::{
    Boxed, FIRST_LINE, Map, PLACES, SECOND_LINE, Word, came_to, long_model, model, moved_by, race, race_at,
    race_traced, tried_by,
};
use crate::platform::epoch;
use crate::table::{Habit, Probe};
use core::cell::Cell;
use equivalent::Equivalent;

/// Both move the same block.
fn two_helpers<K: Word, V: Word>(removed: bool) {
    long_model(2, 9000, &["both", "first", "second"], move |witnesses, swap| {
        let map = Map::<K, V>::of(&[(1, 10)]);
        if removed {
            map.remove(1);
        }
        map.start_migration_to(1);
        let (ours, theirs) = (map.clone(), map.clone());
        let (((), first), ((), second)) =
            race_at("FREEZE", swap, move || ours.finish_migration(), move || theirs.finish_migration());
        witnesses.saw(tried_by(first, second));
        assert_eq!(map.get(1), (!removed).then_some(10));
    });
}

#[test]
fn two_helpers_at_a_value() {
    two_helpers::<Boxed, Boxed>(false);
}

#[test]
fn two_helpers_at_a_removed_key() {
    two_helpers::<Boxed, u32>(true);
}

/// Two `EMPTY` reserved slots, which both freeze.
#[test]
fn two_helpers_at_reserved_slots() {
    model(14_000, &["both", "first", "second"], |witnesses, swap| {
        let map = Map::<u64, u32>::with_capacity(1, 0, &[]);
        map.start_migration_to(1);
        let (ours, theirs) = (map.clone(), map.clone());
        let (((), first), ((), second)) =
            race_at("FREEZE", swap, move || ours.finish_migration(), move || theirs.finish_migration());
        witnesses.saw(tried_by(first, second));
        assert_eq!(map.entries(), []);
    });
}

/// One who finds the block done, and promotes, has seen the copies. (One guard for both: a second pin would see what was
/// done before the cells were retired.)
#[test]
fn get_and_two_helpers() {
    two_helpers_and_get(7700, Clone::clone);
}

/// `TAG_COPY_FOUND`: the same by tags, which the one who finds the claim of the other sets as well.
#[test]
fn get_by_tags_and_two_helpers() {
    two_helpers_and_get(20_000, Map::for_misses);
}

fn two_helpers_and_get(floor: usize, handle: fn(&Map<u32, u32>) -> Map<u32, u32>) {
    model(floor, &["moved by both", "moved by the first", "moved by the second"], move |witnesses, swap| {
        let map = handle(&Map::of(&[(1, 10)]));
        map.start_migration_to(1);
        let (ours, theirs) = (map.clone(), map.clone());
        let (((), first), (seen, second)) = race_at(
            "COPY_VALUE",
            swap,
            move || ours.help(),
            move || {
                let guard = epoch::pin();
                theirs.finish_migration_under(&guard);
                theirs.get_under(1, &guard)
            },
        );
        witnesses.saw(moved_by("first", first, "second", second));
        assert_eq!(seen, Some(10), "present throughout");
    });
}

/// The last to count its block, who promotes, has seen the copies of the others. (One guard, as above.)
#[test]
fn get_and_helpers_of_two_blocks() {
    model(1100, &["moved by the first", "moved by the second"], |witnesses, swap| {
        let map = Map::<u32, u32>::with_capacity(4, 0, &[(1, 10)]);
        map.start_migration_to(2);
        let (ours, theirs) = (map.clone(), map.clone());
        let (((), first), (seen, second)) = race_at(
            "COPY_VALUE",
            swap,
            move || ours.help(),
            move || {
                let guard = epoch::pin();
                theirs.help_under(&guard);
                theirs.get_under(1, &guard)
            },
        );
        witnesses.saw(moved_by("first", first, "second", second));
        assert_eq!(seen, Some(10), "present throughout");
    });
}

/// Both give the root a successor, and help.
#[test]
fn two_starts_of_a_migration() {
    model(580, &["moved by both", "moved by the first", "moved by the second"], |witnesses, swap| {
        let map = Map::<u32, u32>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (((), first), ((), second)) = race_at("COPY_VALUE", swap, move || ours.migrate(), move || theirs.migrate());
        witnesses.saw(moved_by("first", first, "second", second));
        assert_eq!(map.get(1), Some(10));
    });
}

/// `PAY_TO_CLAIM`: a helper stops with its block for good; others may insert as much as they like, and the copies still
/// find room. (The successor is as small as the root, so that two claims fill it up.)
#[test]
fn a_stopped_helper_and_many_insertions() {
    model(9000, &PLACES, |witnesses, swap| {
        let map = Map::<u32, u32>::of(&[(1, 10), (2, 20)]);
        map.start_migration_to(1);
        map.take_block();
        let (ours, theirs) = (map.clone(), map.clone());
        let ((seen, get), _) = race_traced(
            swap,
            move || ours.get(1),
            move || {
                theirs.insert(3, 30);
                theirs.insert(4, 40);
            },
        );
        witnesses.saw(came_to(&get));
        assert_eq!(seen, Some(10), "present throughout");
        map.finish_migration();
        assert_eq!(map.entries(), [(1, 10), (2, 20), (3, 30), (4, 40)]);
    });
}

/// K2 beside a search for another key: whose node the copied word names is seen by one who comes to the next table from
/// another line. (Three threads: one inserts the key, the second copies it, and the third meets the copy, having read
/// neither the key nor its line in the old table.)
#[test]
fn get_beside_a_copy() {
    long_model(1, 135_000, &["did not meet it", "met the copy"], |witnesses, swap| {
        let map = Map::<Boxed, u32>::with_capacity(4, SECOND_LINE, &[]);
        let (ours, copier, theirs) = (map.clone(), map.clone(), map.for_hash(FIRST_LINE));
        let first = loom::thread::spawn(move || ours.insert(1, 10));
        theirs.pass_all();
        let (_, (seen, get)) = race_traced(
            swap,
            move || {
                copier.start_migration_to(1);
                copier.help();
                copier.help();
            },
            move || theirs.get(2),
        );
        // A slot whose key looks alike is asked for its value before its node is compared.
        witnesses.saw(if get.has("MATCH_VALUE") { "met the copy" } else { "did not meet it" });
        assert_eq!(seen, None);
        first.join().expect("the first thread does not panic");
        assert_eq!(map.get(1), Some(10));
    });
}

/// A box goes from the thread that made it through a copier to a reader of the next table.
#[test]
fn get_of_a_moved_update() {
    long_model(1, 50_000, &["absent", "present"], |witnesses, swap| {
        let map = Map::<u32, Boxed>::of(&[(1, 10)]);
        map.remove(1);
        let (ours, copier, theirs) = (map.clone(), map.clone(), map.clone());
        let first = loom::thread::spawn(move || ours.insert(1, 11));
        let ((), seen) = race(swap, move || copier.migrate(), move || theirs.get(1));
        witnesses.saw(if seen.is_some() { "present" } else { "absent" });
        first.join().expect("the first thread does not panic");
        assert_eq!(map.get(1), Some(11));
    });
}

/// The first reserved key, which is denied so many times.
struct Denied(Cell<usize>);

impl Equivalent<u64> for Denied {
    fn equivalent(&self, _key: &u64) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left == 0
    }
}

/// Who comes to a copy without having met the slot that it was made from reads no box that is not published. A reserved slot has no
/// key word that orders it. (The block of the key belongs to a helper that is stopped; the other one's line is sealed, and leads
/// on, before the box is made.)
#[test]
fn get_of_a_reserved_key_that_is_denied_at_first() {
    long_model(1, 1300, &["absent", "present"], |witnesses, swap| {
        let key = 0xFFFF_FFFF_C3A5_7E18;
        let map = Map::<u64, Boxed>::with_capacity(4, SECOND_LINE, &[(key, 10)]);
        map.pass_all();
        map.start_migration_to(1);
        map.take_block();
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, seen) = race(
            swap,
            move || {
                assert_eq!(ours.add(key, 1), Some(11));
                ours.finish_migration();
            },
            move || {
                let guard = epoch::pin();
                // By the lookup itself, and by the search of the old table: no for each of two reserved keys.
                let denied = Denied(Cell::new(4));
                let probe = Probe::new::<u64>(SECOND_LINE, &denied);
                theirs.raw().get(probe, &Habit::new(), &guard).map(|value| value.get().0)
            },
        );
        assert!(seen.is_none_or(|value| value == 11));
        witnesses.saw(if seen.is_some() { "present" } else { "absent" });
    });
}
