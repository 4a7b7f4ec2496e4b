//! Operations on the handle that show the stored key, or leave the decision to the caller.

use super::AtomicMap;
use super::pinned::Pinned;
use crate::api::outcome::{Compute, Computed, ExpectationFailed};
use crate::api::refs::{OwnedRef, Ref};
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

impl<K, V, S> Pinned<'_, K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
    /// A key as it stands in the map, and its value.
    ///
    /// Atomic and wait-free as [`get`](Self::get), at a little more cost.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(String::from("a"), 1);
    /// let (key, value) = pinned.get_key_value("a").expect("just inserted");
    /// assert_eq!((key.as_str(), *value), ("a", 1));
    /// ```
    pub fn get_key_value<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<(Ref<'_, K>, Ref<'_, V>)> {
        self.map().get_key_value_under(key, self.guard()).map(|(key, value)| (Ref(key), Ref(value)))
    }

    /// Removes a key. Returns the key as it stood in the map, and its value.
    ///
    /// Lock-free and atomic: key and value are those of the entry that it removes.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(String::from("a"), 1);
    /// let (key, value) = pinned.remove_entry("a").expect("just inserted");
    /// assert_eq!((key.as_str(), *value), ("a", 1));
    /// assert!(pinned.remove_entry("a").is_none());
    /// ```
    pub fn remove_entry<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<(Ref<'_, K>, Ref<'_, V>)> {
        self.map().remove_entry_under(key, self.guard()).map(|(key, value)| (Ref(key), Ref(value)))
    }

    /// Removes a key if its value meets a condition. Returns what it has removed.
    ///
    /// Lock-free and atomic: the value that is removed is the one that met the condition. The closure runs again when
    /// another thread was first.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// pinned.insert("a", 1);
    /// assert!(pinned.remove_if("a", |value| *value > 1).is_none());
    /// assert_eq!(pinned.remove_if("a", |value| *value == 1).as_deref(), Some(&1));
    /// ```
    #[inline]
    pub fn remove_if<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        condition: impl FnMut(&V) -> bool,
    ) -> Option<Ref<'_, V>> {
        self.map().remove_if_under(key, condition, self.guard()).map(Ref)
    }

    /// The value of a key, inserted if the key is absent. Lock-free and atomic.
    ///
    /// The value given is dropped if the key is present; [`get_or_insert_with`](Self::get_or_insert_with) makes none then.
    ///
    /// # Panics
    /// On capacity overflow, as [`insert`](Self::insert).
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// assert_eq!(*pinned.get_or_insert("a", 1), 1);
    /// assert_eq!(*pinned.get_or_insert("a", 2), 1);
    /// ```
    #[inline]
    #[doc(alias = "setdefault")]
    pub fn get_or_insert(&self, key: K, value: V) -> Ref<'_, V> {
        self.get_or_insert_with(key, || value)
    }

    /// Inserts, replaces or removes, as a closure says that is given the present value.
    ///
    /// Lock-free and atomic: what the closure was given is what its decision replaces. It runs again when another thread was
    /// first, so it should compute, and nothing else.
    ///
    /// # Panics
    /// On capacity overflow, as [`insert`](Self::insert).
    ///
    /// ```
    /// use atomic_dict::{AtomicMap, Compute};
    /// let map = AtomicMap::new();
    /// let pinned = map.pin();
    /// // A counter that is removed at three.
    /// let count = |current: Option<&u32>| match current {
    ///     None => Compute::Put(1),
    ///     Some(2) => Compute::Remove,
    ///     Some(n) => Compute::Put(n + 1),
    /// };
    /// assert_eq!(pinned.compute("a", count).after.as_deref(), Some(&1));
    /// assert_eq!(pinned.compute("a", count).after.as_deref(), Some(&2));
    /// let last = pinned.compute("a", count);
    /// assert_eq!((last.before.as_deref(), last.after.as_deref()), (Some(&2), None));
    /// ```
    #[inline]
    pub fn compute(&self, key: K, compute: impl FnMut(Option<&V>) -> Compute<V>) -> Computed<Ref<'_, V>> {
        let edited = self.map().compute_under(key, compute, self.guard());
        Computed { before: edited.before.map(Ref), after: edited.after.map(Ref) }
    }

    /// [`compute`](Self::compute) by a borrowed key; `make_key` is called at most once, when a key is to be inserted.
    ///
    /// # Panics
    /// If the key that `make_key` returns is not equivalent to the one looked up; on capacity overflow.
    ///
    /// ```
    /// use atomic_dict::{AtomicMap, Compute};
    /// let map: AtomicMap<String, u32> = AtomicMap::new();
    /// let pinned = map.pin();
    /// let computed = pinned.compute_ref("a", str::to_owned, |n| Compute::Put(n.map_or(1, |n| n + 1)));
    /// assert_eq!(computed.after.as_deref(), Some(&1));
    /// ```
    #[inline]
    pub fn compute_ref<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        make_key: impl FnOnce(&Q) -> K,
        compute: impl FnMut(Option<&V>) -> Compute<V>,
    ) -> Computed<Ref<'_, V>> {
        let edited = self.map().compute_ref_under(key, make_key, compute, self.guard());
        Computed { before: edited.before.map(Ref), after: edited.after.map(Ref) }
    }

    /// [`compare_and_set`](Self::compare_and_set) by identity, as in `AtomicDict`: replaces (or removes, without `desired`)
    /// the value of a key if it is the very one that was read before. Needs no `PartialEq`.
    ///
    /// A boxed value is the same if it has not been replaced since; a primitive of up to 8 bytes if its bits are equal.
    ///
    /// # Errors
    /// If something else is there: that, and the value that was not used.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// pinned.insert("a", vec![1]);
    /// let read = pinned.get("a").expect("just inserted");
    /// assert!(pinned.compare_and_set_same("a", &read, Some(vec![1, 2])).is_ok());
    /// let failed = pinned.compare_and_set_same("a", &read, None).unwrap_err();
    /// assert_eq!(failed.actual.as_deref(), Some(&vec![1, 2]));
    /// ```
    #[doc(alias = "compare_and_swap")]
    #[inline]
    pub fn compare_and_set_same(
        &self,
        key: K,
        expected: &Ref<'_, V>,
        desired: Option<V>,
    ) -> Result<Option<Ref<'_, V>>, ExpectationFailed<Ref<'_, V>, V>> {
        match self.map().compare_and_set_same_under(key, expected.0, desired, self.guard()) {
            Ok(before) => Ok(before.map(Ref)),
            Err(failed) => Err(failed.map_actual(Ref)),
        }
    }
}

/// Conveniences, as those of `plain`.
impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static, S: BuildHasher> AtomicMap<K, V, S> {
    /// As [`Pinned::get_or_insert`].
    ///
    /// # Panics
    /// On capacity overflow, as there.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// assert_eq!(*map.get_or_insert("a", 1), 1);
    /// ```
    #[inline]
    pub fn get_or_insert(&self, key: K, value: V) -> OwnedRef<'_, V> {
        self.get_or_insert_with(key, || value)
    }

    /// As [`Pinned::remove_if`].
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// map.insert("a", 1);
    /// assert!(map.remove_if("a", |value| *value > 1).is_none());
    /// ```
    #[inline]
    pub fn remove_if<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        condition: impl FnMut(&V) -> bool,
    ) -> Option<OwnedRef<'_, V>> {
        self.found(|map, guard| map.remove_if_under(key, condition, guard))
    }
}
