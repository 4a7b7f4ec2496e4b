//! The handle: all operations under one guard, or none.

use super::DenseMap;
use super::errors::{NoSlotError, TryInsertError};
use super::raw::{Cover, RawDense};
use crate::api::{OccupiedError, Ref};
use crate::platform::discards;
use crate::platform::epoch::{self, Guard};
use crate::reclaim;
use crate::table::inline::is_inline;
use core::fmt;

/// A map together with a guard, if its values need one: the way to call many operations, and to keep references to what they
/// return.
///
/// Made by [`DenseMap::pin`]. It belongs to the thread that made it, and locks nothing. If values are boxed, memory that is
/// retired is kept while it lives, so long-lived handles should [`repin`](Self::repin) now and then.
pub struct Pinned<'m, V: 'static> {
    map: &'m DenseMap<V>,
    guard: Option<Guard>,
}

impl<'m, V: 'static> Pinned<'m, V> {
    #[inline]
    pub(super) fn new(map: &'m DenseMap<V>) -> Self {
        Self { map, guard: (!is_inline::<V>()).then(epoch::pin) }
    }

    #[inline(always)]
    pub(super) fn raw(&self) -> &RawDense<V> {
        &self.map.raw
    }

    #[inline(always)]
    pub(super) fn cover(&self) -> Cover<'_, V> {
        Cover::new(self.guard.as_ref())
    }

    /// The map.
    ///
    /// ```
    /// let map: atomic_dict::DenseMap<u64> = atomic_dict::DenseMap::new();
    /// assert_eq!(map.pin().map().approx_len(), 0);
    /// ```
    pub fn map(&self) -> &'m DenseMap<V> {
        self.map
    }

    /// Lets go of everything reached so far, as if by a new handle, at less cost. References taken before end here.
    ///
    /// As [`Pinned::repin`](crate::Pinned::repin) of the other map. Does nothing if values are primitives.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let mut pinned = map.pin();
    /// for number in 0..10_000 {
    ///     pinned.insert(0, vec![number]);
    ///     if number % 1000 == 0 {
    ///         pinned.repin(); // what was replaced so far can be freed
    ///     }
    /// }
    /// ```
    pub fn repin(&mut self) {
        if let Some(guard) = &mut self.guard {
            guard.repin();
        }
    }

    /// As [`DenseMap::flush`]. If values are boxed, what was retired under this very handle is kept until it is dropped or repinned, and
    /// one call takes one step of the collector.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let mut pinned = map.pin();
    /// pinned.insert(1, String::new());
    /// pinned.remove(1);
    /// pinned.repin();
    /// pinned.flush();
    /// ```
    pub fn flush(&self) {
        match &self.guard {
            Some(guard) => {
                guard.flush();
                discards::free_all();
            }
            None => reclaim::collect(),
        }
    }
}

