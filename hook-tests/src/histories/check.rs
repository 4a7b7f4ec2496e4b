//! The search for an order of operations (Wing and Gong, with Lowe's memory of what was tried).

use core::fmt::Debug;
use core::hash::Hash;
use std::collections::HashSet;

/// What an operation has returned, as a statement about the object at one moment.
pub(crate) trait Event: Copy + Debug {
    type State: Copy + Eq + Hash;

    /// The state after it, if it can return what it did in this state.
    fn apply(&self, state: Self::State) -> Option<Self::State>;

    /// Whether the state may be another one after it.
    fn may_change(&self) -> bool;
}

/// An event between two moments, by a thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timed<E> {
    pub(crate) event: E,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) thread: usize,
    /// The operation.
    pub(crate) name: &'static str,
    /// It took part in a migration, or met one.
    pub(crate) migrating: bool,
}

/// The memory of a search, kept for the next one.
pub(crate) struct Search<E: Event> {
    tried: HashSet<(u128, E::State), foldhash::fast::FixedState>,
    open: Vec<(u128, E::State)>,
}

impl<E: Event> Default for Search<E> {
    fn default() -> Self {
        Self { tried: HashSet::default(), open: Vec::new() }
    }
}

impl<E: Event> Search<E> {
    /// At most so many events: a set of them is a word.
    pub(crate) const MOST: usize = 128;

    /// Whether there is an order of the events, which are sorted by their starts.
    pub(crate) fn finds_order(&mut self, initial: E::State, events: &[Timed<E>]) -> bool {
        assert!(events.len() <= Self::MOST && events.is_sorted_by_key(|event| event.start));
        let all = if events.len() == Self::MOST { u128::MAX } else { (1 << events.len()) - 1 };
        self.tried.clear();
        self.open.clear();
        self.open.push((0, initial));
        while let Some((done, state)) = self.open.pop() {
            if done == all {
                return true;
            }
            if !self.tried.insert((done, state)) {
                continue;
            }
            let first = self.open.len();
            // What starts behind the end of another that still waits cannot be next, nor can anything that starts later.
            let mut first_end = u64::MAX;
            for (index, timed) in events.iter().enumerate().skip(done.trailing_ones() as usize) {
                if done >> index & 1 == 1 {
                    continue;
                }
                if timed.start > first_end {
                    break;
                }
                first_end = first_end.min(timed.end);
                if let Some(state) = timed.event.apply(state) {
                    self.open.push((done | 1 << index, state));
                }
            }
            // The one that has started first is tried first.
            self.open[first..].reverse();
        }
        false
    }
}

/// How threads have met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Meeting {
    /// Not at all, or only to look at what stayed as it was.
    None,
    /// Something that may have changed the state overlaps with an event of another thread.
    Overlap,
    /// One of such a pair took part in a migration.
    InMigration,
}

/// How the threads have met whose events these are, sorted by their starts.
pub(crate) fn meeting<E: Event>(events: &[Timed<E>]) -> Meeting {
    let meeting = |timed: &Timed<E>, before: &Timed<E>| match () {
        () if before.thread == timed.thread || timed.start > before.end => Meeting::None,
        () if !before.event.may_change() && !timed.event.may_change() => Meeting::None,
        () if before.migrating || timed.migrating => Meeting::InMigration,
        () => Meeting::Overlap,
    };
    let pairs =
        events.iter().enumerate().flat_map(|(index, timed)| events[..index].iter().map(move |before| (timed, before)));
    pairs.map(|(timed, before)| meeting(timed, before)).max().unwrap_or(Meeting::None)
}

#[cfg(test)]
mod tests {
    use super::super::event::KeyEvent::{self, Change, Seen, Swept};
    use super::super::event::MapEvent::{self, Key, Len, Others};
    use super::super::event::{Condition, KEYS};
    use super::{Meeting, Search, Timed, meeting};

    fn timed<E>(event: E, start: u64, end: u64) -> Timed<E> {
        Timed { event, start, end, thread: usize::from(start > 0), name: "", migrating: false }
    }

    fn linearizable(events: &[Timed<KeyEvent>]) -> bool {
        Search::default().finds_order(None, events)
    }

