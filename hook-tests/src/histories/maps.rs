//! Maps as the object of a round.

use super::act::{act, found, say_all, visited, yielded};
use super::event::{KEYS, KeyEvent, MapEvent, merged};
use super::handle::Handle;
use super::hashing::Hashing;
use super::program::{Action, CONDITION, Past, Program, Step};
use super::record::{Actor, Fake};
use super::{copier, event};
use crate::map::AtomicMap;
use crate::support::{NthKey, Numbered};

/// What the threads of a round share.
pub(crate) trait Subject: Send + Sync + 'static {
    /// In the state that the program says.
    fn new(program: &Program) -> Self;

    /// Does the steps of a thread.
    fn play(&self, steps: &[Step], actor: &mut Actor<'_>);

    /// The value of each key on record, and how many keys there are by a traversal and by the counters, when all threads
    /// are through.
    fn remains(&self) -> ([Option<u64>; KEYS], usize, usize);

    /// How many keys there were at first that are not on record.
    fn others_at_first(&self) -> i64;

    /// Figures of the table: slots, and migrations so far.
    fn figures(&self) -> (usize, usize) {
        (0, 0)
    }
}

/// A hash map with its keys on record.
pub(crate) struct Hashed<K: NthKey, V: Numbered> {
    map: AtomicMap<K, V, Hashing>,
    keys: [K; KEYS],
    others_at_first: i64,
}

/// Other keys that are there at first, and those that went before.
const FILLED: u64 = 10_000;
const LITTER: u64 = 20_000;

type Pinned<'m, K, V> = crate::map::Pinned<'m, K, V, Hashing>;

impl<K: NthKey, V: Numbered> Hashed<K, V> {
    fn index_of(&self, key: &K) -> Option<usize> {
        self.keys.iter().position(|recorded| recorded == key)
    }

    /// All keys on record, from this one on.
    fn from(&self, first: usize) -> impl Iterator<Item = usize> {
        (0..KEYS).map(move |number| (first + number) % KEYS)
    }

    fn act(&self, pinned: &Pinned<'_, K, V>, actor: &mut Actor<'_>, step: Step) {
        let key = &self.keys[step.key];
        match step.action {
            Action::GetKeyValue => {
                let event = match pinned.get_key_value(key) {
                    Some((stored, value)) if *stored == *key => KeyEvent::Seen(Some(value.number())),
                    Some(_) => KeyEvent::Nonsense,
                    None => KeyEvent::Seen(None),
                };
                actor.say(step.key, event);
            }
            Action::RemoveEntry => {
                let event = match pinned.remove_entry(key) {
                    Some((stored, value)) if *stored == *key => {
                        KeyEvent::Change { before: Some(value.number()), after: None }
                    }
                    Some(_) => KeyEvent::Nonsense,
                    None => KeyEvent::Seen(None),
                };
                actor.say(step.key, event);
            }
            Action::TryInsert => {
                let value = actor.value();
                let event = match pinned.try_insert(key.clone(), V::numbered(value)) {
                    Ok(there) if there.number() == value => KeyEvent::Change { before: None, after: Some(value) },
                    Err(failed) if failed.value.number() == value => KeyEvent::Seen(Some(failed.current.number())),
                    _ => KeyEvent::Nonsense,
                };
                actor.say(step.key, event);
            }
            Action::Batch => {
                let absent = [K::nth(500), K::nth(501)];
                let batch = pinned.batch_getitem(self.keys.iter().chain(&absent));
                say_all(actor, found(batch.map(|value| value.map(|value| value.number()))));
            }
            Action::Iterate | Action::Range | Action::Partitions => {
                let parts = if step.action == Action::Partitions { 2 + step.key } else { 1 };
                let entries = (0..parts).flat_map(|part| pinned.fast_iter(parts, actor.partition(part)));
                say_all(actor, yielded(entries.map(|(key, value)| (self.index_of(&key), value.number()))));
            }
            Action::ForEach => {
                let traversal = |visit: &mut dyn FnMut(_, _)| {
                    self.map.for_each(|key, value| visit(self.index_of(key), value.number()));
                };
                say_all(actor, visited(traversal));
            }
            Action::Clear => {
                match actor.sweeps_only() {
                    Some(keys) => keys.for_each(|key| _ = pinned.remove(&self.keys[key])),
                    None => pinned.clear(),
                }
                (0..KEYS).for_each(|key| actor.say(key, KeyEvent::Swept(event::Condition::Any)));
            }
            Action::Retain => {
                pinned.retain(|key, value| self.index_of(key).is_none() || !CONDITION.is_met_by(value.number()));
                (0..KEYS).for_each(|key| actor.say(key, KeyEvent::Swept(CONDITION)));
            }
            Action::BatchInsert => {
                let value = actor.value();
                self.map.batch_insert(self.from(step.key).map(|key| (self.keys[key].clone(), V::numbered(value))));
                (0..KEYS).for_each(|key| actor.say(key, KeyEvent::Put(value)));
            }
            Action::Reduce => {
                let value = actor.value();
                let rows = self.from(step.key).map(|key| (&self.keys[key], V::numbered(value)));
                let merge = |before: &V, row: &V| V::numbered(merged(before.number(), row.number()));
                self.map.reduce(rows, |_, before, row| before.map_or_else(|| row.clone(), |before| merge(before, row)));
                (0..KEYS).for_each(|key| actor.say(key, KeyEvent::Merged(value)));
            }
            Action::Fill => {
                let other = actor.next_other();
                let fresh = pinned.insert(K::nth(other), V::numbered(actor.other_value(other))).is_none();
                actor.say_of_map(if fresh { MapEvent::Others(1) } else { MapEvent::Key(0, KeyEvent::Nonsense) });
            }
            Action::Drain => {
                if let Some(other) = actor.others.pop() {
                    let went = pinned.remove(&K::nth(other)).is_some();
                    // It may have been swept.
                    actor.say_of_map(MapEvent::Others(-i64::from(went)));
                }
            }
            Action::Compact => self.map.compact(),
            Action::ShrinkToFit => self.map.shrink_to_fit(),
            Action::Reserve => self.map.reserve(1 + 8 * step.key),
            Action::NaiveCopy => copier::copy(&self.map, actor.fake == Fake::Follow),
            _ => {
                let handle = Handle { pinned, lends: actor.is_even() };
                let (lent, given) = (|key: usize| &self.keys[key], |key: usize| self.keys[key].clone());
                act!(&handle, actor, step, V, lent, given);
            }
        }
    }
}

