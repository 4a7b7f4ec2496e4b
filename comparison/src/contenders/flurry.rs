//! Flurry, through a guard.

use flurry::{Guard, HashMap};

use super::{Access, Contender, Handle, Hasher};
use crate::keys::Key;

pub struct Flurry<K: 'static>(HashMap<K, u64, Hasher>);

pub struct Pin<'h, K: 'static> {
    map: &'h HashMap<K, u64, Hasher>,
    guard: Guard<'h>,
}

impl<K: Key> Contender<K> for Flurry<K> {
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

    #[inline]
    fn increment(&mut self, key: &K) -> bool {
        self.map.compute_if_present(key.query(), |_, value| Some(value + 1), &self.guard).is_some()
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
