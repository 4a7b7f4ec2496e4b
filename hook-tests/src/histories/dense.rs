//! Dense maps as the object of a round.

use super::act::{act, found, say_all, visited, yielded};
use super::event::{self, KEYS, KeyEvent, MapEvent};
use super::maps::Subject;
use super::program::{Action, CONDITION, Past, Program, Step};
use super::record::Actor;
use crate::dense::{DenseMap, Pinned};
use crate::support::Numbered;

/// A dense map with its indices on record.
pub(crate) struct Dense<V: Numbered> {
    map: DenseMap<V>,
    indices: [usize; KEYS],
}

/// Behind what pushes can take.
const FAR: usize = 128;

/// The index of another key: in segments behind those on record.
fn other_index(number: u64) -> usize {
    FAR + 8 + (number / 1000 * 16 + number % 1000) as usize
}

impl<V: Numbered> Dense<V> {
    fn index_of(&self, index: usize) -> Option<usize> {
        self.indices.iter().position(|&recorded| recorded == index)
    }

    fn act(&self, pinned: &Pinned<'_, V>, actor: &mut Actor<'_>, step: Step) {
        let index = self.indices[step.key];
        match step.action {
            Action::TryInsert => {
                let value = actor.value();
                let event = match pinned.try_insert(index, V::numbered(value)) {
                    Ok(there) if there.number() == value => KeyEvent::Change { before: None, after: Some(value) },
                    Err(crate::dense::TryInsertError::Occupied(failed)) if failed.value.number() == value => {
                        KeyEvent::Seen(Some(failed.current.number()))
                    }
                    _ => KeyEvent::Nonsense,
                };
                actor.say(step.key, event);
            }
            // What it takes may be one of those on record.
            Action::Compact | Action::ShrinkToFit | Action::Reserve => {
                let value = actor.value();
                match self.index_of(pinned.push(V::numbered(value))) {
                    Some(key) => actor.say(key, KeyEvent::Change { before: None, after: Some(value) }),
                    None => actor.say_of_map(MapEvent::Others(1)),
                }
            }
            Action::Batch => {
                let absent = [FAR << 20, usize::MAX];
                let batch = pinned.batch_getitem(self.indices.iter().chain(&absent));
                say_all(actor, found(batch.map(|value| value.map(|value| value.number()))));
            }
            Action::Iterate | Action::Partitions => {
                let parts = if step.action == Action::Iterate { 1 } else { 2 + step.key };
                let entries = (0..parts).flat_map(|part| pinned.fast_iter(parts, actor.partition(part)));
                say_all(actor, yielded(entries.map(|(index, value)| (self.index_of(index), value.number()))));
            }
            Action::ForEach => {
                let traversal = |visit: &mut dyn FnMut(_, _)| {
                    self.map.for_each(|index, value| visit(self.index_of(index), value.number()));
                };
                say_all(actor, visited(traversal));
            }
            // Those on record from this one on.
            Action::Range => {
                let entries = pinned.range(index..=self.indices[KEYS - 1]);
                let yielded = yielded(entries.map(|(index, value)| (self.index_of(index), value.number())));
                for (key, value) in yielded.into_iter().enumerate().skip(step.key) {
                    actor.say(key, value.map_or(KeyEvent::Nonsense, KeyEvent::Seen));
                }
            }
            Action::Clear => {
                match actor.sweeps_only() {
                    Some(keys) => keys.for_each(|key| _ = pinned.remove(self.indices[key])),
                    None => pinned.clear(),
                }
                (0..KEYS).for_each(|key| actor.say(key, KeyEvent::Swept(event::Condition::Any)));
            }
            Action::Retain => {
                pinned.retain(|index, value| self.index_of(index).is_none() || !CONDITION.is_met_by(value.number()));
                (0..KEYS).for_each(|key| actor.say(key, KeyEvent::Swept(CONDITION)));
            }
            Action::Fill => {
                let other = actor.next_other();
                let fresh = pinned.insert(other_index(other), V::numbered(actor.other_value(other))).is_none();
                actor.say_of_map(if fresh { MapEvent::Others(1) } else { MapEvent::Key(0, KeyEvent::Nonsense) });
            }
            Action::Drain => {
                if let Some(other) = actor.others.pop() {
                    let went = pinned.remove(other_index(other)).is_some();
                    actor.say_of_map(MapEvent::Others(-i64::from(went)));
                }
            }
            Action::NaiveCopy => unreachable!("nothing is copied here"),
            action => {
                // The key comes with the value, and of some there is no other form.
                let action = match action {
                    Action::GetKeyValue => Action::Get,
                    Action::RemoveEntry => Action::Remove,
                    Action::BatchInsert => Action::Insert,
                    Action::Reduce => Action::Upsert,
                    other => other,
                };
                let step = Step { action, ..step };
                act!(pinned, actor, step, V, |key: usize| self.indices[key], |key: usize| self.indices[key]);
            }
        }
    }
}

impl<V: Numbered> Subject for Dense<V> {
    fn new(program: &Program) -> Self {
        let (base, first) = match program.past {
            Past::Fresh => (0, 0),
            Past::Filled(count) => (2, count as usize),
            Past::Littered(count) => (count as usize % 8, 0),
            Past::Sparse => (0, FAR),
        };
        let map = DenseMap::with_capacity(base);
        let indices = core::array::from_fn(|key| first + key);
        for (key, &index) in indices.iter().enumerate() {
            if let Some(value) = program.at_first(key) {
                map.insert(index, V::numbered(value));
            }
        }
        Self { map, indices }
    }

    fn play(&self, steps: &[Step], actor: &mut Actor<'_>) {
        let mut pinned = self.map.pin();
        for (number, &step) in steps.iter().enumerate() {
            actor.step(step, |actor, step| self.act(&pinned, actor, step));
            match number % 4 {
                0 => pinned.repin(),
                1 => pinned = self.map.pin(),
                _ => {}
            }
        }
    }

    fn remains(&self) -> ([Option<u64>; KEYS], usize, usize) {
        let pinned = self.map.pin();
        let values = core::array::from_fn(|key| pinned.get(self.indices[key]).map(|value| value.number()));
        (values, pinned.iter().count(), self.map.len())
    }

    fn others_at_first(&self) -> i64 {
        0
    }
}
