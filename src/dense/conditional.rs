//! Operations on the handle that do something if what is there meets a condition.

use super::operations::CompareAndSetResult;
use super::pinned::Pinned;
use crate::api::{Compute, Computed, ExpectationFailed, Expected, Ref};

fn referring<'g, V>(
    result: CompareAndSetResult<'g, V>,
) -> Result<Option<Ref<'g, V>>, ExpectationFailed<Ref<'g, V>, V>> {
    match result {
        Ok(before) => Ok(before.map(Ref)),
        Err(failed) => Err(failed.map_actual(Ref)),
    }
}

impl<V: Send + Sync + 'static> Pinned<'_, V> {
    /// Removes the value of an index if it meets a condition. Returns what it has removed.
    ///
    /// Lock-free and atomic: the value that is removed is the one that met the condition. The closure runs again when
    /// another thread was first.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(5, 1);
    /// assert!(pinned.remove_if(5, |value| *value > 1).is_none());
    /// assert_eq!(pinned.remove_if(5, |value| *value == 1).as_deref(), Some(&1));
    /// ```
    #[inline]
    pub fn remove_if(&self, index: usize, condition: impl FnMut(&V) -> bool) -> Option<Ref<'_, V>> {
        self.raw().remove_if(index, condition, self.cover()).map(Ref)
    }

    /// Inserts, replaces or removes, as a closure says that is given the present value.
    ///
    /// Lock-free and atomic: what the closure was given is what its decision replaces. It runs again when another thread was
    /// first, so it should compute, and nothing else.
    ///
    /// # Panics
    /// If a value is to be put where there is no slot, as [`insert`](Self::insert).
    ///
    /// ```
    /// use atomic_dict::{Compute, DenseMap};
    /// let map = DenseMap::new();
    /// let pinned = map.pin();
    /// // A counter that is removed at three.
    /// let count = |current: Option<&u32>| match current {
    ///     None => Compute::Put(1),
    ///     Some(2) => Compute::Remove,
    ///     Some(n) => Compute::Put(n + 1),
    /// };
    /// assert_eq!(pinned.compute(0, count).after.as_deref(), Some(&1));
    /// assert_eq!(pinned.compute(0, count).after.as_deref(), Some(&2));
    /// let last = pinned.compute(0, count);
    /// assert_eq!((last.before.as_deref(), last.after.as_deref()), (Some(&2), None));
    /// ```
    #[inline]
    pub fn compute(&self, index: usize, compute: impl FnMut(Option<&V>) -> Compute<V>) -> Computed<Ref<'_, V>> {
        let edited = self.raw().compute(index, compute, self.cover());
        Computed { before: edited.before.map(Ref), after: edited.after.map(Ref) }
    }

    /// If what is there is as expected, sets it to `desired`, or removes it if that is `None`; returns what was there
    /// before. Lock-free, linearizable: insert, replace and remove in one atomic call.
    ///
    /// Values are compared by [`PartialEq`], so a value that went to another and back counts as unchanged.
    ///
    /// # Errors
    /// If something else is there: that, and the value that was not used.
    ///
    /// # Panics
    /// If a value is to be put where there is no slot, as [`insert`](Self::insert).
    ///
    /// ```
    /// use atomic_dict::{DenseMap, Expected};
    /// let map = DenseMap::new();
    /// let pinned = map.pin();
    /// assert!(pinned.compare_and_set(7, Expected::NotFound, Some(1)).is_ok());
    /// assert!(pinned.compare_and_set(7, Expected::Value(&1), Some(2)).is_ok());
    /// let failed = pinned.compare_and_set(7, Expected::Value(&1), Some(3)).unwrap_err();
    /// assert_eq!((failed.actual.as_deref(), failed.desired), (Some(&2), Some(3)));
    /// assert!(pinned.compare_and_set(7, Expected::Value(&2), None).is_ok());
    /// assert!(!pinned.contains_key(7));
    /// ```
    #[doc(alias = "compare_and_put")]
    #[doc(alias = "compareAndPut")]
    #[doc(alias = "compare_exchange")]
    #[doc(alias = "replace")]
    #[inline]
    pub fn compare_and_set(
        &self,
        index: usize,
        expected: Expected<'_, V>,
        desired: Option<V>,
    ) -> Result<Option<Ref<'_, V>>, ExpectationFailed<Ref<'_, V>, V>>
    where
        V: PartialEq,
    {
        referring(self.raw().compare_and_set(index, expected, desired, self.cover()))
    }

    /// [`compare_and_set`](Self::compare_and_set) by identity: replaces (or removes, without `desired`) a value if it is the very
    /// one that was read before. Needs no `PartialEq`.
    ///
    /// A boxed value is the same if it has not been replaced since; a primitive of up to 8 bytes if its bits are equal.
    ///
    /// # Errors
    /// If something else is there: that, and the value that was not used.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(0, vec![1]);
    /// let read = pinned.get(0).expect("just inserted");
    /// assert!(pinned.compare_and_set_same(0, &read, Some(vec![1, 2])).is_ok());
    /// let failed = pinned.compare_and_set_same(0, &read, None).unwrap_err();
    /// assert_eq!(failed.actual.as_deref(), Some(&vec![1, 2]));
    /// ```
    #[doc(alias = "compareAndPut")]
    #[inline]
    pub fn compare_and_set_same(
        &self,
        index: usize,
        expected: &Ref<'_, V>,
        desired: Option<V>,
    ) -> Result<Option<Ref<'_, V>>, ExpectationFailed<Ref<'_, V>, V>> {
        let same = |current: Option<&V>| current.is_some_and(|current| expected.0.is(current));
        referring(self.raw().compare_and_set_by(index, same, desired, self.cover()))
    }
}
