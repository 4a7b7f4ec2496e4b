//! Making a map step by step.

use super::{DEFAULT_MAX_INDEX, DenseMap};
use core::fmt;
use core::marker::PhantomData;

/// How a map will be made. From [`DenseMap::builder`].
#[must_use = "a builder makes nothing until `build`"]
pub struct Builder<V> {
    capacity: usize,
    max_index: Option<usize>,
    /// Makes maps of these.
    _map: PhantomData<fn() -> V>,
}

impl<V> Builder<V> {
    pub(super) fn new() -> Self {
        Self { capacity: 0, max_index: None, _map: PhantomData }
    }

    /// Slots for the indices below `capacity`, as for [`DenseMap::with_capacity`]. Without, the map starts with none, and
    /// allocates nothing.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::<u64>::builder().capacity(100).build();
    /// assert_eq!(map.capacity(), 100);
    /// ```
    pub fn capacity(self, capacity: usize) -> Self {
        Self { capacity, ..self }
    }

    /// The largest index that the map takes. 2^32 without, or the last index of the capacity if that is larger.
    ///
    /// It bounds what a single stray index can cost: see [`DenseMap::try_insert`].
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::<u64>::builder().max_index(99).build();
    /// map.insert(99, 1);
    /// assert!(map.try_insert(100, 1).is_err());
    /// ```
    pub fn max_index(self, max_index: usize) -> Self {
        Self { max_index: Some(max_index), ..self }
    }
}

impl<V: 'static> Builder<V> {
    /// The map.
    ///
    /// # Panics
    /// If an index below the capacity is above the limit that was asked for; if that is above [`DenseMap::MAX_INDEX`]; if there is
    /// no memory for so many slots ("capacity overflow").
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::<u64>::builder().build();
    /// assert_eq!(map.capacity(), 0);
    /// ```
    pub fn build(self) -> DenseMap<V> {
        let capacity = self.capacity;
        let last = capacity.saturating_sub(1);
        assert!(last <= DenseMap::<V>::MAX_INDEX, "capacity overflow: {capacity} slots");
        let max_index = self.max_index.unwrap_or(DEFAULT_MAX_INDEX.max(last));
        let greatest = DenseMap::<V>::MAX_INDEX;
        assert!(max_index <= greatest, "a limit of indices of {max_index} is above {greatest}");
        assert!(last <= max_index, "a capacity of {capacity} has indices above the limit of {max_index}");
        DenseMap::with_raw(capacity, max_index)
    }
}

impl<V> fmt::Debug for Builder<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("capacity", &self.capacity)
            .field("max_index", &self.max_index)
            .finish_non_exhaustive()
    }
}