    /// The same for a map without a key.
    fn map_linearizable(events: &[Timed<MapEvent>]) -> bool {
        Search::default().finds_order(([None; KEYS], 0), events)
    }

    fn insert(value: u64, before: Option<u64>) -> KeyEvent {
        Change { before, after: Some(value) }
    }

    #[test]
    fn orders_are_found_and_missing_ones_noticed() {
        // A lookup beside an insertion may see it or not, one behind it must.
        for (found, start, expected) in [(Some(1), 1, true), (None, 1, true), (Some(1), 9, true), (None, 9, false)] {
            let events = [timed(insert(1, None), 0, 5), timed(Seen(found), start, start + 1)];
            assert_eq!(linearizable(&events), expected, "{events:?}");
            assert_eq!(meeting(&events), if start == 1 { Meeting::Overlap } else { Meeting::None });
        }
        // Two removals of one value.
        let remove = Change { before: Some(1), after: None };
        assert!(!linearizable(&[timed(insert(1, None), 0, 1), timed(remove, 2, 9), timed(remove, 2, 9)]));
        // A lost update.
        let update = |before, after| Change { before: Some(before), after: Some(after) };
        assert!(!linearizable(&[timed(insert(5, None), 0, 1), timed(update(5, 6), 2, 9), timed(update(5, 7), 2, 9)]));
        assert!(linearizable(&[timed(insert(5, None), 0, 1), timed(update(7, 6), 2, 9), timed(update(5, 7), 2, 9)]));
        // New, then old.
        let events = [timed(insert(1, None), 0, 9), timed(Seen(Some(1)), 1, 2), timed(Seen(None), 3, 4)];
        assert!(!linearizable(&events));
    }

    #[test]
    fn threads_meet_where_one_of_them_may_change_something() {
        let look = Seen(None);
        for (first, second, expected) in [
            (look, look, Meeting::None),
            (insert(1, None), look, Meeting::Overlap),
            (look, Swept(Condition::Any), Meeting::Overlap),
            (insert(1, None), insert(2, Some(1)), Meeting::Overlap),
        ] {
            for (one, other) in [(false, false), (true, false), (false, true)] {
                let expected =
                    if expected == Meeting::Overlap && (one || other) { Meeting::InMigration } else { expected };
                // In the migration is who has not met anybody, too.
                let alone = Timed { migrating: true, ..timed(insert(9, None), 9, 10) };
                let first = Timed { migrating: one, ..timed(first, 0, 5) };
                let second = Timed { migrating: other, ..timed(second, 3, 8) };
                assert_eq!(meeting(&[first, second, alone]), expected);
                assert_eq!(meeting(&[first, Timed { thread: first.thread, ..second }]), Meeting::None);
            }
        }
    }

    /// What a traversal, a partition or a batch says of a key holds at some moment of the call.
    #[test]
    fn a_walk_past_a_key_that_is_there_is_noticed() {
        let remove = Change { before: Some(2), after: None };
        // A key that comes and goes, and what is said of it between two moments.
        for (start, end, present, absent) in [
            (0, 2, false, true),
            (0, 12, true, true),
            (12, 18, true, false),
            (18, 32, true, true),
            (32, 40, false, true),
        ] {
            for (found, expected) in [(Some(2), present), (None, absent), (Some(3), false)] {
                let mut events =
                    [timed(insert(2, None), 10, 11), timed(remove, 20, 30), timed(Seen(found), start, end)];
                events.sort_by_key(|timed| timed.start);
                assert_eq!(linearizable(&events), expected, "{events:?}");
            }
        }
    }

    /// What `clear` and `retain` say of a key holds at some moment of the call, too.
    #[test]
    fn a_key_that_a_sweep_passes_over_is_noticed() {
        let swept = |value, condition, start, found| {
            let sweep = timed(Swept(condition), start, start + 5);
            linearizable(&[timed(insert(value, None), 0, 5), sweep, timed(Seen(found), 20, 30)])
        };
        for condition in [Condition::Any, Condition::Even] {
            // Behind the insertion, and beside it.
            assert!(swept(2, condition, 9, None) && swept(2, condition, 5, None));
            assert!(!swept(2, condition, 9, Some(2)) && swept(2, condition, 5, Some(2)));
        }
        // What does not meet the condition stays.
        assert!(swept(3, Condition::Even, 9, Some(3)) && swept(3, Condition::Even, 5, Some(3)));
        assert!(!swept(3, Condition::Even, 9, None) && !swept(3, Condition::Even, 5, None));
    }

