//! The search for an order of the operations on one key (Wing and Gong, with Lowe's memory of what was tried).

use std::collections::HashSet;

/// An operation with what it returned. Values are numbers, unique within a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Get {
        found: Option<u64>,
    },
    Insert {
        value: u64,
        before: Option<u64>,
    },
    Remove {
        before: Option<u64>,
    },
    /// From a value or absence to another; `None`: remove.
    CompareAndSet {
        expected: Option<u64>,
        desired: Option<u64>,
        result: Result<(), Option<u64>>,
    },
    /// Adds to the value; returns the new one.
    Update {
        amount: u64,
        after: Option<u64>,
    },
}

/// An event between two moments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timed {
    pub(super) event: Event,
    pub(super) start: u64,
    pub(super) end: u64,
}

impl Event {
    /// The state after it, if it can return what it did in this state.
    fn apply(self, state: Option<u64>) -> Option<Option<u64>> {
        match self {
            Self::Get { found } => (found == state).then_some(state),
            Self::Insert { value, before } => (before == state).then_some(Some(value)),
            Self::Remove { before } => (before == state).then_some(None),
            Self::CompareAndSet { expected, desired, result } => match result {
                Ok(()) => (expected == state).then_some(desired),
                Err(actual) => (actual == state && expected != state).then_some(state),
            },
            Self::Update { amount, after } => {
                let new = state.map(|value| value + amount);
                (after == new).then_some(new)
            }
        }
    }
}

/// Whether there is an order. At most 64 events; the key is absent at first.
pub(super) fn linearizable(events: &[Timed]) -> bool {
    assert!(events.len() <= 64, "a set of events is a word");
    let all = if events.len() == 64 { u64::MAX } else { (1 << events.len()) - 1 };
    let mut tried = HashSet::new();
    let mut open = vec![(0_u64, None)];
    while let Some((done, state)) = open.pop() {
        if done == all {
            return true;
        }
        if !tried.insert((done, state)) {
            continue;
        }
        let waiting = || events.iter().enumerate().filter(|(index, _)| done >> index & 1 == 0);
        // What starts behind the end of another that still waits cannot be next.
        let first_end = waiting().map(|(_, event)| event.end).min().unwrap_or(u64::MAX);
        for (index, timed) in waiting().filter(|(_, timed)| timed.start <= first_end) {
            if let Some(state) = timed.event.apply(state) {
                open.push((done | 1 << index, state));
            }
        }
    }
    false
}

/// How many pairs of events overlap, and how many do not.
pub(super) fn overlaps(events: &[Timed]) -> (usize, usize) {
    let mut counts = (0, 0);
    for (index, one) in events.iter().enumerate() {
        for other in &events[index + 1..] {
            if one.start <= other.end && other.start <= one.end {
                counts.0 += 1;
            } else {
                counts.1 += 1;
            }
        }
    }
    counts
}

#[test]
fn orders_are_found_and_missing_ones_noticed() {
    let timed = |event, start, end| Timed { event, start, end };
    let insert = |value, before| Event::Insert { value, before };
    let get = |found| Event::Get { found };
    // A lookup beside an insertion may see it or not, one behind it must.
    for (found, start, expected) in [(Some(1), 1, true), (None, 1, true), (Some(1), 9, true), (None, 9, false)] {
        let events = [timed(insert(1, None), 0, 5), timed(get(found), start, start + 1)];
        assert_eq!(linearizable(&events), expected, "{events:?}");
    }
    // Two removals of one value.
    let remove = Event::Remove { before: Some(1) };
    assert!(!linearizable(&[timed(insert(1, None), 0, 1), timed(remove, 2, 9), timed(remove, 2, 9)]));
    // A lost update.
    let update = |after| Event::Update { amount: 1, after: Some(after) };
    assert!(!linearizable(&[timed(insert(5, None), 0, 1), timed(update(6), 2, 9), timed(update(6), 2, 9)]));
    assert!(linearizable(&[timed(insert(5, None), 0, 1), timed(update(7), 2, 9), timed(update(6), 2, 9)]));
    // New, then old.
    let events = [timed(insert(1, None), 0, 9), timed(get(Some(1)), 1, 2), timed(get(None), 3, 4)];
    assert!(!linearizable(&events));
}
