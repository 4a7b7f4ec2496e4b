//! The hash map of scc, through its synchronous calls; values are read and changed in place.

use scc::HashMap;

use super::{Access, Contender, Handle, Hasher};
use crate::keys::Key;

pub struct Scc<K: Key>(HashMap<K, u64, Hasher>);

impl<K: Key> Contender<K> for Scc<K> {
    type Access<'a> = &'a HashMap<K, u64, Hasher>;

    fn new(capacity: Option<usize>) -> Self {
        let capacity = capacity.unwrap_or(0);
        Self(HashMap::with_capacity_and_hasher(capacity, Hasher::default()))
    }

    fn accesses(&mut self, threads: usize) -> Vec<Self::Access<'_>> {
        vec![&self.0; threads]
    }
}

impl<K: Key> Access<K> for &HashMap<K, u64, Hasher> {
    type Handle<'h>
        = &'h HashMap<K, u64, Hasher>
    where
        Self: 'h;

    #[inline]
    fn handle(&mut self) -> Self::Handle<'_> {
        self
    }
}

impl<K: Key> Handle<K> for &HashMap<K, u64, Hasher> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.read_sync(key.query(), |_, value| *value)
    }

    #[inline]
    fn insert(&mut self, key: K, value: u64) -> bool {
        self.insert_sync(key, value).is_ok()
    }

    #[inline]
    fn increment(&mut self, key: &K) -> bool {
        self.update_sync(key.query(), |_, value| *value += 1).is_some()
    }

    #[inline]
    fn remove(&mut self, key: &K) -> Option<u64> {
        self.remove_sync(key.query()).map(|(_, value)| value)
    }

    #[inline]
    fn for_each(&mut self, mut visit: impl FnMut(u64)) {
        self.iter_sync(|_, value| {
            visit(*value);
            true
        });
    }
}
