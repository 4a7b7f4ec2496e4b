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

pub(crate) trait Item: Clone + Eq + Hash + Send + Sync + 'static {
    fn of(number: u64) -> Self;

    /// Whether it is one that `of` has made.
    fn is_whole(&self) -> bool;
}

impl Item for u64 {
    fn of(number: u64) -> Self {
        number << 8 | number & 0xFF
    }

    fn is_whole(&self) -> bool {
        self >> 8 & 0xFF == self & 0xFF
    }
}

impl Item for String {
    fn of(number: u64) -> Self {
        format!("a string of number {number}")
    }

    fn is_whole(&self) -> bool {
        self.starts_with("a string of number ")
    }
}

impl<K: Item, V: Item> Subject for AtomicMap<K, V> {
    fn step(&self, number: u64) {
        let (key, value) = (K::of(number / 16 % KEYS), || V::of(number));
        match number % 16 {
            0..4 => drop(self.insert(key, value())),
            4..8 => drop(self.remove(&key)),
            8 => drop(self.update(&key, |_| value())),
            9 => drop(self.get_or_insert_with(key, value)),
            10 => drop(self.compare_and_set(key, Expected::NotFound, Some(value()))),
            11 => drop(self.compare_and_set(key, Expected::Any, None)),
            12 => assert!(self.pin().iter().all(|(key, value)| key.is_whole() && value.is_whole())),
            13 => assert!(self.pin().fast_iter(3, 1).all(|(key, value)| key.is_whole() && value.is_whole())),
            14 => drop(self.upsert(key, value, |_| value())),
            _ => {
                assert!(self.get(&key).is_none_or(|found| found.is_whole()));
                // Entries of a while go at once, and the table with them.
                if (number / 16).is_multiple_of(64) {
                    self.clear();
                    self.compact();
                }
            }
        }
    }
}

impl<V: Item> Subject for DenseMap<V> {
    fn step(&self, number: u64) {
        let (index, value) = ((number / 16 % KEYS) as usize, || V::of(number));
        match number % 16 {
            0..4 => drop(self.insert(index, value())),
            4..8 => drop(self.remove(index)),
            8 => drop(self.update(index, |_| value())),
            9 => drop(self.get_or_insert_with(index, value)),
            10 => drop(self.compare_and_set(index, Expected::NotFound, Some(value()))),
            11 => drop(self.compare_and_set(index, Expected::Any, None)),
            12 => assert!(self.pin().iter().all(|(_, value)| value.is_whole())),
            // Far away, where there may be no segment yet.
            13 => drop(self.insert((KEYS << (number / 16 % 5)) as usize, value())),
            14 => drop(self.remove((KEYS << (number / 16 % 5)) as usize)),
            _ => assert!(self.get(index).is_none_or(|found| found.is_whole())),
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
