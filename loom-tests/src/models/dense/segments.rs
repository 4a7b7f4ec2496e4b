//! S1: segments are made beside those who look for them.

use super::super::{Boxed, model, race, race_at, tried_by};
use super::{Dense, presence};

/// S1 beside a lookup of the very slot, and of its neighbour, which is empty.
#[test]
fn get_and_a_new_segment() {
    model(250, &["absent", "present"], |witnesses, swap| {
        let map = Dense::<u32>::of(1, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), (seen, neighbour)) =
            race(swap, move || assert_eq!(ours.insert(2, 10), None), move || (theirs.get(2), theirs.get(3)));
        witnesses.saw(presence(seen.is_some()));
        assert!(seen.is_none_or(|value| value == 10) && neighbour.is_none());
        assert_eq!(map.entries(), [(2, 10)]);
    });
}

/// One of two segments is installed, and both values are in it.
#[test]
fn two_new_segments() {
    model(250, &["both", "first", "second"], |witnesses, swap| {
        let map = Dense::<u32>::of(1, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (first, second) = race_at("SEGMENT_SET", swap, move || ours.insert(2, 10), move || theirs.insert(3, 20));
        witnesses.saw(tried_by(first.1, second.1));
        assert_eq!(map.entries(), [(2, 10), (3, 20)]);
    });
}

/// The same for two writers of one slot: the value that is late replaces the other, and is not lost with its segment.
#[test]
fn two_insertions_into_a_new_segment() {
    model(1000, &["first", "second"], |witnesses, swap| {
        let map = Dense::<Boxed>::of(0, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let first = match race(swap, move || ours.try_insert(1, 10), move || theirs.try_insert(1, 20)) {
            (true, false) => true,
            (false, true) => false,
            both => panic!("one comes in: {both:?}"),
        };
        witnesses.saw(if first { "first" } else { "second" });
        assert_eq!(map.entries(), [(1, if first { 10 } else { 20 })]);
    });
}

#[test]
fn walk_and_a_new_segment() {
    model(170, &["absent", "present"], |witnesses, swap| {
        let map = Dense::<u32>::of(1, &[(0, 5)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), entries) = race(swap, move || assert_eq!(ours.insert(2, 10), None), move || theirs.entries());
        witnesses.saw(presence(entries.len() == 2));
        assert!(entries == [(0, 5)] || entries == [(0, 5), (2, 10)], "{entries:?}");
    });
}

/// A removal, and a conditional replacement, of an index without a segment make none.
#[test]
fn removal_beside_a_new_segment() {
    model(400, &["absent", "removed"], |witnesses, swap| {
        let map = Dense::<Boxed>::of(0, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (before, removed) = race(swap, move || ours.insert(0, 10), move || theirs.remove(0));
        assert!(before.is_none() && removed.is_none_or(|value| value == 10));
        witnesses.saw(if removed.is_some() { "removed" } else { "absent" });
        assert_eq!(map.get(0).is_some(), removed.is_none());
    });
}
