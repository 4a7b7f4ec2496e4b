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
}

impl Item for u64 {
    fn of(number: u64) -> Self {
        number
    }
}

impl Item for String {
    fn of(number: u64) -> Self {
        format!("a string of number {number}")
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
            12 => assert!(self.pin().iter().count() as u64 <= 2 * KEYS),
            13 => assert!(self.pin().fast_iter(3, 1).count() as u64 <= 2 * KEYS),
            14 => drop(self.upsert(key, value, |_| value())),
            _ => {
                let found = self.get(&key);
                assert!(found.is_none_or(|found| !std::ptr::eq(&raw const *found, std::ptr::null())));
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
            12 => assert!(self.pin().iter().count() as u64 <= KEYS),
            // Far away, where there may be no segment yet.
            13 => drop(self.insert((KEYS << (number / 16 % 12)) as usize, value())),
            14 => drop(self.remove((KEYS << (number / 16 % 12)) as usize)),
            _ => assert!(self.contains_key(index) || self.approx_len() as u64 <= 2 * KEYS),
        }
    }
}

impl<T: Item> Subject for Published<T> {
    fn step(&self, number: u64) {
        match number % 4 {
            0 => drop(self.store(T::of(number))),
            1 => drop(self.update(|_| T::of(number))),
            2 => drop(self.reclaim()),
            _ => assert!(self.snapshot(&pin()).version() > 0 || number > 0),
        }
    }
}

/// What must be found to stop others.
impl Subject for Mutex<HashMap<u64, u64>> {
    fn step(&self, number: u64) {
        self.lock().expect("no panic under the lock").insert(number % KEYS, number);
    }
}
