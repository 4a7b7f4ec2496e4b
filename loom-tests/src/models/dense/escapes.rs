//! Values of a primitive type that need a box, met by threads without a guard.

use super::super::{model, race};
use super::Dense;

/// A value of `u64` that stands in a box: its highest bits are those of the prefix.
const NEEDS_BOX: u64 = 1 << 61;

/// `PIN_FIRST`: the address of the box is read without a guard, and the box may be gone when there is one.
#[test]
fn get_of_a_value_that_needs_a_box() {
    model(210, &["first", "plain", "second"], |witnesses, swap| {
        let map = Dense::<u64>::of(1, &[(0, NEEDS_BOX)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), seen) = race(
            swap,
            move || {
                assert_eq!(ours.insert(0, 7), Some(NEEDS_BOX));
                assert_eq!(ours.insert(0, NEEDS_BOX + 1), Some(7));
            },
            move || theirs.get(0),
        );
        witnesses.saw(match seen.expect("present throughout") {
            NEEDS_BOX => "first",
            7 => "plain",
            second => {
                assert_eq!(second, NEEDS_BOX + 1);
                "second"
            }
        });
    });
}

/// The same for a walk.
#[test]
fn walk_and_a_value_that_needs_a_box() {
    model(140, &["absent", "boxed"], |witnesses, swap| {
        let map = Dense::<u64>::of(1, &[(0, NEEDS_BOX)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (removed, entries) = race(swap, move || ours.remove(0), move || theirs.entries());
        assert_eq!(removed, Some(NEEDS_BOX));
        assert!(entries.is_empty() || entries == [(0, NEEDS_BOX)]);
        witnesses.saw(if entries.is_empty() { "absent" } else { "boxed" });
    });
}

/// Two writers without guards meet a box, and put boxes.
#[test]
fn two_replacements_of_values_that_need_a_box() {
    model(400, &["first", "second"], |witnesses, swap| {
        let map = Dense::<u64>::of(1, &[(0, NEEDS_BOX)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (first, second) = race(swap, move || ours.add(0, 1), move || theirs.add(0, 10));
        let (first, second) = (first.expect("present"), second.expect("present"));
        witnesses.saw(if first < second { "first" } else { "second" });
        assert_eq!(first.max(second), NEEDS_BOX + 11, "no update is lost");
        assert_eq!(map.get(0), Some(NEEDS_BOX + 11));
    });
}

/// A box is removed by one who saw it without a guard, beside one who takes it for a condition.
#[test]
fn removal_of_a_value_that_needs_a_box() {
    model(230, &["removed", "replaced and removed"], |witnesses, swap| {
        let map = Dense::<u64>::of(1, &[(0, NEEDS_BOX)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (removed, set) =
            race(swap, move || ours.remove(0), move || theirs.compare_and_set(0, Some(NEEDS_BOX), Some(3)));
        match (removed, set) {
            (Some(NEEDS_BOX), Err(None)) => witnesses.saw("removed"),
            (Some(3), Ok(())) => witnesses.saw("replaced and removed"),
            other => panic!("not an order of the two: {other:?}"),
        }
        assert_eq!(map.get(0), None);
    });
}
