//! DashMap with its own number of shards; values change in place under the shard's lock.

use dashmap::DashMap;

use super::{Access, Contender, Handle, Hasher};
use crate::keys::Key;

pub struct Dash<K>(DashMap<K, u64, Hasher>);

impl<K: Key> Contender<K> for Dash<K> {
    type Access<'a> = &'a DashMap<K, u64, Hasher>;

    fn new(capacity: Option<usize>) -> Self {
        let capacity = capacity.unwrap_or(0);
        Self(DashMap::with_capacity_and_hasher(capacity, Hasher::default()))
    }

    fn accesses(&mut self, threads: usize) -> Vec<Self::Access<'_>> {
        vec![&self.0; threads]
    }
}

impl<K: Key> Access<K> for &DashMap<K, u64, Hasher> {
    type Handle<'h>
        = &'h DashMap<K, u64, Hasher>
    where
        Self: 'h;

    #[inline]
    fn handle(&mut self) -> Self::Handle<'_> {
        self
    }
}

impl<K: Key> Handle<K> for &DashMap<K, u64, Hasher> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        DashMap::get(self, key.query()).map(|value| *value)
    }

    #[inline]
    fn insert(&mut self, key: K, value: u64) -> bool {
        DashMap::insert(self, key, value).is_none()
    }

    #[inline]
    fn increment(&mut self, key: &K) -> bool {
        self.get_mut(key.query()).map(|mut value| *value += 1).is_some()
    }

    #[inline]
    fn remove(&mut self, key: &K) -> Option<u64> {
        DashMap::remove(self, key.query()).map(|(_, value)| value)
    }

    #[inline]
    fn for_each(&mut self, mut visit: impl FnMut(u64)) {
        for entry in self.iter() {
            visit(*entry.value());
        }
    }
}
