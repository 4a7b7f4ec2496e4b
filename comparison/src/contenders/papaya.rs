//! Papaya, through a guard.

use papaya::{HashMap, LocalGuard};

use super::{Access, Contender, Handle, Hasher};
use crate::keys::Key;

pub struct Papaya<K>(HashMap<K, u64, Hasher>);

/// What `pin()` returns, in two parts: the pair lets lookups name the map.
pub struct Pin<'h, K> {
    map: &'h HashMap<K, u64, Hasher>,
    guard: LocalGuard<'h>,
}

impl<K: Key> Contender<K> for Papaya<K> {
    type Access<'a> = &'a HashMap<K, u64, Hasher>;

    fn new(capacity: Option<usize>) -> Self {
        Self(match capacity {
            Some(capacity) => HashMap::with_capacity_and_hasher(capacity, Hasher::default()),
            None => HashMap::with_hasher(Hasher::default()),
        })
    }

    fn accesses(&mut self, threads: usize) -> Vec<Self::Access<'_>> {
        vec![&self.0; threads]
    }
}

impl<K: Key> Access<K> for &HashMap<K, u64, Hasher> {
    type Handle<'h>
        = Pin<'h, K>
    where
        Self: 'h;

    #[inline]
    fn handle(&mut self) -> Self::Handle<'_> {
        Pin { map: self, guard: self.guard() }
    }
}

impl<K: Key> Handle<K> for Pin<'_, K> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.map.get(key.query(), &self.guard).copied()
    }

    #[inline]
    fn insert(&mut self, key: K, value: u64) -> bool {
        self.map.insert(key, value, &self.guard).is_none()
    }

    /// `update` asks for an owned key.
    #[inline]
    fn increment(&mut self, key: &K) -> bool {
        self.map.update(key.clone(), |value| value + 1, &self.guard).is_some()
    }

    #[inline]
    fn remove(&mut self, key: &K) -> Option<u64> {
        self.map.remove(key.query(), &self.guard).copied()
    }

    #[inline]
    fn for_each(&mut self, mut visit: impl FnMut(u64)) {
        for value in self.map.values(&self.guard) {
            visit(*value);
        }
    }
}
