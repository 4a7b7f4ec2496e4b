//! Making a map step by step.

use super::{AtomicMap, RandomState};
use core::fmt;
use core::marker::PhantomData;

/// How a map will be made. From [`AtomicMap::builder`].
#[must_use = "a builder makes nothing until `build`"]
pub struct Builder<K, V, S = RandomState> {
    capacity: usize,
    hasher: S,
    /// Makes maps of these.
    _map: PhantomData<fn() -> (K, V)>,
}

impl<K, V> Builder<K, V> {
    pub(super) fn new() -> Self {
        Self { capacity: 0, hasher: RandomState::default(), _map: PhantomData }
    }
}

impl<K, V, S> Builder<K, V, S> {
    /// Room for so many entries, as for [`AtomicMap::with_capacity`]. Without, the map starts with none, and allocates
    /// nothing.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::<u64, u64>::builder().capacity(100).build();
    /// assert!(map.capacity() >= 100);
    /// ```
    pub fn capacity(self, capacity: usize) -> Self {
        Self { capacity, ..self }
    }

    /// Another hasher, as for [`AtomicMap::with_hasher`].
    ///
    /// ```
    /// use std::hash::{BuildHasherDefault, DefaultHasher};
    /// let hasher = BuildHasherDefault::<DefaultHasher>::default();
    /// let map = atomic_dict::AtomicMap::<u64, u64>::builder().hasher(hasher).build();
    /// map.insert(1, 2);
    /// ```
    pub fn hasher<T>(self, hasher: T) -> Builder<K, V, T> {
        Builder { capacity: self.capacity, hasher, _map: PhantomData }
    }

    /// The map.
    ///
    /// # Panics
    /// If a table for `capacity` entries exceeds the address space ("capacity overflow").
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::<u64, u64>::builder().build();
    /// assert_eq!(map.capacity(), 0);
    /// ```
    pub fn build(self) -> AtomicMap<K, V, S> {
        AtomicMap::with_capacity_and_hasher(self.capacity, self.hasher)
    }
}

impl<K, V, S> fmt::Debug for Builder<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}
