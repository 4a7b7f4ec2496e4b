//! The unsynchronised map: the baseline of one thread.

use hashbrown::HashMap;

use super::{Access, Contender, Handle, Hasher};
use crate::keys::Key;

pub struct Hashbrown<K>(HashMap<K, u64, Hasher>);

impl<K: Key> Contender<K> for Hashbrown<K> {
    type Access<'a> = &'a mut HashMap<K, u64, Hasher>;

    fn new(capacity: Option<usize>) -> Self {
        let capacity = capacity.unwrap_or(0);
        Self(HashMap::with_capacity_and_hasher(capacity, Hasher::default()))
    }

    fn accesses(&mut self, threads: usize) -> Vec<Self::Access<'_>> {
        assert_eq!(threads, 1, "an unsynchronised map serves one thread");
        vec![&mut self.0]
    }
}

impl<K: Key> Access<K> for &mut HashMap<K, u64, Hasher> {
    type Handle<'h>
        = &'h mut HashMap<K, u64, Hasher>
    where
        Self: 'h;

    #[inline]
    fn handle(&mut self) -> Self::Handle<'_> {
        self
    }
}

impl<K: Key> Handle<K> for &mut HashMap<K, u64, Hasher> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        HashMap::get(self, key.query()).copied()
    }

    #[inline]
    fn insert(&mut self, key: K, value: u64) -> bool {
        HashMap::insert(self, key, value).is_none()
    }

    #[inline]
    fn increment(&mut self, key: &K) -> bool {
        self.get_mut(key.query()).map(|value| *value += 1).is_some()
    }

    #[inline]
    fn remove(&mut self, key: &K) -> Option<u64> {
        HashMap::remove(self, key.query())
    }

    #[inline]
    fn for_each(&mut self, mut visit: impl FnMut(u64)) {
        for value in self.values() {
            visit(*value);
        }
    }
}
