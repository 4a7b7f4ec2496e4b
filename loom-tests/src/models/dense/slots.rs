//! D1 to D3: slots of boxed values, and of values that stand in them.

use super::super::{Boxed, Word, model, race};
use super::{Dense, presence};

#[test]
fn insertion_and_get_of_a_box() {
    model(110, &["absent", "present"], |witnesses, swap| {
        let map = Dense::<Boxed>::of(2, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), seen) = race(swap, move || assert_eq!(ours.insert(1, 10), None), move || theirs.get(1));
        witnesses.saw(presence(seen.is_some()));
        assert!(seen.is_none_or(|value| value == 10));
    });
}

#[test]
fn walk_and_insertion_of_a_box() {
    model(110, &["absent", "present"], |witnesses, swap| {
        let map = Dense::<Boxed>::of(2, &[(0, 5)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), entries) = race(swap, move || assert_eq!(ours.insert(1, 10), None), move || theirs.entries());
        witnesses.saw(presence(entries.len() == 2));
        assert!(entries == [(0, 5)] || entries == [(0, 5), (1, 10)], "{entries:?}");
    });
}

#[test]
fn replacement_and_get_of_a_box() {
    model(90, &["10", "11"], |witnesses, swap| {
        let map = Dense::<Boxed>::of(1, &[(0, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), seen) = race(swap, move || assert_eq!(ours.insert(0, 11), Some(10)), move || theirs.get(0));
        witnesses.saw(seen.expect("present throughout"));
    });
}

#[test]
fn two_insertions_of_a_box() {
    model(180, &["first", "second"], |witnesses, swap| {
        let map = Dense::<Boxed>::of(1, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        match race(swap, move || ours.insert(0, 11), move || theirs.insert(0, 12)) {
            (None, Some(11)) => witnesses.saw("first"),
            (Some(12), None) => witnesses.saw("second"),
            other => panic!("one of the two comes first: {other:?}"),
        }
        assert_eq!(map.len(), 1);
    });
}

#[test]
fn two_replacements_of_a_box() {
    model(150, &["10 then 11", "12 then 10"], |witnesses, swap| {
        let map = Dense::<Boxed>::of(1, &[(0, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (before_11, before_12) = race(swap, move || ours.insert(0, 11), move || theirs.insert(0, 12));
        let (before_11, before_12) = (before_11.expect("present"), before_12.expect("present"));
        witnesses.saw(format_args!("{before_11} then {before_12}"));
        assert_eq!(map.get(0), Some(if before_11 == 10 { 12 } else { 11 }));
    });
}

#[test]
fn two_updates_of_an_index() {
    model(90, &["110", "1010"], |witnesses, swap| {
        let map = Dense::<u32>::of(1, &[(0, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (hundred, _) = race(swap, move || ours.add(0, 100), move || theirs.add(0, 1000));
        witnesses.saw(if hundred == Some(110) { "110" } else { "1010" });
        assert_eq!(map.get(0), Some(1110), "no update is lost");
    });
}

#[test]
fn two_removals_of_a_box() {
    model(140, &["first", "second"], |witnesses, swap| {
        let map = Dense::<Boxed>::of(1, &[(0, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        match race(swap, move || ours.remove(0), move || theirs.remove(0)) {
            (Some(10), None) => witnesses.saw("first"),
            (None, Some(10)) => witnesses.saw("second"),
            other => panic!("a value is removed once: {other:?}"),
        }
        assert_eq!(map.len(), 0);
    });
}

#[test]
fn removal_and_insertion_of_a_box() {
    model(150, &["absent", "present"], |witnesses, swap| {
        let map = Dense::<Boxed>::of(1, &[(0, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        match race(swap, move || ours.remove(0), move || theirs.insert(0, 11)) {
            (Some(10), None) => witnesses.saw("present"),
            (Some(11), Some(10)) => witnesses.saw("absent"),
            other => panic!("not an order of the two: {other:?}"),
        }
        assert_eq!(map.len(), map.entries().len());
    });
}

#[test]
fn removal_and_update_of_an_index() {
    model(90, &["removed 10", "removed 11"], |witnesses, swap| {
        let map = Dense::<u32>::of(1, &[(0, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (removed, added) = race(swap, move || ours.remove(0), move || theirs.add(0, 1));
        let removed = removed.expect("a removal does not give up because it is late");
        witnesses.saw(format_args!("removed {removed}"));
        assert_eq!(added, (removed == 11).then_some(11));
        assert_eq!(map.get(0), None);
    });
}

#[test]
fn removal_and_compare_and_set_of_a_box() {
    model(150, &["removed", "replaced and removed"], |witnesses, swap| {
        let map = Dense::<Boxed>::of(1, &[(0, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        match race(swap, move || ours.remove(0), move || theirs.compare_and_set(0, Some(10), Some(11))) {
            (Some(10), Err(None)) => witnesses.saw("removed"),
            (Some(11), Ok(())) => witnesses.saw("replaced and removed"),
            other => panic!("not an order of the two: {other:?}"),
        }
    });
}

/// The same without a look at the slot before.
#[test]
fn two_compare_and_sets_of_an_index() {
    model(20, &["first", "second"], |witnesses, swap| {
        let map = Dense::<u32>::of(1, &[(0, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let results = race(
            swap,
            move || ours.compare_and_set(0, Some(10), Some(11)),
            move || theirs.compare_and_set(0, Some(10), Some(12)),
        );
        match results {
            (Ok(()), Err(Some(11))) => witnesses.saw("first"),
            (Err(Some(12)), Ok(())) => witnesses.saw("second"),
            other => panic!("one succeeds, the other sees it: {other:?}"),
        }
    });
}

/// D1, D2: a compare-and-set of what another thread is about to put there.
fn insertion_and_compare_and_set<V: Word>(floor: usize) {
    model(floor, &["inserted", "inserted and replaced"], |witnesses, swap| {
        let map = Dense::<V>::of(1, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        match race(swap, move || ours.insert(0, 10), move || theirs.compare_and_set(0, Some(10), Some(11))) {
            (None, Err(None)) => {
                witnesses.saw("inserted");
                assert_eq!(map.get(0), Some(10));
            }
            (None, Ok(())) => {
                witnesses.saw("inserted and replaced");
                assert_eq!(map.get(0), Some(11));
            }
            other => panic!("not an order of the two: {other:?}"),
        }
        assert_eq!(map.len(), 1);
    });
}

#[test]
fn insertion_and_compare_and_set_of_a_box() {
    insertion_and_compare_and_set::<Boxed>(100);
}

#[test]
fn insertion_and_compare_and_set_of_an_index() {
    insertion_and_compare_and_set::<u32>(100);
}

/// D1, D2: an update changes what was inserted, and inserts nothing.
#[test]
fn insertion_and_update_of_a_box() {
    model(100, &["10", "11"], |witnesses, swap| {
        let map = Dense::<Boxed>::of(1, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (before, added) = race(swap, move || ours.insert(0, 10), move || theirs.add(0, 1));
        assert_eq!((before, added.is_none_or(|added| added == 11)), (None, true));
        let left = map.get(0).expect("inserted");
        assert_eq!(left, added.unwrap_or(10), "an update is not lost");
        witnesses.saw(left);
    });
}
