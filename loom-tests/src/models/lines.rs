//! Full lines: the last word of a line, probes that go on, and full tables.

use super::{Boxed, FIRST_LINE, Map, SECOND_OF_FOUR_LINES, model, model_with_preemptions, race};
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

/// `TAG_PASSED`: the last word of the home line is claimed by another thread, whose tag is not there yet.
#[test]
fn insertion_behind_a_line_that_fills() {
    model(1400, &[], |_, swap| {
        let map = Map::<u32, u32>::with_capacity(4, 0, &[]).for_misses();
        (1..LINE_SLOTS as u64).for_each(|key| assert_eq!(map.for_other_tag().insert(70 + key, 70), None));
        let (ours, theirs) = (map.for_other_tag(), map.clone());
        race(
            swap,
            move || assert_eq!(ours.insert(2, 20), None),
            move || {
                assert_eq!(theirs.insert(1, 10), None);
                assert_eq!(theirs.get(1), Some(10), "one's own insert is seen");
            },
        );
        assert_eq!(map.get(1), Some(10));
    });
}

/// `TAG_PASSED_COPY`: the same for a key that a copier brings. (Keys of two lines meet in one line of the next table. The block of
/// the key that is there belongs to a helper that is stopped for good; the others pay with empty ones.)
#[test]
fn copy_behind_a_line_that_fills() {
    model_with_preemptions(1, 100, &[], |_, swap| {
        let map = Map::<Boxed, u32>::with_capacity(10, FIRST_LINE, &[(1, 10)]);
        let others = map.for_hash(SECOND_OF_FOUR_LINES);
        map.start_migration_to(2);
        map.take_block();
        (1..LINE_SLOTS as u64).for_each(|key| assert_eq!(others.insert(70 + key, 70), None));
        let theirs = map.clone();
        let (_, seen) = race(
            swap,
            move || others.insert(2, 20),
            move || {
                theirs.finish_migration();
                theirs.get(1)
            },
        );
        assert_eq!(seen, Some(10), "present throughout");
    });
}

/// Two keys for the last word: the one that comes second goes to the next line.
#[test]
fn two_keys_for_one_place() {
    model(1400, &[], |_, swap| {
        let map = two_lines(1);
        let (ours, theirs) = (map.clone(), map.clone());
        let both = race(swap, move || ours.insert(1, 10), move || theirs.insert(2, 20));
        assert_eq!(both, (None, None));
        assert_eq!((map.get(1), map.get(2)), (Some(10), Some(20)));
    });
}

/// The line that is sealed is not the home line of the key. (The keys in front of it are removed ones, which nobody
/// copies; their block belongs to a helper that is stopped for good.)
#[test]
fn insertion_behind_a_full_line_and_migration() {
    model(31_000, &[], |_, swap| {
        let map = Map::<u32, u32>::with_capacity(4, 0, &[(7, 7), (8, 8), (9, 9)]);
        for key in 7..10 {
            map.remove(key);
        }
        let (ours, theirs) = (map.clone(), map.clone());
        race(
            swap,
            move || {
                ours.start_migration_to(1);
                ours.take_block();
                ours.help();
            },
            move || assert_eq!(theirs.insert(1, 10), None),
        );
        assert_eq!(map.get(1), Some(10));
    });
}

/// A key stands behind its full home line, and so does its copy. (The line before it has been copied.)
#[test]
fn copy_behind_a_full_line() {
    model(1000, &[], |_, swap| {
        let map = two_lines(0);
        map.insert(1, 10);
        map.start_migration_to(2);
        map.help();
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), seen) = race(swap, move || ours.help(), move || theirs.get(1));
        assert_eq!(seen, Some(10), "present throughout");
        assert_eq!(map.get(1), Some(10), "present throughout");
    });
}

/// No line ends the probe: `next` decides, and a writer gives the table one.
#[test]
fn insertions_into_a_full_table() {
    model(7000, &[], |_, swap| {
        let map = Map::<u32, u32>::of(&[(7, 70), (8, 80)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let both = race(swap, move || ours.insert(1, 10), move || theirs.insert(2, 20));
        assert_eq!(both, (None, None));
        assert_eq!(map.entries(), [(1, 10), (2, 20), (7, 70), (8, 80)]);
    });
}

#[test]
fn get_in_a_full_table() {
    model(340, &[], |_, swap| {
        let map = Map::<u32, u32>::of(&[(7, 70), (8, 80)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, seen) = race(swap, move || ours.insert(1, 10), move || theirs.get(2));
        assert_eq!(seen, None);
    });
}
