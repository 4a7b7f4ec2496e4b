//! The interval rule of lengths, where keys are not put into one order: no more than what had come by the end, without
//! what had gone by the start, and no less than what had come by the start, without what had gone by the end.

use super::check::Timed;
use super::event::{KeyEvent, MapEvent};
use core::ops::RangeInclusive;

/// How many keys more there are behind an event.
fn change(event: MapEvent) -> i64 {
    match event {
        MapEvent::Key(_, KeyEvent::Change { before, after }) => {
            i64::from(after.is_some()) - i64::from(before.is_some())
        }
        MapEvent::Others(number) => number,
        _ => 0,
    }
}

/// The lengths that do not keep to their intervals, and these, of a map that had so many keys at first. Nothing may be
/// swept: how many keys that takes is not on record.
pub(crate) fn outside(records: &[Timed<MapEvent>], at_first: i64) -> Vec<(Timed<MapEvent>, RangeInclusive<i64>)> {
    let mut outside = Vec::new();
    for &timed in records {
        let MapEvent::Len(least, most) = timed.event else { continue };
        let began = |other: &Timed<MapEvent>| other.start <= timed.end;
        let ended = |other: &Timed<MapEvent>| other.end < timed.start;
        let (mut lowest, mut highest) = (at_first, at_first);
        for other in records {
            let change = change(other.event);
            let (certain, possible) = (i64::from(ended(other)), i64::from(began(other)));
            lowest += change * if change > 0 { certain } else { possible };
            highest += change * if change > 0 { possible } else { certain };
        }
        if least > highest || most < lowest || least > most {
            outside.push((timed, lowest..=highest));
        }
    }
    outside
}

#[cfg(test)]
mod tests {
    use super::super::event::KeyEvent::{Change, Seen};
    use super::super::event::MapEvent::{self, Key, Len, Others};
    use super::{Timed, outside};
    use core::ops::RangeInclusive;

    const INSERTED: MapEvent = Key(0, Change { before: None, after: Some(1) });
    const REPLACED: MapEvent = Key(0, Change { before: Some(1), after: Some(2) });
    const REMOVED: MapEvent = Key(0, Change { before: Some(1), after: None });

    /// An event, and from when to when.
    type Beside = (MapEvent, u64, u64);

    /// The interval that a length, taken from 10 to 20, does not keep to, if so; of three keys at first.
    fn told(changes: &[Beside], len: MapEvent) -> Option<RangeInclusive<i64>> {
        let timed = |&(event, start, end)| Timed { event, start, end, thread: 0, name: "", migrating: false };
        let records: Vec<_> = changes.iter().chain([&(len, 10, 20)]).map(timed).collect();
        let outside = outside(&records, 3);
        assert!(outside.len() <= 1 && outside.iter().all(|(timed, _)| timed.event == len));
        outside.into_iter().next().map(|(_, interval)| interval)
    }

    #[test]
    fn lengths_outside_of_their_intervals_are_noticed() {
        let cases: [(&[Beside], RangeInclusive<i64>); 14] = [
            (&[], 3..=3),
            (&[(Key(0, Seen(None)), 0, 30), (REPLACED, 0, 30)], 3..=3),
            // In front of it.
            (&[(INSERTED, 0, 9)], 4..=4),
            (&[(REMOVED, 0, 9)], 2..=2),
            (&[(Others(2), 0, 9)], 5..=5),
            (&[(Others(-2), 0, 9)], 1..=1),
            // Beside it, if only for a moment.
            (&[(INSERTED, 0, 10)], 3..=4),
            (&[(INSERTED, 20, 30)], 3..=4),
            (&[(REMOVED, 0, 10)], 2..=3),
            (&[(REMOVED, 20, 30)], 2..=3),
            (&[(INSERTED, 12, 13), (Others(2), 14, 15), (REMOVED, 0, 30), (Others(-1), 16, 30)], 1..=6),
            // Behind it.
            (&[(INSERTED, 21, 30)], 3..=3),
            (&[(REMOVED, 21, 30)], 3..=3),
            (&[(INSERTED, 0, 9), (REMOVED, 21, 30)], 4..=4),
        ];
        for (changes, interval) in cases {
            for len in 0..=7 {
                let expected = (!interval.contains(&len)).then_some(interval.clone());
                assert_eq!(told(changes, Len(len, len)), expected, "{len} beside {changes:?}");
            }
        }
    }

    #[test]
    fn bounds_apart_from_their_intervals_are_noticed() {
        // From 3 to 5.
        let changes = [(Others(2), 0, 30)];
        for (least, most) in [(3, 5), (0, 3), (5, 9), (0, 9), (4, 4)] {
            assert_eq!(told(&changes, Len(least, most)), None, "{least} to {most}");
        }
        for (least, most) in [(0, 2), (6, 9), (5, 3)] {
            assert_eq!(told(&changes, Len(least, most)), Some(3..=5), "{least} to {most}");
        }
    }
}
