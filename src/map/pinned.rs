//! The handle: operations on keys under one guard. Those on all entries are in `whole`.

use super::AtomicMap;
use crate::api::outcome::{ExpectationFailed, Expected, OccupiedError};
use crate::api::refs::Ref;
use crate::platform::discards;
use crate::platform::epoch::{self, Guard};
use crate::table::Habit;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

/// A map together with a guard: the way to call many operations, and to keep references to what they return.
///
/// Made by [`AtomicMap::pin`]. It belongs to the thread that made it. It locks nothing; as long as it lives, memory that
/// is retired is kept, so long-lived handles should [`repin`](Self::repin) now and then.
pub struct Pinned<'m, K: 'static, V: 'static, S> {
    map: &'m AtomicMap<K, V, S>,
    guard: Guard,
    habit: Habit,
}

impl<'m, K: 'static, V: 'static, S> Pinned<'m, K, V, S> {
    #[inline]
    pub(super) fn new(map: &'m AtomicMap<K, V, S>) -> Self {
        Self { map, guard: epoch::pin(), habit: Habit::new() }
    }

    #[inline(always)]
    pub(super) fn habit(&self) -> &Habit {
        &self.habit
    }

    /// The map.
    ///
    /// ```
    /// let map: atomic_dict::AtomicMap<u64, u64> = atomic_dict::AtomicMap::new();
    /// assert_eq!(map.pin().map().approx_len(), 0);
    /// ```
    pub fn map(&self) -> &'m AtomicMap<K, V, S> {
        self.map
    }

    /// The guard, which serves [`Published`](crate::Published) cells as well: one pin for both.
    ///
    /// ```
    /// use atomic_dict::{AtomicMap, Published};
    /// let (recent, index) = (AtomicMap::from([(4, ())]), Published::new(vec![1, 2, 3]));
    /// let recent = recent.pin();
    /// // What leaves the map is in the index by then, so the map comes first.
    /// let found = |number| recent.contains_key(&number) || index.load(recent.guard()).contains(&number);
    /// assert!(found(1) && found(4) && !found(5));
    /// ```
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Lets go of everything reached so far, as if by a new handle, at less cost. References taken before end here.
    ///
    /// Another guard of the same thread (a second handle, an [`OwnedRef`](crate::OwnedRef)) keeps the thread where it is.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let mut pinned = map.pin();
    /// for number in 0..10_000 {
    ///     pinned.insert("latest", vec![number]);
    ///     if number % 1000 == 0 {
    ///         pinned.repin(); // what was replaced so far can be freed
    ///     }
    /// }
    /// ```
    pub fn repin(&mut self) {
        self.guard.repin();
    }

    /// As [`AtomicMap::flush`], but the array that is kept for a next table stays. What was retired under this very handle is kept until
    /// it is dropped or repinned.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let mut pinned = map.pin();
    /// pinned.insert(1, String::new());
    /// pinned.remove(&1);
    /// pinned.repin();
    /// pinned.flush();
    /// ```
    pub fn flush(&self) {
        self.guard.flush();
        discards::free_all();
    }
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static, S: BuildHasher> Pinned<'_, K, V, S> {
    /// The value of a key. Never waits, writes nothing shared. Linearizable.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(String::from("a"), 1);
    /// assert_eq!(pinned.get("a").as_deref(), Some(&1));
    /// assert!(pinned.get("b").is_none());
    /// ```
    #[doc(alias = "__getitem__")]
    #[inline]
    pub fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<Ref<'_, V>> {
        self.map.get_under(key, &self.habit, &self.guard).map(Ref)
    }

    /// Whether the key is present. As [`get`](Self::get).
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(7, ());
    /// assert!(pinned.contains_key(&7) && !pinned.contains_key(&8));
    /// ```
    #[doc(alias = "__contains__")]
    #[inline]
    pub fn contains_key<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> bool {
        self.get(key).is_some()
    }

    /// Inserts or replaces, and returns what was there before. Lock-free, linearizable.
    ///
    /// If the key is present, the key that is in the map stays, and `key` is dropped.
    ///
    /// # Panics
    /// If the map would need a table larger than the address space ("capacity overflow"), as every inserting operation.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// assert!(pinned.insert(1, "one").is_none());
    /// assert_eq!(pinned.insert(1, "uno").as_deref(), Some(&"one"));
    /// ```
    #[doc(alias = "__setitem__")]
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Option<Ref<'_, V>> {
        self.map.insert_under(key, value, &self.guard).map(Ref)
    }

    /// Inserts if the key is absent, and returns the inserted value. Lock-free, linearizable.
    ///
    /// # Errors
    /// If the key is present: what is there, and the value that was not used.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// assert_eq!(*pinned.try_insert(1, "one").unwrap(), "one");
    /// let occupied = pinned.try_insert(1, "uno").unwrap_err();
    /// assert_eq!((*occupied.current, occupied.value), ("one", "uno"));
    /// ```
    #[doc(alias = "putIfAbsent")]
    #[inline]
    pub fn try_insert(&self, key: K, value: V) -> Result<Ref<'_, V>, OccupiedError<Ref<'_, V>, V>> {
        match self.map.try_insert_under(key, value, &self.guard) {
            Ok(seen) => Ok(Ref(seen)),
            Err(OccupiedError { current, value }) => Err(OccupiedError { current: Ref(current), value }),
        }
    }

    /// Removes the key and returns its value. Lock-free, linearizable: of several removals one gets the value.
    ///
    /// The value is dropped when no thread can see it any more. A boxed key stays in its slot, is used again when it is
    /// inserted again, and is dropped by the next migration.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(1, "one");
    /// assert_eq!(pinned.remove(&1).as_deref(), Some(&"one"));
    /// assert!(pinned.remove(&1).is_none());
    /// ```
    #[doc(alias = "__delitem__")]
    #[inline]
    pub fn remove<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<Ref<'_, V>> {
        self.map.remove_under(key, &self.guard).map(Ref)
    }

    /// Replaces the value of a present key by a function of it, and returns the new value; `None` if the key is absent.
    /// Lock-free, linearizable.
    ///
    /// `update` runs again when another thread changes the value first; it should do nothing but compute.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// pinned.insert("a", 1);
    /// assert_eq!(pinned.update("a", |n| n + 1).as_deref(), Some(&2));
    /// assert!(pinned.update("b", |n| n + 1).is_none());
    /// ```
    #[inline]
    pub fn update<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q, update: impl FnMut(&V) -> V) -> Option<Ref<'_, V>> {
        self.map.update_under(key, update, &self.guard).map(Ref)
    }

    /// The value of a key, which is inserted if it is absent. Lock-free, linearizable.
    ///
    /// `init` runs at most once. If another thread inserts first, its value is returned and the one made here is dropped.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// assert_eq!(*pinned.get_or_insert_with(1, || "one"), "one");
    /// assert_eq!(*pinned.get_or_insert_with(1, || unreachable!()), "one");
    /// ```
    #[doc(alias = "computeIfAbsent")]
    #[inline]
    pub fn get_or_insert_with(&self, key: K, init: impl FnOnce() -> V) -> Ref<'_, V> {
        Ref(self.map.get_or_insert_with_under(key, init, &self.guard))
    }

    /// [`get_or_insert_with`](Self::get_or_insert_with) by a borrowed key: `make_key` is called only if the key is to be
    /// inserted, at most once.
    ///
    /// # Panics
    /// If the key that `make_key` returns is not equivalent to the one looked up.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// assert_eq!(*pinned.get_or_insert_with_ref("a", str::to_owned, || 1), 1);
    /// assert_eq!(*pinned.get_or_insert_with_ref("a", |_| unreachable!(), || 2), 1);
    /// ```
    #[inline]
    pub fn get_or_insert_with_ref<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        make_key: impl FnOnce(&Q) -> K,
        init: impl FnOnce() -> V,
    ) -> Ref<'_, V> {
        Ref(self.map.get_or_insert_with_ref_under(key, make_key, init, &self.guard))
    }

    /// Inserts `init()` if the key is absent, else replaces its value by `merge` of it; returns the new value. Lock-free,
    /// linearizable.
    ///
    /// `init` runs at most once, `merge` again whenever another thread changes the value first.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// for word in ["a", "b", "a"] {
    ///     pinned.upsert(word, || 1, |count| count + 1);
    /// }
    /// assert_eq!(pinned.get("a").as_deref(), Some(&2));
    /// ```
    #[doc(alias = "merge")]
    #[inline]
    pub fn upsert(&self, key: K, init: impl FnOnce() -> V, merge: impl FnMut(&V) -> V) -> Ref<'_, V> {
        Ref(self.map.upsert_under(key, init, merge, &self.guard))
    }

    /// [`upsert`](Self::upsert) by a borrowed key: `make_key` is called only if the key is to be inserted, at most once.
    ///
    /// # Panics
    /// If the key that `make_key` returns is not equivalent to the one looked up.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// for word in "a b a".split(' ') {
    ///     pinned.upsert_ref(word, str::to_owned, || 1, |count| count + 1);
    /// }
    /// assert_eq!(pinned.get("a").as_deref(), Some(&2));
    /// ```
    #[inline]
    pub fn upsert_ref<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        make_key: impl FnOnce(&Q) -> K,
        init: impl FnOnce() -> V,
        merge: impl FnMut(&V) -> V,
    ) -> Ref<'_, V> {
        Ref(self.map.upsert_ref_under(key, make_key, init, merge, &self.guard))
    }

    /// If the key's value is as expected, sets it to `desired`, or removes it if that is `None`; returns what was there
    /// before. Lock-free, linearizable: insert, replace and remove in one atomic call.
    ///
    /// Values are compared by [`PartialEq`], so a value that went to another and back counts as unchanged.
    ///
    /// # Errors
    /// If something else is there: that, and the value that was not used.
    ///
    /// ```
    /// use atomic_dict::{AtomicMap, Expected};
    /// let map = AtomicMap::new();
    /// let pinned = map.pin();
    /// assert!(pinned.compare_and_set("a", Expected::NotFound, Some(1)).is_ok());
    /// assert!(pinned.compare_and_set("a", Expected::Value(&1), Some(2)).is_ok());
    /// let failed = pinned.compare_and_set("a", Expected::Value(&1), Some(3)).unwrap_err();
    /// assert_eq!((failed.actual.as_deref(), failed.desired), (Some(&2), Some(3)));
    /// assert!(pinned.compare_and_set("a", Expected::Value(&2), None).is_ok());
    /// assert!(!pinned.contains_key("a"));
    /// ```
    #[doc(alias = "compare_exchange")]
    #[doc(alias = "replace")]
    #[inline]
    pub fn compare_and_set(
        &self,
        key: K,
        expected: Expected<'_, V>,
        desired: Option<V>,
    ) -> Result<Option<Ref<'_, V>>, ExpectationFailed<Ref<'_, V>, V>>
    where
        V: PartialEq,
    {
        match self.map.compare_and_set_under(key, expected, desired, &self.guard) {
            Ok(before) => Ok(before.map(Ref)),
            Err(failed) => Err(failed.map_actual(Ref)),
        }
    }

    /// [`compare_and_set`](Self::compare_and_set) by a borrowed key: `make_key` is called only if the key is to be
    /// inserted, at most once.
    ///
    /// # Errors
    /// As for `compare_and_set`.
    ///
    /// # Panics
    /// If the key that `make_key` returns is not equivalent to the one looked up.
    ///
    /// ```
    /// use atomic_dict::{AtomicMap, Expected};
    /// let map: AtomicMap<String, u32> = AtomicMap::new();
    /// let pinned = map.pin();
    /// assert!(pinned.compare_and_set_ref("a", str::to_owned, Expected::NotFound, Some(1)).is_ok());
    /// assert!(pinned.compare_and_set_ref("a", str::to_owned, Expected::Value(&1), None).is_ok());
    /// ```
    #[inline]
    pub fn compare_and_set_ref<Q: Hash + Equivalent<K> + ?Sized>(
        &self,
        key: &Q,
        make_key: impl FnOnce(&Q) -> K,
        expected: Expected<'_, V>,
        desired: Option<V>,
    ) -> Result<Option<Ref<'_, V>>, ExpectationFailed<Ref<'_, V>, V>>
    where
        V: PartialEq,
    {
        match self.map.compare_and_set_ref_under(key, make_key, expected, desired, &self.guard) {
            Ok(before) => Ok(before.map(Ref)),
            Err(failed) => Err(failed.map_actual(Ref)),
        }
    }
}