    #[test]
    fn a_stale_length_is_noticed() {
        let remove = Change { before: Some(1), after: None };
        // A length beside an insertion may count it or not, one behind it must.
        for (len, start, expected) in [(1, 1, true), (0, 1, true), (1, 9, true), (0, 9, false), (2, 9, false)] {
            for came in [Key(1, insert(1, None)), Others(1)] {
                let events = [timed(came, 0, 5), timed(Len(len, len), start, start + 1)];
                assert_eq!(map_linearizable(&events), expected, "{events:?}");
            }
            let events = [
                timed(Key(1, insert(1, None)), 0, 0),
                timed(Key(2, insert(2, None)), 0, 0),
                timed(Key(1, remove), 0, 5),
                timed(Len(2 - len, 2 - len), start, start + 1),
            ];
            assert_eq!(map_linearizable(&events), expected, "{events:?}");
        }
        // Bounds, one of which is enough.
        for (least, most, expected) in [(0, 2, true), (1, 9, true), (0, 0, false), (2, 9, false)] {
            let events = [timed(Others(1), 0, 5), timed(Len(least, most), 9, 10)];
            assert_eq!(map_linearizable(&events), expected, "{events:?}");
        }
        // Many, then few.
        let events = [timed(Others(1), 0, 9), timed(Len(1, 1), 1, 2), timed(Len(0, 0), 3, 4)];
        assert!(!map_linearizable(&events));
    }

    /// Orders of single keys make one of all keys, but not with a length between them.
    #[test]
    fn keys_that_fit_one_by_one_and_not_together_are_noticed() {
        let of = |key| [timed(Key(key, insert(1, None)), 0, 20), timed(Key(key, Seen(Some(1))), 1, 2)];
        for (len, start, each, both) in [(1, 3, true, false), (2, 3, false, true), (1, 1, true, true)] {
            let len = timed(Len(len, len), start, start + 1);
            let [one, other] = [of(0), of(1)];
            assert_eq!(map_linearizable(&[one[0], one[1], len]), each);
            assert_eq!(map_linearizable(&[other[0], other[1], len]), each);
            assert_eq!(map_linearizable(&[one[0], other[0], one[1], other[1], len]), both, "{len:?}");
            assert!(map_linearizable(&[one[0], other[0], one[1], other[1]]));
        }
    }

    /// Each of two threads inserts a key, and then misses the other's, or does not count it.
    #[test]
    fn two_threads_that_miss_each_other_are_noticed() {
        let inserts = [0, 1].map(|key| timed(Key(key, insert(1, None)), 0, 5));
        for (looks, expected) in [
            ([Key(1, Seen(None)), Key(0, Seen(None))], false),
            ([Len(1, 1), Len(1, 1)], false),
            ([Key(1, Seen(None)), Len(1, 1)], false),
            ([Key(1, Seen(Some(1))), Key(0, Seen(Some(1)))], true),
            ([Len(2, 2), Len(2, 2)], true),
        ] {
            let [first, second] = looks.map(|look| timed(look, 6, 9));
            assert_eq!(map_linearizable(&[inserts[0], inserts[1], first, second]), expected, "{looks:?}");
            // One of them alone, beside the other's insertion.
            let beside = timed(inserts[1].event, 0, 20);
            assert!(map_linearizable(&[inserts[0], beside, first]), "{first:?}");
        }
    }

    /// The operations of a history as long as a set can be, all at once and in the only order that there is.
    #[test]
    fn a_long_chain_is_found() {
        let link = |number| Change { before: (number > 0).then_some(number), after: Some(number + 1) };
        let chain: Vec<_> = (0..128).rev().map(|number| timed(link(number), 0, 1)).collect();
        assert!(linearizable(&chain));
        let broken: Vec<_> = chain.iter().copied().filter(|timed| timed.event != link(60)).collect();
        assert!(!linearizable(&broken));
    }
}
