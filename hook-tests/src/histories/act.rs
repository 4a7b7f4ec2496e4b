//! Operations, and what their results say. One text for both maps, whose keys go in differently.

use super::event::{KEYS, KeyEvent};
use super::record::{Actor, Fake};

/// Does `$step` on the handle `$map`, whose keys are lent as `$lent(index)` and given as `$given(index)`, where the index is one of
/// the keys on record. `$values` is the type of values.
macro_rules! act {
    ($map:expr, $actor:expr, $step:expr, $values:ty, $lent:expr, $given:expr) => {{
        use $crate::api::{Compute, Expected};
        use $crate::histories::event::KeyEvent::{Change, Nonsense, NotMet, Present, Seen};
        use $crate::histories::event::MapEvent;
        use $crate::histories::program::Action::*;
        use $crate::histories::program::CONDITION;
        use $crate::histories::program::Step;
        use $crate::histories::record::{Actor, Fake};

        let (map, actor, step): (_, &mut Actor<'_>, Step) = ($map, $actor, $step);
        let (key, value) = (step.key, actor.value());
        let make = |number: u64| <$values>::numbered(number);
        let number = |value: &$values| value.number();
        // What a conditional operation says that has returned what was there before, or what was there instead.
        let conditional = |expected: Option<Option<u64>>,
                           after: Option<u64>,
                           result: Result<Option<u64>, Option<u64>>| {
            match result {
                Ok(before) if expected.is_none_or(|expected| expected == before) => Change { before, after },
                Err(actual) if expected.is_some_and(|expected| expected != actual) => Seen(actual),
                _ => Nonsense,
            }
        };
        let event = match step.action {
            Get => Seen(map.get($lent(key)).as_deref().map(number)),
            Contains => Present(map.contains_key($lent(key))),
            Insert => {
                let before = map.insert($given(key), make(value));
                Change { before: before.as_deref().map(number), after: Some(value) }
            }
            Remove => match map.remove($lent(key)).as_deref().map(number) {
                Some(before) => Change { before: Some(before), after: None },
                None => Seen(None),
            },
            RemoveIf => match map.remove_if($lent(key), |value| CONDITION.is_met_by(value.number())) {
                Some(before) if CONDITION.is_met_by(before.number()) => {
                    Change { before: Some(before.number()), after: None }
                }
                Some(_) => Nonsense,
                None => NotMet(CONDITION),
            },
            Update => {
                let mut seen = None;
                let updated = map.update($lent(key), |before| {
                    seen = Some(before.number());
                    make(actor.next_value())
                });
                match updated.as_deref().map(number) {
                    None => Seen(None),
                    Some(after) if after == actor.value() => Change { before: seen, after: Some(after) },
                    Some(_) => Nonsense,
                }
            }
            Upsert => {
                let mut seen = None;
                let upserted = map.upsert(
                    $given(key),
                    || make(value),
                    |before| {
                        seen = Some(before.number());
                        make(actor.next_value())
                    },
                );
                match upserted.number() {
                    after if after == value => Change { before: None, after: Some(after) },
                    after if after == actor.value() => Change { before: seen, after: Some(after) },
                    _ => Nonsense,
                }
            }
            GetOrInsert | GetOrInsertWith => {
                let found = if step.action == GetOrInsert {
                    map.get_or_insert($given(key), make(value))
                } else {
                    map.get_or_insert_with($given(key), || make(value))
                };
                match found.number() {
                    after if after == value => Change { before: None, after: Some(after) },
                    other => Seen(Some(other)),
                }
            }
            ComputePut | ComputeToggle | ComputeKeep => {
                let (mut seen, mut wanted) = (None, None);
                let computed = map.compute($given(key), |before| {
                    seen = before.map(number);
                    wanted = match step.action {
                        ComputeKeep => seen,
                        ComputeToggle if seen.is_some() => None,
                        _ => Some(actor.next_value()),
                    };
                    match wanted {
                        _ if wanted == seen => Compute::Keep,
                        Some(value) => Compute::Put(make(value)),
                        None => Compute::Remove,
                    }
                });
                let before = computed.before.as_deref().map(number);
                let after = computed.after.as_deref().map(number);
                match (before, after) == (seen, wanted) {
                    true if before == after => Seen(before),
                    true => Change { before, after },
                    false => Nonsense,
                }
            }
            CompareAndSet | CompareAndRemove | SetAny | RemoveAny => {
                let expected = matches!(step.action, CompareAndSet | CompareAndRemove).then(|| actor.known(key));
                let after = matches!(step.action, CompareAndSet | SetAny).then_some(value);
                if let (Fake::TwoSteps, Some(expected)) = (actor.fake, expected) {
                    match map.get($lent(key)).as_deref().map(number) {
                        actual if actual != expected => Seen(actual),
                        before => {
                            match after {
                                Some(value) => drop(map.insert($given(key), make(value))),
                                None => drop(map.remove($lent(key))),
                            }
                            Change { before, after }
                        }
                    }
                } else {
                    let wanted = expected.map(|expected| expected.map(make));
                    let wanted = match &wanted {
                        None => Expected::Any,
                        Some(None) => Expected::NotFound,
                        Some(Some(value)) => Expected::Value(value),
                    };
                    let result = map.compare_and_set($given(key), wanted, after.map(make));
                    let unused =
                        result.as_ref().err().is_none_or(|failed| failed.desired.as_ref().map(number) == after);
                    let result = match &result {
                        Ok(before) => Ok(before.as_deref().map(number)),
                        Err(failed) => Err(failed.actual.as_deref().map(number)),
                    };
                    if unused { conditional(expected, after, result) } else { Nonsense }
                }
            }
            SetSame | RemoveSame => {
                let after = (step.action == SetSame).then_some(value);
                let mut read = None;
                actor.part(step, |actor| {
                    read = map.get($lent(key));
                    actor.say(key, Seen(read.as_deref().map(number)));
                });
                match read {
                    None => return,
                    Some(read) => {
                        let result = map.compare_and_set_same($given(key), &read, after.map(make));
                        let result = match &result {
                            Ok(before) => Ok(before.as_deref().map(number)),
                            Err(failed) => Err(failed.actual.as_deref().map(number)),
                        };
                        conditional(Some(Some(read.number())), after, result)
                    }
                }
            }
            Len => {
                let len = match actor.fake {
                    Fake::ApproximateLen => map.map().approx_len(),
                    Fake::StaleLen => actor.len_before(map.map().len()),
                    _ => map.map().len(),
                } as i64;
                return actor.say_of_map(MapEvent::Len(len, len));
            }
            Bounds => {
                let (least, most) = map.map().len_bounds();
                return actor.say_of_map(MapEvent::Len(least as i64, most as i64));
            }
            other => unreachable!("{other:?} is done by the map itself"),
        };
        actor.say(key, event);
    }};
}

/// What traversals or batches have yielded of each key on record; an error if that cannot be.
pub(crate) type Yielded = [Result<Option<u64>, ()>; KEYS];

/// What entries are of the keys on record, each of which comes once. Others have no index.
pub(crate) fn yielded(entries: impl Iterator<Item = (Option<usize>, u64)>) -> Yielded {
    let mut yielded = [Ok(None); KEYS];
    for (index, value) in entries.filter_map(|(index, value)| Some((index?, value))) {
        yielded[index] = if yielded[index] == Ok(None) { Ok(Some(value)) } else { Err(()) };
    }
    yielded
}

/// The same from a traversal that hands its entries to a visitor.
pub(crate) fn visited(traversal: impl FnOnce(&mut dyn FnMut(Option<usize>, u64))) -> Yielded {
    let mut entries = Vec::new();
    traversal(&mut |index, value| entries.push((index, value)));
    yielded(entries.into_iter())
}

/// What a batch of the keys on record, and of two that are absent, has found.
pub(crate) fn found(mut values: impl Iterator<Item = Option<u64>>) -> Yielded {
    let yielded = core::array::from_fn(|_| values.next().ok_or(()));
    if values.collect::<Vec<_>>() == [None, None] { yielded } else { [Err(()); KEYS] }
}

pub(crate) fn say_all(actor: &mut Actor<'_>, yielded: Yielded) {
    let yielded = if actor.fake == Fake::StaleWalk { actor.walked_before(yielded) } else { yielded };
    for (key, value) in yielded.into_iter().enumerate() {
        actor.say(key, value.map_or(KeyEvent::Nonsense, KeyEvent::Seen));
    }
}

pub(crate) use act;

#[cfg(test)]
mod tests {
    use super::super::check::Timed;
    use super::super::event::KeyEvent::{Nonsense, Seen};
    use super::super::event::MapEvent::Key;
    use super::super::program::{Action, Check, Program, Step};
    use super::super::record::{Actor, Clock, Fake};
    use super::{found, say_all, visited, yielded};
    use crate::schedules::choices::Choices;
    use std::sync::atomic::AtomicU64;

    /// Traversals, and the partitions of one, yield a key once.
    #[test]
    fn a_key_that_is_yielded_twice_is_noticed() {
        let once = [(Some(2), 7), (None, 6), (Some(0), 5), (None, 6)];
        let twice = [(Some(0), 5), (Some(1), 4), (Some(0), 5)];
        let often = [(Some(0), 5), (Some(0), 4), (Some(0), 5), (Some(1), 4)];
        let expected = [Ok(Some(5)), Ok(None), Ok(Some(7))];
        let wrong = [Err(()), Ok(Some(4)), Ok(None)];
        for (entries, expected) in [(&once[..], expected), (&twice[..], wrong), (&often[..], wrong)] {
            assert_eq!(yielded(entries.iter().copied()), expected, "{entries:?}");
            let visit_all = |visit: &mut dyn FnMut(_, _)| entries.iter().for_each(|&(key, value)| visit(key, value));
            assert_eq!(visited(visit_all), expected, "{entries:?}");
        }
    }

    /// A batch has an answer for each key in its turn, and none of absent ones.
    #[test]
    fn answers_that_a_batch_cannot_give_are_noticed() {
        let right = [Some(5), None, Some(7), None, None];
        assert_eq!(found(right.into_iter()), [Ok(Some(5)), Ok(None), Ok(Some(7))]);
        let of_absent = [Some(5), None, Some(7), None, Some(8)];
        let too_many = [Some(5), None, Some(7), None, None, None];
        for wrong in [&of_absent[..], &too_many[..], &right[..4], &right[..2], &[]] {
            assert_eq!(found(wrong.iter().copied()), [Err(()); 3], "{wrong:?}");
        }
    }

    #[test]
    fn what_cannot_be_is_said_to_be_nonsense() {
        let program = Program::choose(&mut Choices::seeded(1), 2, Check::Keys);
        let clock = Clock::Counter(AtomicU64::new(0));
        let mut actor = Actor::new(0, &program, Fake::Nothing, &clock);
        let step = Step { action: Action::Iterate, key: 0 };
        actor.step(step, |actor, _| say_all(actor, [Ok(Some(5)), Err(()), Ok(None)]));
        let records = actor.into_records();
        let said: Vec<_> = records.iter().map(|&Timed { event, .. }| event).collect();
        assert_eq!(said, [Key(0, Seen(Some(5))), Key(1, Nonsense), Key(2, Seen(None))]);
        // All of it at some moment of the call.
        assert!(records.iter().all(|timed| (timed.start, timed.end) == (0, 1)), "{records:?}");
    }
}
