//! The search for an order of operations (Wing and Gong, with Lowe's memory of what was tried).

use core::fmt::Debug;
use core::hash::Hash;
use std::collections::HashSet;

/// What an operation has returned, as a statement about the object at one moment.
pub(crate) trait Event: Copy + Debug {
    type State: Copy + Eq + Hash;

    /// The state after it, if it can return what it did in this state.
    fn apply(&self, state: Self::State) -> Option<Self::State>;
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

/// Whether two of the events overlap, of two threads; they are sorted by their starts.
pub(crate) fn overlap<E>(events: &[Timed<E>]) -> bool {
    let begun_within = |timed: &Timed<E>, before: &Timed<E>| before.thread != timed.thread && timed.start <= before.end;
    events.iter().enumerate().any(|(index, timed)| events[..index].iter().any(|before| begun_within(timed, before)))
}

#[cfg(test)]
mod tests {
    use super::super::event::KeyEvent::{self, Change, Seen};
    use super::{Search, Timed, overlap};

    fn timed(event: KeyEvent, start: u64, end: u64) -> Timed<KeyEvent> {
        Timed { event, start, end, thread: usize::from(start > 0), name: "", migrating: false }
    }

    fn linearizable(events: &[Timed<KeyEvent>]) -> bool {
        Search::default().finds_order(None, events)
    }

    #[test]
    fn orders_are_found_and_missing_ones_noticed() {
        let insert = |value, before| Change { before, after: Some(value) };
        // A lookup beside an insertion may see it or not, one behind it must.
        for (found, start, expected) in [(Some(1), 1, true), (None, 1, true), (Some(1), 9, true), (None, 9, false)] {
            let events = [timed(insert(1, None), 0, 5), timed(Seen(found), start, start + 1)];
            assert_eq!(linearizable(&events), expected, "{events:?}");
            assert_eq!(overlap(&events), start == 1);
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
