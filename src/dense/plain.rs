//! The same operations on the map itself: each pins the thread for its call, if values are boxed.

use super::DenseMap;
use super::errors::{NoSlotError, TryInsertError};
use super::raw::{Cover, RawDense};
use crate::api::{ExpectationFailed, Expected, OccupiedError, OwnedRef};
use crate::table::Seen;
use crate::table::inline::is_inline;

/// Conveniences. Each does what the method of the same name on [`Pinned`](super::Pinned) does, with a pin of its own if values
/// are boxed.
impl<V: Send + Sync + 'static> DenseMap<V> {
    /// What `run` returns, with the value that it finds: a copy, or with a guard of its own.
    #[inline(always)]
    fn with_found<'m, R>(
        &'m self,
        run: impl for<'g> FnOnce(&'g RawDense<V>, Cover<'g, V>) -> (R, Option<Seen<'g, V>>),
    ) -> (R, Option<OwnedRef<'m, V>>) {
        if is_inline::<V>() {
            let (result, seen) = run(&self.raw, Cover::new(None));
            (result, seen.map(OwnedRef::unguarded))
        } else {
            OwnedRef::of(&self.raw, |raw, guard| run(raw, Cover::new(Some(guard))))
        }
    }

    /// The value that `run` finds.
    #[inline(always)]
    fn found<'m>(
        &'m self,
        run: impl for<'g> FnOnce(&'g RawDense<V>, Cover<'g, V>) -> Option<Seen<'g, V>>,
    ) -> Option<OwnedRef<'m, V>> {
        self.with_found(|raw, cover| ((), run(raw, cover))).1
    }

    /// The same for an operation that always finds one.
    #[inline(always)]
    fn present<'m>(
        &'m self,
        run: impl for<'g> FnOnce(&'g RawDense<V>, Cover<'g, V>) -> Seen<'g, V>,
    ) -> OwnedRef<'m, V> {
        self.found(|raw, cover| Some(run(raw, cover))).unwrap_or_else(|| unreachable!("the operation leaves a value"))
    }

    /// The value of an index. As [`Pinned::get`](super::Pinned::get).
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// map.insert(3, 'c');
    /// assert_eq!(map.get(3).as_deref(), Some(&'c'));
    /// ```
    #[inline]
    pub fn get(&self, index: usize) -> Option<OwnedRef<'_, V>> {
        if !is_inline::<V>() {
            // A pin is a full fence: without this, the cache miss of a lookup starts only behind it.
            self.raw.prefetch(index);
        }
        self.found(|raw, cover| raw.get(index, cover))
    }

    /// Whether an index has a value. As [`Pinned::contains_key`](super::Pinned::contains_key).
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// map.insert(7, ());
    /// assert!(map.contains_key(7));
    /// ```
    #[inline]
    pub fn contains_key(&self, index: usize) -> bool {
        self.raw.contains(index)
    }

    /// Inserts or replaces. As [`Pinned::insert`](super::Pinned::insert).
    ///
    /// # Panics
    /// If there is no slot, as there.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// assert!(map.insert(1, "one").is_none());
    /// assert_eq!(map.insert(1, "uno").as_deref(), Some(&"one"));
    /// ```
    #[inline]
    pub fn insert(&self, index: usize, value: V) -> Option<OwnedRef<'_, V>> {
        self.found(|raw, cover| raw.insert(index, value, cover))
    }

    /// Inserts if the index has no value. As [`Pinned::try_insert`](super::Pinned::try_insert).
    ///
    /// # Errors
    /// If there is a value: it, and the one that was not used. If there is no slot: why, and the value.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// assert!(map.try_insert(1, "one").is_ok());
    /// assert!(map.try_insert(1, "uno").is_err());
    /// assert!(map.try_insert(usize::MAX, "stray").is_err());
    /// ```
    #[inline]
    pub fn try_insert(&self, index: usize, value: V) -> Result<OwnedRef<'_, V>, TryInsertError<OwnedRef<'_, V>, V>> {
        let (failed, found) = self.with_found(|raw, cover| match raw.try_insert(index, value, cover) {
            Ok(seen) => (None, Some(seen)),
            Err(TryInsertError::Occupied(OccupiedError { current, value })) => (Some(Ok(value)), Some(current)),
            Err(TryInsertError::NoSlot(no_slot)) => (Some(Err(no_slot)), None),
        });
        match (failed, found) {
            (None, Some(inserted)) => Ok(inserted),
            (Some(Ok(value)), Some(current)) => Err(TryInsertError::Occupied(OccupiedError { current, value })),
            (Some(Err(no_slot)), _) => Err(TryInsertError::NoSlot(no_slot)),
            (_, None) => unreachable!("there is a value either way"),
        }
    }

    /// Inserts at the next free index, which it returns. Lock-free, linearizable.
    ///
    /// Indices count up from 0; one that has a value, because somebody inserted there, is passed over. A removed index is not
    /// used again. A push that returns before another one begins has the smaller index. An index whose push is under way is free
    /// until its value is there, so the highest index may be a little above the number of pushes that have returned.
    ///
    /// All pushes count in one place, which bounds how they scale with threads; one that matters can have a range of indices
    /// of its own in each thread, and [`insert`](Self::insert).
    ///
    /// # Panics
    /// If there is no free index up to the limit, or no memory for the next one; [`try_push`](Self::try_push) returns an error
    /// instead.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// map.insert(1, "taken");
    /// assert_eq!([map.push("a"), map.push("b")], [0, 2]);
    /// ```
    #[doc(alias = "append")]
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
    /// assert_eq!(map.try_push('a').unwrap(), 0);
    /// assert_eq!(map.try_push('b').unwrap_err().value, 'b');
    /// ```
    #[inline]
    pub fn try_push(&self, value: V) -> Result<usize, NoSlotError<V>> {
        // What is pushed is not returned, but boxes are put into slots under a guard.
        self.with_found(|raw, cover| (raw.try_push(value, cover), None)).0
    }

    /// Removes the value of an index and returns it. As [`Pinned::remove`](super::Pinned::remove).
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// map.insert(1, "one");
    /// assert_eq!(map.remove(1).as_deref(), Some(&"one"));
    /// ```
    #[inline]
    pub fn remove(&self, index: usize) -> Option<OwnedRef<'_, V>> {
        self.found(|raw, cover| raw.remove(index, cover))
    }

    /// Removes the value of an index if it meets a condition. As [`Pinned::remove_if`](super::Pinned::remove_if).
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// map.insert(5, 1);
    /// assert!(map.remove_if(5, |value| *value > 1).is_none());
    /// ```
    #[inline]
    pub fn remove_if(&self, index: usize, condition: impl FnMut(&V) -> bool) -> Option<OwnedRef<'_, V>> {
        self.found(|raw, cover| raw.remove_if(index, condition, cover))
    }

    /// Replaces the value of an index by a function of it. As [`Pinned::update`](super::Pinned::update).
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// map.insert(5, 1);
    /// assert_eq!(map.update(5, |n| n + 1).as_deref(), Some(&2));
    /// ```
    #[inline]
    pub fn update(&self, index: usize, update: impl FnMut(&V) -> V) -> Option<OwnedRef<'_, V>> {
        self.found(|raw, cover| raw.update(index, update, cover))
    }

    /// The value of an index, inserted if there is none. As [`Pinned::get_or_insert`](super::Pinned::get_or_insert).
    ///
    /// # Panics
    /// If there is no slot, as there.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// assert_eq!(*map.get_or_insert(5, 1), 1);
    /// ```
    #[inline]
    pub fn get_or_insert(&self, index: usize, value: V) -> OwnedRef<'_, V> {
        self.get_or_insert_with(index, || value)
    }

    /// The value of an index, made if there is none. As [`Pinned::get_or_insert_with`](super::Pinned::get_or_insert_with).
    ///
    /// # Panics
    /// If there is no slot, as there.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// assert_eq!(*map.get_or_insert_with(1, || "one"), "one");
    /// ```
    #[inline]
    pub fn get_or_insert_with(&self, index: usize, init: impl FnOnce() -> V) -> OwnedRef<'_, V> {
        self.present(|raw, cover| raw.get_or_insert_with(index, init, cover))
    }

    /// Inserts, or replaces the present value by a function of it. As [`Pinned::upsert`](super::Pinned::upsert).
    ///
    /// # Panics
    /// If there is no slot, as there.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// map.upsert(2, || 1, |count| count + 1);
    /// assert_eq!(*map.upsert(2, || 1, |count| count + 1), 2);
    /// ```
    #[inline]
    pub fn upsert(&self, index: usize, init: impl FnOnce() -> V, merge: impl FnMut(&V) -> V) -> OwnedRef<'_, V> {
        self.present(|raw, cover| raw.upsert(index, init, merge, cover))
    }

    /// Inserts, replaces or removes if what is there is as expected. As
    /// [`Pinned::compare_and_set`](super::Pinned::compare_and_set).
    ///
    /// # Errors
    /// If something else is there: that, and the value that was not used.
    ///
    /// # Panics
    /// If a value is to be put where there is no slot.
    ///
    /// ```
    /// use atomic_dict::{DenseMap, Expected};
    /// let map = DenseMap::new();
    /// assert!(map.compare_and_set(7, Expected::NotFound, Some(1)).is_ok());
    /// assert!(map.compare_and_set(7, Expected::NotFound, Some(2)).is_err());
    /// ```
    #[doc(alias = "compare_and_put")]
    #[doc(alias = "compareAndPut")]
    #[inline]
    pub fn compare_and_set(
        &self,
        index: usize,
        expected: Expected<'_, V>,
        desired: Option<V>,
    ) -> Result<Option<OwnedRef<'_, V>>, ExpectationFailed<OwnedRef<'_, V>, V>>
    where
        V: PartialEq,
    {
        let (result, actual) =
            self.with_found(|raw, cover| match raw.compare_and_set(index, expected, desired, cover) {
                Ok(before) => (Ok(()), before),
                Err(ExpectationFailed { actual, desired }) => (Err(desired), actual),
            });
        match result {
            Ok(()) => Ok(actual),
            Err(desired) => Err(ExpectationFailed { actual, desired }),
        }
    }
}
