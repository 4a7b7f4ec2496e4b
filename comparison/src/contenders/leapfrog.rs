//! Leapfrog's LeapMap: `Copy` keys only.

use leapfrog::LeapMap;

use super::{Access, Contender, Handle, Hasher};
use crate::keys::Key;

/// Allocator parameter left at its default, which only the alias hides.
type Map<K> = LeapMap<K, u64, Hasher>;

pub struct Leapfrog<K>(Map<K>);

impl<K: Key + Copy> Contender<K> for Leapfrog<K> {
    type Access<'a> = &'a Map<K>;

    fn new(capacity: Option<usize>) -> Self {
        // Asked for less, the map takes its own least size.
        let capacity = capacity.unwrap_or(0);
        Self(LeapMap::with_capacity_and_hasher(capacity, Hasher::default()))
    }

    fn accesses(&mut self, threads: usize) -> Vec<Self::Access<'_>> {
        vec![&self.0; threads]
    }
}

impl<K: Key + Copy> Access<K> for &Map<K> {
    type Handle<'h>
        = &'h Map<K>
    where
        Self: 'h;

    #[inline]
    fn handle(&mut self) -> Self::Handle<'_> {
        self
    }
}

impl<K: Key + Copy> Handle<K> for &Map<K> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        LeapMap::get(self, key.query()).and_then(|mut cell| cell.value())
    }

    #[inline]
    fn insert(&mut self, key: K, value: u64) -> bool {
        LeapMap::insert(self, key, value).is_none()
    }

    #[inline]
    fn increment(&mut self, key: &K) -> bool {
        self.get_mut(key.query()).and_then(|mut cell| cell.update(|value| *value += 1)).is_some()
    }

    #[inline]
    fn remove(&mut self, key: &K) -> Option<u64> {
        LeapMap::remove(self, key.query())
    }

    #[inline]
    fn for_each(&mut self, mut visit: impl FnMut(u64)) {
        for mut cell in self.iter() {
            // None is a cell whose entry was removed.
            if let Some(value) = cell.value() {
                visit(value);
            }
        }
    }
}
