//! One lock around the unsynchronised map, taken per operation.

use hashbrown::HashMap;
use parking_lot::RwLock;

use super::{Access, Contender, Handle, Hasher};
use crate::keys::Key;

type Lock<K> = RwLock<HashMap<K, u64, Hasher>>;

pub struct Locked<K>(Lock<K>);

impl<K: Key> Contender<K> for Locked<K> {
    type Access<'a> = &'a Lock<K>;

    fn new(capacity: Option<usize>) -> Self {
        let capacity = capacity.unwrap_or(0);
        Self(RwLock::new(HashMap::with_capacity_and_hasher(capacity, Hasher::default())))
    }

    fn accesses(&mut self, threads: usize) -> Vec<Self::Access<'_>> {
        vec![&self.0; threads]
    }
}

impl<K: Key> Access<K> for &Lock<K> {
    type Handle<'h>
        = &'h Lock<K>
    where
        Self: 'h;

    #[inline]
    fn handle(&mut self) -> Self::Handle<'_> {
        self
    }
}

impl<K: Key> Handle<K> for &Lock<K> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.read().get(key.query()).copied()
    }

    #[inline]
    fn insert(&mut self, key: K, value: u64) -> bool {
        self.write().insert(key, value).is_none()
    }

    #[inline]
    fn increment(&mut self, key: &K) -> bool {
        self.write().get_mut(key.query()).map(|value| *value += 1).is_some()
    }

    #[inline]
    fn remove(&mut self, key: &K) -> Option<u64> {
        self.write().remove(key.query())
    }

    #[inline]
    fn for_each(&mut self, mut visit: impl FnMut(u64)) {
        for value in self.read().values() {
            visit(*value);
        }
    }
}
