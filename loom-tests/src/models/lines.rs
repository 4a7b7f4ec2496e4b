//! Full lines: the last word of a line, probes that go on, and full tables.

use super::{
    Boxed, DELAYED, FIRST_LINE, Map, PLACES, SECOND_OF_FOUR_LINES, came_to, delayed, long_model, model, race, race_at,
    race_traced, tried_by,
};
use crate::platform::lines::LINE_SLOTS;

/// A table of two lines, the first of which has room for `room` more keys.
fn two_lines(room: u64) -> Map<Boxed, u32> {
    let others: Vec<_> = (0..LINE_SLOTS as u64 - room).map(|key| (70 + key, 70)).collect();
    Map::with_capacity(4, 0, &others)
}

fn insert_and_get(room: u64) {
    model(520, &["absent", "present"], move |witnesses, swap| {
        let map = two_lines(room);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, seen) = race(swap, move || ours.insert(1, 10), move || theirs.get(1));
        witnesses.saw(if seen.is_some() { "present" } else { "absent" });
        assert!(seen.is_none_or(|value| value == 10));
        assert_eq!(map.get(1), Some(10), "there is nobody who removes it");
    });
}

#[test]
fn get_in_a_full_line() {
    insert_and_get(1);
}

#[test]
fn get_behind_a_full_line() {
    insert_and_get(0);
}

fn two_insertions(room: u64) {
    model(2200, &["first", "second"], move |witnesses, swap| {
        let map = two_lines(room);
        let (ours, theirs) = (map.clone(), map.clone());
        match race(swap, move || ours.insert(1, 10), move || theirs.insert(1, 11)) {
            (None, Some(10)) => witnesses.saw("first"),
            (Some(11), None) => witnesses.saw("second"),
            other => panic!("one of the two comes first: {other:?}"),
        }
    });
}

#[test]
fn insertion_in_a_full_line() {
    two_insertions(1);
}

#[test]
fn insertion_behind_a_full_line() {
    two_insertions(0);
}

/// An insertion behind so many lines, which are full, the last one by a claim of another thread, whose tag is not there yet.
pub(super) fn insertion_behind_a_late_tag(floor: usize, lines: u64, empty: fn() -> Map<u32, u32>) {
    model(floor, &DELAYED, move |witnesses, swap| {
        let map = empty().for_misses();
        (1..lines * LINE_SLOTS as u64).for_each(|key| assert_eq!(map.for_other_tag().insert(70 + key, 70), None));
        let (ours, theirs) = (map.for_other_tag(), map.clone());
        let (((), first), ((), second)) = race_at(
            "CLAIM_KEY",
            swap,
            move || assert_eq!(ours.insert(2, 20), None),
            move || {
                assert_eq!(theirs.insert(1, 10), None);
                assert_eq!(theirs.get(1), Some(10), "one's own insert is seen");
            },
        );
        witnesses.saw(delayed(first, second));
        assert_eq!(map.get(1), Some(10));
    });
}

/// `TAG_PASSED`.
#[test]
fn insertion_behind_a_line_that_fills() {
    insertion_behind_a_late_tag(1400, 1, || Map::with_capacity(4, 0, &[]));
}

/// `TAG_PASSED_COPY`: the same for a key that a copier brings. (Keys of two lines meet in one line of the next table. The block of
/// the key that is there belongs to a helper that is stopped for good; the others pay with empty ones.)
#[test]
fn copy_behind_a_line_that_fills() {
    long_model(1, 53_000, &DELAYED, |witnesses, swap| {
        let map = Map::<Boxed, u32>::with_capacity(10, FIRST_LINE, &[(1, 10)]);
        let others = map.for_hash(SECOND_OF_FOUR_LINES);
        map.start_migration_to(2);
        map.take_block();
        (1..LINE_SLOTS as u64).for_each(|key| assert_eq!(others.insert(70 + key, 70), None));
        let theirs = map.clone();
        let ((_, insertion), (seen, copier)) = race_traced(
            swap,
            move || others.insert(2, 20),
            move || {
                theirs.finish_migration();
                theirs.get(1)
            },
        );
        witnesses.saw(delayed(insertion.times("CLAIM_KEY"), copier.times("COPY_CLAIM")));
        assert_eq!(seen, Some(10), "present throughout");
    });
}

/// Two keys for the last word: the one that comes second goes to the next line.
#[test]
fn two_keys_for_one_place() {
    model(1400, &DELAYED, |witnesses, swap| {
        let map = two_lines(1);
        let (ours, theirs) = (map.clone(), map.clone());
        let (first, second) = race_at("CLAIM_KEY", swap, move || ours.insert(1, 10), move || theirs.insert(2, 20));
        witnesses.saw(delayed(first.1, second.1));
        assert_eq!((first.0, second.0), (None, None));
        assert_eq!((map.get(1), map.get(2)), (Some(10), Some(20)));
    });
}

/// The line that is sealed is not the home line of the key. (The keys in front of it are removed ones, which nobody
/// copies; their block belongs to a helper that is stopped for good.)
#[test]
fn insertion_behind_a_full_line_and_migration() {
    long_model(2, 100_000, &["the next table", "the root"], |witnesses, swap| {
        let map = Map::<u32, u32>::with_capacity(4, 0, &[(7, 7), (8, 8), (9, 9)]);
        for key in 7..10 {
            map.remove(key);
        }
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, ((), insertion)) = race_traced(
            swap,
            move || {
                ours.start_migration_to(1);
                ours.take_block();
                ours.help();
            },
            move || assert_eq!(theirs.insert(1, 10), None),
        );
        witnesses.saw(came_to(&insertion));
        assert_eq!(map.get(1), Some(10));
    });
}

/// A key stands behind its full home line, and so does its copy. (The line before it has been copied.)
#[test]
fn copy_behind_a_full_line() {
    model(1000, &PLACES, |witnesses, swap| {
        let map = two_lines(0);
        map.insert(1, 10);
        map.start_migration_to(2);
        map.help();
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, (seen, get)) = race_traced(swap, move || ours.help(), move || theirs.get(1));
        witnesses.saw(came_to(&get));
        assert_eq!(seen, Some(10), "present throughout");
        assert_eq!(map.get(1), Some(10), "present throughout");
    });
}

/// No line ends the probe: `next` decides, and a writer gives the table one.
#[test]
fn insertions_into_a_full_table() {
    model(7000, &["both", "first", "second"], |witnesses, swap| {
        let map = Map::<u32, u32>::of(&[(7, 70), (8, 80)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (first, second) = race_at("SET_NEXT", swap, move || ours.insert(1, 10), move || theirs.insert(2, 20));
        witnesses.saw(tried_by(first.1, second.1));
        assert_eq!((first.0, second.0), (None, None));
        assert_eq!(map.entries(), [(1, 10), (2, 20), (7, 70), (8, 80)]);
    });
}

#[test]
fn get_in_a_full_table() {
    model(340, &["room in the line", "the next table", "the root is full"], |witnesses, swap| {
        let map = Map::<u32, u32>::of(&[(7, 70), (8, 80)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, (seen, get)) = race_traced(swap, move || ours.insert(1, 10), move || theirs.get(2));
        witnesses.saw(match (get.has("DECIDE_NEXT"), get.times("FIND_LAST")) {
            (false, _) => "room in the line",
            (true, 1) => "the root is full",
            (true, _) => "the next table",
        });
        assert_eq!(seen, None);
    });
}
