//! The map of this repository.

use atomic_dict::{AtomicMap, Pinned};

use super::{Access, Contender, Handle, Hasher};
use crate::keys::Key;

pub struct Ours<K: 'static>(AtomicMap<K, u64, Hasher>);

impl<K: Key> Contender<K> for Ours<K> {
    type Access<'a> = &'a AtomicMap<K, u64, Hasher>;

    fn new(capacity: Option<usize>) -> Self {
        Self(match capacity {
            Some(capacity) => AtomicMap::with_capacity_and_hasher(capacity, Hasher::default()),
            None => AtomicMap::with_hasher(Hasher::default()),
        })
    }

    fn accesses(&mut self, threads: usize) -> Vec<Self::Access<'_>> {
        vec![&self.0; threads]
    }

    /// The collector is shared by all maps: garbage left here is paid by a later sample. One
    /// flush frees a part.
    fn settle(&self) {
        for _ in 0..4 {
            self.0.flush();
        }
    }
}

impl<K: Key> Access<K> for &AtomicMap<K, u64, Hasher> {
    type Handle<'h>
        = Pinned<'h, K, u64, Hasher>
    where
        Self: 'h;

    #[inline]
    fn handle(&mut self) -> Self::Handle<'_> {
        self.pin()
    }

    #[inline]
    fn get_once(&mut self, key: &K) -> Option<u64> {
        AtomicMap::get(self, key.query()).map(|value| *value)
    }
}

impl<K: Key> Handle<K> for Pinned<'_, K, u64, Hasher> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        Pinned::get(self, key.query()).map(|value| *value)
    }

    #[inline]
    fn insert(&mut self, key: K, value: u64) -> bool {
        Pinned::insert(self, key, value).is_none()
    }

    #[inline]
    fn increment(&mut self, key: &K) -> bool {
        self.update(key.query(), |value| *value + 1).is_some()
    }

    #[inline]
    fn remove(&mut self, key: &K) -> Option<u64> {
        Pinned::remove(self, key.query()).map(|value| *value)
    }

    #[inline]
    fn for_each(&mut self, mut visit: impl FnMut(u64)) {
        for (_, value) in self.iter() {
            visit(*value);
        }
    }
}
