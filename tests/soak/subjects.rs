//! The structures, as maps from numbers to versions.

use crate::values::{Checked, wrapped};
use atomic_dict::{AtomicMap, DenseMap};
use std::hash::Hash;

pub(crate) trait Subject: Send + Sync + Sized {
    /// Keys are below this number.
    const KEYS: u64;

    fn new() -> Self;

    /// The version before.
    fn insert(&self, key: u64, version: u64) -> Option<u64>;

    fn remove(&self, key: u64) -> Option<u64>;

    fn get(&self, key: u64) -> Option<u64>;

    /// Counts a version up by one.
    fn count_up(&self, key: u64) -> bool;

    /// All keys with their versions, for `see`.
    fn traverse(&self, see: impl FnMut(u64, u64));

    /// Frees what can be freed.
    fn flush(&self);

    /// Bytes of its arrays.
    fn bytes(&self) -> usize;
}

/// A key of a hash map.
pub(crate) trait Key: Eq + Hash + Send + Sync + 'static {
    fn of(key: u64) -> Self;

    fn number(&self) -> u64;
}

impl Key for u64 {
    fn of(key: u64) -> Self {
        key
    }

    fn number(&self) -> u64 {
        *self
    }
}

impl Key for String {
    fn of(key: u64) -> Self {
        format!("key {key}")
    }

    fn number(&self) -> u64 {
        self.strip_prefix("key ").and_then(|number| number.parse().ok()).expect("a key that is whole")
    }
}

pub(crate) struct Hashed<K: 'static, V: 'static>(AtomicMap<K, V>);

impl<K: Key, V: Checked> Subject for Hashed<K, V> {
    const KEYS: u64 = u64::MAX;

    fn new() -> Self {
        Self(AtomicMap::new())
    }

    fn insert(&self, key: u64, version: u64) -> Option<u64> {
        self.0.insert(K::of(key), V::of(key, version)).map(|before| before.version(key))
    }

    fn remove(&self, key: u64) -> Option<u64> {
        self.0.remove(&K::of(key)).map(|before| before.version(key))
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.0.get(&K::of(key)).map(|value| value.version(key))
    }

    fn count_up(&self, key: u64) -> bool {
        self.0.update(&K::of(key), |value| V::of(key, wrapped(value.version(key) + 1))).is_some()
    }

    fn traverse(&self, mut see: impl FnMut(u64, u64)) {
        let pinned = self.0.pin();
        for (key, value) in &pinned {
            let number = key.number();
            see(number, value.version(number));
        }
    }

    fn flush(&self) {
        // Keys that were removed stay as long as their table.
        self.0.shrink_to_fit();
        self.0.flush();
    }

    fn bytes(&self) -> usize {
        self.0.stats().bytes
    }
}

/// A dense map, over and over at the same indices.
pub(crate) struct Dense<V: 'static>(DenseMap<V>);

impl<V: Checked> Subject for Dense<V> {
    const KEYS: u64 = 1 << 16;

    fn new() -> Self {
        // Most indices are in segments.
        Self(DenseMap::with_capacity(1000))
    }

    fn insert(&self, key: u64, version: u64) -> Option<u64> {
        self.0.insert(key as usize, V::of(key, version)).map(|before| before.version(key))
    }

    fn remove(&self, key: u64) -> Option<u64> {
        self.0.remove(key as usize).map(|before| before.version(key))
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.0.get(key as usize).map(|value| value.version(key))
    }

    fn count_up(&self, key: u64) -> bool {
        self.0.update(key as usize, |value| V::of(key, wrapped(value.version(key) + 1))).is_some()
    }

    fn traverse(&self, mut see: impl FnMut(u64, u64)) {
        let pinned = self.0.pin();
        for (index, value) in &pinned {
            see(index as u64, value.version(index as u64));
        }
    }

    fn flush(&self) {
        self.0.flush();
    }

    fn bytes(&self) -> usize {
        self.0.bytes()
    }
}
