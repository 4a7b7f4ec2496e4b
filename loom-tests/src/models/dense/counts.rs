//! How many entries there are, by the operations themselves.

use super::super::{model, race};
use super::Dense;
use crate::platform::epoch::number_thread;
use crate::platform::sync::model_counters;

/// `BEGIN_FIRST`, by the operations themselves: who has seen a value come, or go, counts it.
fn dense_len(striped: bool, present: bool) {
    model(190, &["seen", "not seen"], move |witnesses, swap| {
        model_counters(true);
        let map = Dense::<u32>::of(1, &[]);
        if striped {
            map.0.counter().stripe();
        }
        if present {
            map.insert(0, 1);
        }
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), (seen, len)) = race(
            swap,
            move || {
                number_thread(0);
                if present { assert_eq!(ours.remove(0), Some(1)) } else { assert_eq!(ours.insert(0, 1), None) }
            },
            move || {
                number_thread(1);
                (theirs.get(0).is_some() != present, theirs.len())
            },
        );
        witnesses.saw(if seen { "seen" } else { "not seen" });
        assert!(!seen || len == usize::from(!present), "changed, and then counted: {len}");
        assert_eq!(map.len(), usize::from(!present));
    });
}

#[test]
fn dense_len_of_what_came_in_a_cell_of_its_own() {
    dense_len(true, false);
}

#[test]
fn dense_len_of_what_came_in_a_shared_cell() {
    dense_len(false, false);
}

#[test]
fn dense_len_of_what_went() {
    dense_len(false, true);
}
