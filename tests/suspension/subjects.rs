//! What is worked on, by the victim and by the others.

use atomic_dict::{AtomicMap, DenseMap, Expected, Published, pin};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;

/// Something that threads work on. A step is one operation, or a few; `number` chooses it, and the key.
pub(crate) trait Subject: Sync {
    fn step(&self, number: u64);
}

/// Keys that come and go around these are few, so that tables are small and change all the time.
const KEYS: u64 = 200;

/// Bytes of a dense map, beyond which nothing is pushed.
const MOST_BYTES: usize = 1 << 16;

/// Kinds of steps.
const CHOICES: u64 = 32;

pub(crate) trait Item: Clone + Eq + Hash + Send + Sync + 'static {
    fn of(number: u64) -> Self;

    /// Whether it is one that `of` has made.
    fn is_whole(&self) -> bool;

    /// A condition that about half of all values meet.
    fn meets(&self, condition: u64) -> bool;
}

impl Item for u64 {
    fn of(number: u64) -> Self {
        number << 8 | number & 0xFF
    }

    fn is_whole(&self) -> bool {
        self >> 8 & 0xFF == self & 0xFF
    }

    fn meets(&self, condition: u64) -> bool {
        (self >> 13 ^ condition).is_multiple_of(2)
    }
}

impl Item for String {
    fn of(number: u64) -> Self {
        format!("a string of number {number}")
    }

    fn is_whole(&self) -> bool {
        self.starts_with("a string of number ")
    }

    fn meets(&self, condition: u64) -> bool {
        (self.len() as u64 ^ condition).is_multiple_of(2)
    }
}

impl<K: Item, V: Item> Subject for AtomicMap<K, V> {
    fn step(&self, number: u64) {
        let (place, choice) = (number / CHOICES, number / CHOICES / KEYS);
        let (key, value) = (K::of(place % KEYS), || V::of(number));
        let some_keys = || (0..8).map(|offset| K::of((place + 13 * offset) % KEYS));
        match number % CHOICES {
            0..6 => drop(self.insert(key, value())),
            6..12 => drop(self.remove(&key)),
            12 | 13 => drop(self.update(&key, |_| value())),
            14 => drop(self.get_or_insert_with(key, value)),
            15 => drop(self.compare_and_set(key, Expected::NotFound, Some(value()))),
            16 => drop(self.compare_and_set(key, Expected::Any, None)),
            17 | 18 => drop(self.upsert(key, value, |_| value())),
            19 | 20 => assert!(self.get(&key).is_none_or(|found| found.is_whole())),
            21 => drop(self.remove_if(&key, |_| choice.is_multiple_of(2))),
            22 => assert!(self.pin().iter().all(|(key, value)| key.is_whole() && value.is_whole())),
            23 => assert!(self.pin().fast_iter(3, 1).all(|(key, value)| key.is_whole() && value.is_whole())),
            24 => {
                let (keys, pinned) = (some_keys().collect::<Vec<_>>(), self.pin());
                assert!(pinned.batch_getitem(&keys).flatten().all(|value| value.is_whole()));
            }
            25 => self.batch_insert(some_keys().map(|key| (key, value()))),
            26 => self.reduce(some_keys().map(|key| (key, value())), |_, _, row| row.clone()),
            27 => {
                let pinned = self.pin();
                if let Some(before) = pinned.get(&key) {
                    let after = choice.is_multiple_of(2).then(value);
                    drop(pinned.compare_and_set_same(key, &before, after));
                }
            }
            28 if choice.is_multiple_of(4) => self.retain(|key, value| {
                assert!(key.is_whole() && value.is_whole());
                !value.meets(choice)
            }),
            // Entries of a while go at once, and the table with them.
            29 if choice.is_multiple_of(8) => {
                self.clear();
                self.compact();
            }
            30 => self.reserve((choice % 64) as usize),
            _ => self.for_each(|key, value| assert!(key.is_whole() && value.is_whole())),
        }
    }
}

impl<V: Item> Subject for DenseMap<V> {
    fn step(&self, number: u64) {
        let (place, choice) = (number / CHOICES, number / CHOICES / KEYS);
        let (index, value) = ((place % KEYS) as usize, || V::of(number));
        match number % CHOICES {
            0..6 => drop(self.insert(index, value())),
            6..12 => drop(self.remove(index)),
            12 | 13 => drop(self.update(index, |_| value())),
            14 => drop(self.get_or_insert_with(index, value)),
            15 => drop(self.compare_and_set(index, Expected::NotFound, Some(value()))),
            16 => drop(self.compare_and_set(index, Expected::Any, None)),
            17 | 18 => drop(self.upsert(index, value, |_| value())),
            19 | 20 => assert!(self.get(index).is_none_or(|found| found.is_whole())),
            21 => drop(self.remove_if(index, |_| choice.is_multiple_of(2))),
            22 => assert!(self.pin().iter().all(|(_, value)| value.is_whole())),
            23 => assert!(self.pin().fast_iter(3, 1).all(|(_, value)| value.is_whole())),
            24 => {
                let indices: Vec<_> = (0..8).map(|offset| index + 13 * offset).collect();
                assert!(self.pin().batch_getitem(&indices).flatten().all(|value| value.is_whole()));
            }
            25 => assert!(self.pin().range(index..2 * index).all(|(_, value)| value.is_whole())),
            // Far away, where there may be no segment yet.
            26 => drop(self.insert((KEYS << (choice % 5)) as usize, value())),
            27 => drop(self.remove((KEYS << (choice % 5)) as usize)),
            28 if choice.is_multiple_of(4) => self.retain(|_, value| {
                assert!(value.is_whole());
                !value.meets(choice)
            }),
            29 if choice.is_multiple_of(8) => self.clear(),
            // Each takes a place of its own for good.
            30 if self.bytes() < MOST_BYTES => drop(self.remove(self.push(value()))),
            _ => self.for_each(|_, value| assert!(value.is_whole())),
        }
    }
}

impl<T: Item> Subject for Published<T> {
    fn step(&self, number: u64) {
        match number % 4 {
            0 => drop(self.store(T::of(number))),
            1 => drop(self.update(|_| T::of(number))),
            2 => drop(self.reclaim()),
            _ => assert!(self.load(&pin()).is_whole()),
        }
    }
}

/// What must be found to stop others.
impl Subject for Mutex<HashMap<u64, u64>> {
    fn step(&self, number: u64) {
        self.lock().expect("no panic under the lock").insert(number % KEYS, number);
    }
}