impl<V: Send + Sync + 'static> Pinned<'_, V> {
    /// The value of an index. Wait-free, writes nothing shared (but for values of 8 bytes that need a box: see
    /// [`DenseMap`]). Linearizable.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(3, 'c');
    /// assert_eq!(pinned.get(3).as_deref(), Some(&'c'));
    /// assert!(pinned.get(usize::MAX).is_none());
    /// ```
    #[inline]
    pub fn get(&self, index: usize) -> Option<Ref<'_, V>> {
        self.raw().get(index, self.cover()).map(Ref)
    }

    /// Whether an index has a value. As [`get`](Self::get).
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(7, ());
    /// assert!(pinned.contains_key(7) && !pinned.contains_key(8));
    /// ```
    #[inline]
    pub fn contains_key(&self, index: usize) -> bool {
        self.raw().contains(index)
    }

    /// Inserts or replaces, and returns what was there before. Lock-free, linearizable.
    ///
    /// # Panics
    /// If the index is above [`max_index`](DenseMap::max_index), or there is no memory for the segment it is in, as every
    /// operation that would put a value there. [`try_insert`](Self::try_insert) returns an error instead.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let pinned = map.pin();
    /// assert!(pinned.insert(1, "one").is_none());
    /// assert_eq!(pinned.insert(1, "uno").as_deref(), Some(&"one"));
    /// ```
    #[inline]
    pub fn insert(&self, index: usize, value: V) -> Option<Ref<'_, V>> {
        self.raw().insert(index, value, self.cover()).map(Ref)
    }

    /// Inserts if the index has no value, and returns the inserted value. Lock-free, linearizable.
    ///
    /// # Errors
    /// If there is a value: it, and the one that was not used. If there is no slot: why, and the value.
    ///
    /// ```
    /// use atomic_dict::DenseMap;
    /// use atomic_dict::dense::TryInsertError;
    /// let map = DenseMap::new();
    /// let pinned = map.pin();
    /// assert_eq!(*pinned.try_insert(1, "one").unwrap(), "one");
    /// match pinned.try_insert(1, "uno") {
    ///     Err(TryInsertError::Occupied(occupied)) => assert_eq!((*occupied.current, occupied.value), ("one", "uno")),
    ///     other => unreachable!("{other:?}"),
    /// }
    /// let stray = pinned.try_insert(1 << 40, "stray").unwrap_err();
    /// assert_eq!(stray.to_string(), "index 1099511627776 is above the limit of this map, 4294967296");
    /// ```
    #[doc(alias = "putIfAbsent")]
    #[inline]
    pub fn try_insert(&self, index: usize, value: V) -> Result<Ref<'_, V>, TryInsertError<Ref<'_, V>, V>> {
        match self.raw().try_insert(index, value, self.cover()) {
            Ok(seen) => Ok(Ref(seen)),
            Err(TryInsertError::NoSlot(no_slot)) => Err(TryInsertError::NoSlot(no_slot)),
            Err(TryInsertError::Occupied(OccupiedError { current, value })) => {
                Err(TryInsertError::Occupied(OccupiedError { current: Ref(current), value }))
            }
        }
    }

    /// Inserts at the next free index, which it returns. As [`DenseMap::push`].
    ///
    /// # Panics
    /// As there.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let pinned = map.pin();
    /// assert_eq!([pinned.push("a"), pinned.push("b")], [0, 1]);
    /// ```
    #[inline]
    pub fn push(&self, value: V) -> usize {
        self.try_push(value).unwrap_or_else(|full| panic!("{full}"))
    }

    /// [`push`](Self::push) for a map that may be full.
    ///
    /// # Errors
    /// If there is no free index up to the limit, or no memory for the next one: why, and the value. An index for which there was no
    /// memory is not tried again.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::builder().max_index(0).build();
    /// let pinned = map.pin();
    /// assert_eq!(pinned.try_push('a').unwrap(), 0);
    /// assert_eq!(pinned.try_push('b').unwrap_err().value, 'b');
    /// ```
    #[inline]
    pub fn try_push(&self, value: V) -> Result<usize, NoSlotError<V>> {
        self.raw().try_push(value, self.cover())
    }

    /// Removes the value of an index and returns it. Lock-free, linearizable: of several removals one gets the value, and `None`
    /// means that there was a moment at which the index had none.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(1, "one");
    /// assert_eq!(pinned.remove(1).as_deref(), Some(&"one"));
    /// assert!(pinned.remove(1).is_none());
    /// ```
    #[inline]
    pub fn remove(&self, index: usize) -> Option<Ref<'_, V>> {
        self.raw().remove(index, self.cover()).map(Ref)
    }

    /// Replaces the value of an index by a function of it, and returns the new value; `None` if there is none. Lock-free,
    /// linearizable.
    ///
    /// `update` runs again when another thread changes the value first; it should do nothing but compute.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(5, 1);
    /// assert_eq!(pinned.update(5, |n| n + 1).as_deref(), Some(&2));
    /// assert!(pinned.update(6, |n| n + 1).is_none());
    /// ```
    #[inline]
    pub fn update(&self, index: usize, update: impl FnMut(&V) -> V) -> Option<Ref<'_, V>> {
        self.raw().update(index, update, self.cover()).map(Ref)
    }

    /// The value of an index, inserted if there is none. Lock-free and atomic.
    ///
    /// # Panics
    /// If there is no slot, as [`insert`](Self::insert).
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let pinned = map.pin();
    /// assert_eq!(*pinned.get_or_insert(5, 1), 1);
    /// assert_eq!(*pinned.get_or_insert(5, 2), 1);
    /// ```
    #[inline]
    pub fn get_or_insert(&self, index: usize, value: V) -> Ref<'_, V> {
        self.get_or_insert_with(index, || value)
    }

    /// The value of an index, which is made if there is none. Lock-free, linearizable.
    ///
    /// `init` runs at most once. If another thread inserts first, its value is returned and the one made here is dropped.
    ///
    /// # Panics
    /// If there is no slot, as [`insert`](Self::insert).
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let pinned = map.pin();
    /// assert_eq!(*pinned.get_or_insert_with(1, || "one"), "one");
    /// assert_eq!(*pinned.get_or_insert_with(1, || unreachable!()), "one");
    /// ```
    #[doc(alias = "computeIfAbsent")]
    #[inline]
    pub fn get_or_insert_with(&self, index: usize, init: impl FnOnce() -> V) -> Ref<'_, V> {
        Ref(self.raw().get_or_insert_with(index, init, self.cover()))
    }

    /// Inserts `init()` if there is no value, else replaces the value by `merge` of it; returns the new value. Lock-free,
    /// linearizable.
    ///
    /// `init` runs at most once, `merge` again whenever another thread changes the value first.
    ///
    /// # Panics
    /// If there is no slot, as [`insert`](Self::insert).
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let pinned = map.pin();
    /// for die in [1, 6, 1] {
    ///     pinned.upsert(die, || 1, |count| count + 1);
    /// }
    /// assert_eq!(pinned.get(1).as_deref(), Some(&2));
    /// ```
    #[doc(alias = "merge")]
    #[inline]
    pub fn upsert(&self, index: usize, init: impl FnOnce() -> V, merge: impl FnMut(&V) -> V) -> Ref<'_, V> {
        Ref(self.raw().upsert(index, init, merge, self.cover()))
    }
}

impl<V: Send + Sync + fmt::Debug + 'static> fmt::Debug for Pinned<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
