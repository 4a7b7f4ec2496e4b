//! Partial sums that come to one key, and batches beside a migration.

use super::{Boxed, DELAYED, Map, PLACES, Word, came_to, delayed, long_model, model, race, race_at, race_traced};

/// Two reductions bring their parts of one key; what the map holds in the end is both, on top of what was there.
fn two_flushes<K: Word, V: Word>(floor: usize, before: &'static [(u64, u64)]) {
    model(floor, &DELAYED, move |witnesses, swap| {
        let map = Map::<K, V>::of(&[&[(7, 70)], before].concat());
        let (ours, theirs) = (map.clone(), map.clone());
        let (((), first), ((), second)) =
            race_at("SET_VALUE", swap, move || ours.merge(1, 1), move || theirs.merge(1, 2));
        witnesses.saw(delayed(first, second));
        let sum: u64 = before.iter().map(|entry| entry.1).sum();
        assert_eq!(map.entries(), [(1, sum + 3), (7, 70)]);
    });
}

#[test]
fn two_flushes_of_an_absent_inline_key() {
    two_flushes::<u32, u32>(2300, &[]);
}

#[test]
fn two_flushes_of_an_absent_boxed_key() {
    two_flushes::<Boxed, Boxed>(4000, &[]);
}

#[test]
fn two_flushes_of_a_present_inline_key() {
    two_flushes::<u32, u32>(260, &[(1, 10)]);
}

#[test]
fn two_flushes_of_a_present_boxed_key() {
    two_flushes::<Boxed, Boxed>(440, &[(1, 10)]);
}

/// A control: parts that are read, added and written back lose one another.
#[test]
#[should_panic(expected = "a part is lost")]
fn two_flushes_that_read_and_write() {
    model(1, &["first", "second"], |witnesses, swap| {
        let map = Map::<u32, u32>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let read_and_write = |map: Map<u32, u32>, part| map.insert(1, map.get(1).expect("present") + part);
        let (first, _) = race(swap, move || read_and_write(ours, 1), move || read_and_write(theirs, 2));
        witnesses.saw(if first == Some(10) { "first" } else { "second" });
        assert_eq!(map.get(1), Some(13), "a part is lost");
    });
}

/// The key goes between the two parts, before both, or after: the last removal decides what counts.
#[test]
fn a_flush_and_a_removal() {
    model(100, &["absent", "part"], |witnesses, swap| {
        let map = Map::<u32, Boxed>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), removed) = race(swap, move || ours.merge(1, 1), move || theirs.remove(1));
        let left = map.get(1);
        witnesses.saw(if left.is_some() { "part" } else { "absent" });
        assert!(matches!((removed, left), (Some(10), Some(1)) | (Some(11), None)), "{removed:?}, {left:?}");
    });
}

fn flush_and_migration<K: Word, V: Word>(floor: usize, before: &'static [(u64, u64)]) {
    long_model(1, floor, &PLACES, move |witnesses, swap| {
        let map = Map::<K, V>::of(&[&[(7, 70)], before].concat());
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, ((), flush)) = race_traced(
            swap,
            move || {
                theirs.start_migration();
                theirs.help();
            },
            move || ours.merge(1, 1),
        );
        witnesses.saw(came_to(&flush));
        map.finish_migration();
        let sum: u64 = before.iter().map(|entry| entry.1).sum();
        assert_eq!(map.entries(), [(1, sum + 1), (7, 70)]);
    });
}

#[test]
fn flush_of_an_absent_key_and_migration() {
    flush_and_migration::<Boxed, u32>(17_000, &[]);
}

#[test]
fn flush_of_a_present_key_and_migration() {
    flush_and_migration::<u32, Boxed>(3200, &[(1, 10)]);
}

fn batch_and_migration<K: Word, V: Word>(floor: usize) {
    long_model(1, floor, &PLACES, |witnesses, swap| {
        let map = Map::<K, V>::of(&[(1, 10), (7, 70)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, (seen, batch)) = race_traced(swap, move || ours.migrate(), move || theirs.batch(&[7, 5, 1]));
        witnesses.saw(came_to(&batch));
        assert_eq!(seen, [Some(70), None, Some(10)], "present throughout, and absent");
    });
}

#[test]
fn batch_and_migration_inline() {
    batch_and_migration::<u32, Boxed>(7300);
}

#[test]
fn batch_and_migration_boxed() {
    batch_and_migration::<Boxed, u32>(45_000);
}
