//! The same operations on the map itself: each pins the thread for its call.

use super::AtomicMap;
use super::under::CompareAndSetResult;
use crate::api::outcome::{ExpectationFailed, Expected, OccupiedError};
use crate::api::refs::OwnedRef;
use crate::platform::epoch::{self, Guard};
use crate::table::Seen;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

/// Conveniences. Each pins the thread for the call, and does what the method of the same name on
/// [`Pinned`](crate::Pinned) does.
impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static, S: BuildHasher> AtomicMap<K, V, S> {
    /// The value that `run` finds, with a guard of its own.
    #[inline]
    pub(super) fn found<'m>(
        &'m self,
        run: impl for<'g> FnOnce(&'g Self, &'g Guard) -> Option<Seen<'g, V>>,
    ) -> Option<OwnedRef<'m, V>> {
        OwnedRef::of(self, |map, guard| ((), run(map, guard))).1
    }

    /// The same for an operation that always finds one.
    #[inline]
    fn present<'m>(&'m self, run: impl for<'g> FnOnce(&'g Self, &'g Guard) -> Seen<'g, V>) -> OwnedRef<'m, V> {
        self.found(|map, guard| Some(run(map, guard))).unwrap_or_else(|| unreachable!("the operation leaves a value"))
    }

    /// As [`Pinned::get`](crate::Pinned::get).
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// map.insert(String::from("a"), 1);
    /// assert_eq!(map.get("a").as_deref(), Some(&1));
    /// ```
    #[inline]
    pub fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<OwnedRef<'_, V>> {
        let probe = self.prepare_get(key);
        self.found(|map, guard| map.get_prepared(probe, guard))
    }

    /// As [`Pinned::contains_key`](crate::Pinned::contains_key).
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// map.insert(7, ());
    /// assert!(map.contains_key(&7));
    /// ```
    #[inline]
    pub fn contains_key<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> bool {
        let probe = self.prepare_get(key);
        self.get_prepared(probe, &epoch::pin()).is_some()
    }

    /// As [`Pinned::insert`](crate::Pinned::insert).
    ///
    /// # Panics
    /// On capacity overflow, as there.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// assert!(map.insert(1, "one").is_none());
    /// assert_eq!(map.insert(1, "uno").as_deref(), Some(&"one"));
    /// ```
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Option<OwnedRef<'_, V>> {
        self.found(|map, guard| map.insert_under(key, value, guard))
    }

    /// As [`Pinned::try_insert`](crate::Pinned::try_insert).
    ///
    /// # Errors
    /// If the key is present: what is there, and the value that was not used.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// assert!(map.try_insert(1, "one").is_ok());
    /// let occupied = map.try_insert(1, "uno").unwrap_err();
    /// assert_eq!((*occupied.current, occupied.value), ("one", "uno"));
    /// ```
    pub fn try_insert(&self, key: K, value: V) -> Result<OwnedRef<'_, V>, OccupiedError<OwnedRef<'_, V>, V>> {
        let (unused, found) = OwnedRef::of(self, |map: &Self, guard| match map.try_insert_under(key, value, guard) {
            Ok(inserted) => (None, Some(inserted)),
            Err(OccupiedError { current, value }) => (Some(value), Some(current)),
        });
        let current = found.unwrap_or_else(|| unreachable!("there is a value either way"));
        match unused {
            None => Ok(current),
            Some(value) => Err(OccupiedError { current, value }),
        }
    }

    /// As [`Pinned::remove`](crate::Pinned::remove).
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// map.insert(1, "one");
    /// assert_eq!(map.remove(&1).as_deref(), Some(&"one"));
    /// ```
    #[inline]
    pub fn remove<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<OwnedRef<'_, V>> {
        self.found(|map, guard| map.remove_under(key, guard))
    }

    /// As [`Pinned::update`](crate::Pinned::update).
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// map.insert("a", 1);
    /// assert_eq!(map.update("a", |n| n + 1).as_deref(), Some(&2));
    /// ```
    #[inline]
    pub fn update<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        update: impl FnMut(&V) -> V,
    ) -> Option<OwnedRef<'_, V>> {
        self.found(|map, guard| map.update_under(key, update, guard))
    }

    /// As [`Pinned::get_or_insert_with`](crate::Pinned::get_or_insert_with).
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// assert_eq!(*map.get_or_insert_with(1, || "one"), "one");
    /// ```
    #[inline]
    pub fn get_or_insert_with(&self, key: K, init: impl FnOnce() -> V) -> OwnedRef<'_, V> {
        self.present(|map, guard| map.get_or_insert_with_under(key, init, guard))
    }

    /// As [`Pinned::get_or_insert_with_ref`](crate::Pinned::get_or_insert_with_ref).
    ///
    /// # Panics
    /// If the key that `make_key` returns is not equivalent to the one looked up.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// assert_eq!(*map.get_or_insert_with_ref("a", str::to_owned, || 1), 1);
    /// ```
    #[inline]
    pub fn get_or_insert_with_ref<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        make_key: impl FnOnce(&Q) -> K,
        init: impl FnOnce() -> V,
    ) -> OwnedRef<'_, V> {
        self.present(|map, guard| map.get_or_insert_with_ref_under(key, make_key, init, guard))
    }

    /// As [`Pinned::upsert`](crate::Pinned::upsert).
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// map.upsert("a", || 1, |count| count + 1);
    /// assert_eq!(*map.upsert("a", || 1, |count| count + 1), 2);
    /// ```
    #[inline]
    pub fn upsert(&self, key: K, init: impl FnOnce() -> V, merge: impl FnMut(&V) -> V) -> OwnedRef<'_, V> {
        self.present(|map, guard| map.upsert_under(key, init, merge, guard))
    }

    /// As [`Pinned::upsert_ref`](crate::Pinned::upsert_ref).
    ///
    /// # Panics
    /// If the key that `make_key` returns is not equivalent to the one looked up.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// assert_eq!(*map.upsert_ref("a", str::to_owned, || 1, |count| count + 1), 1);
    /// ```
    #[inline]
    pub fn upsert_ref<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        make_key: impl FnOnce(&Q) -> K,
        init: impl FnOnce() -> V,
        merge: impl FnMut(&V) -> V,
    ) -> OwnedRef<'_, V> {
        self.present(|map, guard| map.upsert_ref_under(key, make_key, init, merge, guard))
    }

    /// As [`Pinned::compare_and_set`](crate::Pinned::compare_and_set).
    ///
    /// # Errors
    /// If something else is there: that, and the value that was not used.
    ///
    /// ```
    /// use atomic_dict::{AtomicMap, Expected};
    /// let map = AtomicMap::new();
    /// assert!(map.compare_and_set("a", Expected::NotFound, Some(1)).is_ok());
    /// assert!(map.compare_and_set("a", Expected::NotFound, Some(2)).is_err());
    /// ```
    pub fn compare_and_set(
        &self,
        key: K,
        expected: Expected<'_, V>,
        desired: Option<V>,
    ) -> Result<Option<OwnedRef<'_, V>>, ExpectationFailed<OwnedRef<'_, V>, V>>
    where
        V: PartialEq,
    {
        self.compared(|map, guard| map.compare_and_set_under(key, expected, desired, guard))
    }

    /// As [`Pinned::compare_and_set_ref`](crate::Pinned::compare_and_set_ref).
    ///
    /// # Errors
    /// If something else is there: that, and the value that was not used.
    ///
    /// # Panics
    /// If the key that `make_key` returns is not equivalent to the one looked up.
    ///
    /// ```
    /// use atomic_dict::{AtomicMap, Expected};
    /// let map: AtomicMap<String, u32> = AtomicMap::new();
    /// assert!(map.compare_and_set_ref("a", str::to_owned, Expected::NotFound, Some(1)).is_ok());
    /// ```
    pub fn compare_and_set_ref<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        make_key: impl FnOnce(&Q) -> K,
        expected: Expected<'_, V>,
        desired: Option<V>,
    ) -> Result<Option<OwnedRef<'_, V>>, ExpectationFailed<OwnedRef<'_, V>, V>>
    where
        V: PartialEq,
    {
        self.compared(|map, guard| map.compare_and_set_ref_under(key, make_key, expected, desired, guard))
    }

    fn compared<'m>(
        &'m self,
        run: impl for<'g> FnOnce(&'g Self, &'g Guard) -> CompareAndSetResult<'g, V>,
    ) -> Result<Option<OwnedRef<'m, V>>, ExpectationFailed<OwnedRef<'m, V>, V>> {
        let (result, actual) = OwnedRef::of(self, |map, guard| match run(map, guard) {
            Ok(before) => (Ok(()), before),
            Err(ExpectationFailed { actual, desired }) => (Err(desired), actual),
        });
        match result {
            Ok(()) => Ok(actual),
            Err(desired) => Err(ExpectationFailed { actual, desired }),
        }
    }
}