impl<K: NthKey, V: Numbered> Subject for Hashed<K, V> {
    fn new(program: &Program) -> Self {
        let map = AtomicMap::with_hasher(Hashing(program.crowd));
        let keys: [K; KEYS] = core::array::from_fn(|key| K::nth(program.first_key + key as u64));
        let fill = |first: u64, count: u64| {
            for number in first..first + count {
                map.insert(K::nth(number), V::numbered(program.number(number)));
            }
        };
        let drain =
            |first: u64, count: u64| (first..first + count).for_each(|number| drop(map.remove(&K::nth(number))));
        match program.past {
            Past::Fresh => {}
            Past::Filled(count) => fill(FILLED, count),
            Past::Littered(count) => {
                fill(FILLED, 2);
                for number in LITTER..LITTER + count {
                    fill(number, 1);
                    drain(number, 1);
                }
            }
            Past::Sparse => {
                // Room that nobody asked for: what is left of many keys. The last of them go when the threads are there.
                fill(FILLED, 40);
                drain(FILLED + 4, 36);
                map.reserve(50);
            }
        }
        let others_at_first = map.len() as i64;
        for (index, key) in keys.iter().enumerate() {
            if let Some(value) = program.at_first(index) {
                map.insert(key.clone(), V::numbered(value));
            }
        }
        Self { map, keys, others_at_first }
    }

    fn play(&self, steps: &[Step], actor: &mut Actor<'_>) {
        let mut pinned = self.map.pin();
        for (number, &step) in steps.iter().enumerate() {
            actor.step(step, |actor, step| self.act(&pinned, actor, step));
            // Handles of all ages.
            match number % 4 {
                0 => pinned.repin(),
                1 => pinned = self.map.pin(),
                _ => {}
            }
        }
    }

    fn remains(&self) -> ([Option<u64>; KEYS], usize, usize) {
        let pinned = self.map.pin();
        let values = core::array::from_fn(|key| pinned.get(&self.keys[key]).map(|value| value.number()));
        (values, pinned.iter().count(), self.map.len())
    }

    fn others_at_first(&self) -> i64 {
        self.others_at_first
    }

    fn figures(&self) -> (usize, usize) {
        let stats = self.map.stats();
        (stats.slots, stats.migrations)
    }
}
