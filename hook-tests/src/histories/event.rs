//! What operations say about one key, and about a map of few keys.

use super::check::Event;

/// A statement about the value of a key. Values are numbers, unique within a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyEvent {
    /// This was there, and stayed.
    Seen(Option<u64>),
    /// Something was there, or nothing.
    Present(bool),
    Change {
        before: Option<u64>,
        after: Option<u64>,
    },
    /// There was nothing, or a value that did not meet the condition.
    NotMet(Condition),
    /// Whatever was there went, if it met the condition.
    Swept(Condition),
    /// Whatever was there, this is there now.
    Put(u64),
    /// This was merged with what was there, or put where there was nothing.
    Merged(u64),
    /// What was returned contradicts itself.
    Nonsense,
}

/// What a value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Any,
    /// The number of the thread that made it is even.
    Even,
}

/// Values are numbers `1 + operation` of a thread, with room for attempts and the number of the thread.
pub(crate) fn value_of(thread: usize, operation: usize) -> u64 {
    (1 + operation as u64) << 16 | thread as u64
}

/// What stands for two values: the second one with a trace of the first in the place of attempts.
pub(crate) fn merged(before: u64, row: u64) -> u64 {
    let trace = before.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    // By threes, since a value must stay one of those that stand inline.
    row + ((3 * (1 + trace % 63)) << 8)
}

impl Condition {
    pub(crate) fn is_met_by(self, value: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Even => value & 1 == 0,
        }
    }
}

impl Event for KeyEvent {
    type State = Option<u64>;

    fn apply(&self, state: Option<u64>) -> Option<Option<u64>> {
        match *self {
            Self::Seen(found) => (found == state).then_some(state),
            Self::Present(present) => (present == state.is_some()).then_some(state),
            Self::Change { before, after } => (before == state).then_some(after),
            Self::NotMet(condition) => state.is_none_or(|value| !condition.is_met_by(value)).then_some(state),
            Self::Swept(condition) => Some(state.filter(|&value| !condition.is_met_by(value))),
            Self::Put(value) => Some(Some(value)),
            Self::Merged(row) => Some(Some(state.map_or(row, |before| merged(before, row)))),
            Self::Nonsense => None,
        }
    }

    fn may_change(&self) -> bool {
        match self {
            Self::Change { .. } | Self::Swept(_) | Self::Put(_) | Self::Merged(_) => true,
            Self::Seen(_) | Self::Present(_) | Self::NotMet(_) | Self::Nonsense => false,
        }
    }
}

/// Keys of a round that are on record.
pub(crate) const KEYS: usize = 3;

/// A statement about a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MapEvent {
    Key(usize, KeyEvent),
    /// So many other keys came.
    Others(i64),
    /// The number of all keys was between these.
    Len(i64, i64),
}

/// The values of the keys on record, and how many others there are.
pub(crate) type MapState = ([Option<u64>; KEYS], i64);

impl Event for MapEvent {
    type State = MapState;

    fn apply(&self, (mut keys, others): MapState) -> Option<MapState> {
        match *self {
            Self::Key(key, event) => {
                keys[key] = event.apply(keys[key])?;
                Some((keys, others))
            }
            Self::Others(number) => Some((keys, others + number)),
            Self::Len(least, most) => {
                let len = others + keys.iter().flatten().count() as i64;
                (least..=most).contains(&len).then_some((keys, others))
            }
        }
    }

    fn may_change(&self) -> bool {
        match self {
            Self::Key(_, event) => event.may_change(),
            Self::Others(number) => *number != 0,
            Self::Len(..) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::KeyEvent::{Change, Merged, Nonsense, NotMet, Present, Put, Seen, Swept};
    use super::MapEvent::{Key, Len, Others};
    use super::{Condition, Event, MapState, merged, value_of};

    /// Where nothing is, where a value meets the condition, and where one does not.
    const STATES: [Option<u64>; 3] = [None, Some(2), Some(3)];

    #[test]
    fn statements_about_a_key_do_not_fit_every_state() {
        let (never, gone, is) = (None, Some(None), |value| Some(Some(value)));
        let row = value_of(1, 4);
        let cases = [
            (Seen(None), [gone, never, never]),
            (Seen(Some(2)), [never, is(2), never]),
            (Present(false), [gone, never, never]),
            (Present(true), [never, is(2), is(3)]),
            (Change { before: None, after: Some(5) }, [is(5), never, never]),
            (Change { before: Some(2), after: Some(5) }, [never, is(5), never]),
            (Change { before: Some(3), after: None }, [never, never, gone]),
            (NotMet(Condition::Any), [gone, never, never]),
            (NotMet(Condition::Even), [gone, never, is(3)]),
            (Swept(Condition::Any), [gone, gone, gone]),
            (Swept(Condition::Even), [gone, gone, is(3)]),
            (Put(5), [is(5), is(5), is(5)]),
            (Merged(row), [is(row), is(merged(2, row)), is(merged(3, row))]),
            (Nonsense, [never, never, never]),
        ];
        for (event, expected) in cases {
            assert_eq!(STATES.map(|state| event.apply(state)), expected, "{event:?}");
        }
    }

    /// What two rows come to tells which of them came first.
    #[test]
    fn rows_that_are_merged_leave_a_trace() {
        let rows = [value_of(0, 1), value_of(1, 1), value_of(2, 7)];
        for (one, other) in [(rows[0], rows[1]), (rows[0], rows[2]), (rows[1], rows[2])] {
            let (there, back) = (merged(one, other), merged(other, one));
            assert!(there != back && ![one, other].contains(&there) && ![one, other].contains(&back));
        }
    }

    #[test]
    fn statements_about_a_map_do_not_fit_every_state() {
        let state: MapState = ([None, Some(2), Some(3)], 4);
        // Six keys.
        for (least, most) in [(6, 6), (0, 6), (6, 9), (0, 9)] {
            assert_eq!(Len(least, most).apply(state), Some(state), "{least} to {most}");
        }
        for (least, most) in [(5, 5), (7, 7), (0, 5), (7, 9), (9, 0)] {
            assert_eq!(Len(least, most).apply(state), None, "{least} to {most}");
        }
        assert_eq!(Others(-4).apply(state), Some((state.0, 0)));
        assert_eq!(Key(1, Swept(Condition::Any)).apply(state), Some(([None, None, Some(3)], 4)));
        assert_eq!(Key(0, Seen(Some(2))).apply(state), None);
    }
}
