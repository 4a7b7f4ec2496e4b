//! Operations on all entries of a map.

use super::AtomicMap;
use super::ahead::{Inserter, run_to_end};
use super::iter::{Drain, Iter, Keys, Values};
use super::pinned::Pinned;
use crate::api::refs::Ref;
use crate::table::Hashes;
use core::fmt;
use core::hash::{BuildHasher, Hash};

impl<K, V, S> Pinned<'_, K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
    /// All entries, in no particular order. Never blocks writers.
    ///
    /// A key that is present from this call to the end of the iteration is yielded exactly once, any other at most once;
    /// each value is one that the key had meanwhile. Completes a running migration first.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(1, 10);
    /// pinned.insert(2, 20);
    /// assert_eq!(pinned.iter().map(|(key, value)| *key + *value).sum::<i32>(), 33);
    /// ```
    pub fn iter(&self) -> Iter<'_, K, V, S> {
        self.walk(Hashes::ALL)
    }

    /// One of `partitions` parts of the entries, number `this_partition` counted from 0: for threads that share out a map
    /// without talking to each other. As [`iter`](Self::iter) in everything else.
    ///
    /// A key belongs to a part by its hash alone, so the parts are disjoint and together complete, whenever each of them is
    /// asked for and whatever happens to the map in between: a key that is present throughout is yielded by exactly one of
    /// them, once. With a good hasher their sizes differ by a few per cent, as long as there are some thousand entries to
    /// a part. Costs a look at that part of the table.
    ///
    /// # Panics
    /// If `this_partition` is not below `partitions`; so `partitions` cannot be zero.
    ///
    /// ```
    /// let map: atomic_dict::AtomicMap<u64, u64> = atomic_dict::AtomicMap::new();
    /// (0..1000).for_each(|key| drop(map.insert(key, key)));
    /// let sum: u64 = std::thread::scope(|scope| {
    ///     let part = |index| map.pin().fast_iter(4, index).map(|(_, value)| *value).sum::<u64>();
    ///     let threads = [0, 1, 2, 3].map(|index| scope.spawn(move || part(index)));
    ///     threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    /// });
    /// assert_eq!(sum, 999 * 1000 / 2);
    /// ```
    #[track_caller]
    pub fn fast_iter(&self, partitions: usize, this_partition: usize) -> Iter<'_, K, V, S> {
        assert!(
            this_partition < partitions,
            "there is no partition {this_partition} of {partitions}: they count from 0"
        );
        self.walk(Hashes::partition(partitions, this_partition))
    }

    fn walk(&self, hashes: Hashes) -> Iter<'_, K, V, S> {
        let map = self.map();
        Iter::new(map.raw.walk(hashes, &map.key_hasher(), self.guard()), map)
    }

    /// All keys: [`iter`](Self::iter) without the values.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::from([(1, 'a'), (2, 'b')]);
    /// assert_eq!(map.pin().keys().map(|key| *key).sum::<i32>(), 3);
    /// ```
    pub fn keys(&self) -> Keys<'_, K, V, S> {
        Keys(self.iter())
    }

    /// All values: [`iter`](Self::iter) without the keys.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::from([('a', 1), ('b', 2)]);
    /// assert_eq!(map.pin().values().map(|value| *value).sum::<i32>(), 3);
    /// ```
    pub fn values(&self) -> Values<'_, K, V, S> {
        Values(self.iter())
    }

    /// Removes the entries for which `keep` is false.
    ///
    /// Atomic for each key, not as a whole: every key that is present throughout is asked about, and what is removed is a
    /// value for which `keep` was false, beside this key or an equal one that has taken its place. It may be asked again about a key that
    /// others change meanwhile. If few entries are left, the map
    /// has shrunk at the end.
    ///
    /// ```
    /// let map: atomic_dict::AtomicMap<u32, u32> = (0..10).map(|n| (n, n)).collect();
    /// map.pin().retain(|_, value| value % 2 == 0);
    /// assert_eq!(map.approx_len(), 5);
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool) {
        for (key, value) in self.iter() {
            if !keep(&key, &value) {
                // The verdict stands for this value; about any other the closure is asked.
                self.remove_if::<K>(&key, |current| value.0.is(current) || !keep(&key, current));
            }
        }
        self.map().shrink_now(self.guard());
    }

    /// Removes all entries.
    ///
    /// Atomic for each key, not as a whole: every key that is present throughout is removed; one that comes meanwhile may
    /// stay. The map has shrunk at the end.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::from([(1, 2)]);
    /// map.pin().clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self) {
        for (key, _) in self.iter() {
            self.remove::<K>(&key);
        }
        self.map().shrink_now(self.guard());
    }
}

impl<K: 'static, V: 'static, S> fmt::Debug for Pinned<'_, K, V, S>
where
    K: Hash + Eq + Send + Sync + fmt::Debug,
    V: Send + Sync + fmt::Debug,
    S: BuildHasher,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// ```
/// let map = atomic_dict::AtomicMap::from([(1, 10), (2, 20)]);
/// let pinned = map.pin();
/// let mut sum = 0;
/// for (key, value) in &pinned {
///     sum += *key + *value;
/// }
/// assert_eq!(sum, 33);
/// ```
impl<'p, K, V, S> IntoIterator for &'p Pinned<'_, K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
    type Item = (Ref<'p, K>, Ref<'p, V>);
    type IntoIter = Iter<'p, K, V, S>;

    fn into_iter(self) -> Iter<'p, K, V, S> {
        self.iter()
    }
}

impl<K: 'static, V: 'static, S> AtomicMap<K, V, S> {
    /// Takes all entries out of the map, which keeps no memory for them. Those that are not taken are dropped with the
    /// iterator.
    ///
    /// ```
    /// let mut map = atomic_dict::AtomicMap::from([(1, 2)]);
    /// assert_eq!(map.drain().collect::<Vec<_>>(), [(1, 2)]);
    /// assert!(map.is_empty());
    /// ```
    pub fn drain(&mut self) -> Drain<'_, K, V> {
        Drain::new(self.raw.take_remains())
    }
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static, S: BuildHasher> AtomicMap<K, V, S> {
    /// Calls a closure with every entry, under one guard. As [`Pinned::iter`] in everything else.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::from([(1, 10), (2, 20)]);
    /// let mut sum = 0;
    /// map.for_each(|key, value| sum += key + value);
    /// assert_eq!(sum, 33);
    /// ```
    pub fn for_each(&self, mut visit: impl FnMut(&K, &V)) {
        self.pin().iter().for_each(|(key, value)| visit(&key, &value));
    }

    /// As [`Pinned::retain`].
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::from([(1, 10), (2, 20)]);
    /// map.retain(|key, _| *key > 1);
    /// assert_eq!(map.approx_len(), 1);
    /// ```
    pub fn retain(&self, keep: impl FnMut(&K, &V) -> bool) {
        self.pin().retain(keep);
        self.flush();
    }

    /// As [`Pinned::clear`].
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::from([(1, 10), (2, 20)]);
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self) {
        self.pin().clear();
        self.flush();
    }

    /// Inserts or replaces each entry, atomically one by one, in their order: of several values of a key the last one stays. Also
    /// through [`Extend`].
    ///
    /// Some entries at a time are under way, so that the cache misses of their places overlap: on a large map this is quicker than
    /// as many calls of [`insert`](Self::insert). So an entry may come into the map when some more have been taken from the iterator,
    /// and all are there when the call returns. It holds no handle while it asks for entries. Lock-free.
    ///
    /// # Panics
    /// If the iterator panics, or `Hash` or `Eq` of keys; what was taken by then is inserted, apart from the entry that a panic is about,
    /// unless there is a second panic. And on capacity overflow.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// map.batch_insert((0..1000).map(|number| (number % 100, number)));
    /// assert_eq!(map.get(&5).as_deref(), Some(&905));
    /// ```
    pub fn batch_insert(&self, entries: impl IntoIterator<Item = (K, V)>) {
        let take_in = |inserter: &mut Inserter<'_, K, V, S>| {
            for (key, value) in entries {
                inserter.push(key, value);
            }
        };
        run_to_end(Inserter::new(self), take_in, Inserter::finish);
    }
}

/// [`AtomicMap::batch_insert`].
///
/// ```
/// let mut map = atomic_dict::AtomicMap::new();
/// map.extend([(1, 2), (3, 4)]);
/// (&map).extend([(5, 6)]); // through a shared reference, too
/// assert_eq!(map.approx_len(), 3);
/// ```
impl<K, V, S> Extend<(K, V)> for &AtomicMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.batch_insert(entries);
    }
}

/// As for a shared reference, of which this is the case.
impl<K, V, S> Extend<(K, V)> for AtomicMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.batch_insert(entries);
    }
}

/// Of several values of a key the last one stays.
///
/// ```
/// let map: atomic_dict::AtomicMap<_, _> = [("a", 1), ("b", 2), ("a", 3)].into_iter().collect();
/// assert_eq!(map.get("a").as_deref(), Some(&3));
/// ```
impl<K, V, S> FromIterator<(K, V)> for AtomicMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher + Default,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let map = Self::with_room(entries.size_hint().0, S::default());
        map.batch_insert(entries);
        map
    }
}

/// ```
/// let map = atomic_dict::AtomicMap::from([("a", 1), ("b", 2)]);
/// assert_eq!(map.get("b").as_deref(), Some(&2));
/// ```
impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static, const N: usize> From<[(K, V); N]>
    for AtomicMap<K, V>
{
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

/// A map of the same entries, with the same hasher. Not a snapshot: an entry that others change meanwhile is copied as
/// [`Pinned::iter`] finds it.
///
/// ```
/// let map = atomic_dict::AtomicMap::from([("a", 1)]);
/// let copy = map.clone();
/// map.insert("a", 2);
/// assert_eq!(copy.get("a").as_deref(), Some(&1));
/// ```
impl<K, V, S> Clone for AtomicMap<K, V, S>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Clone,
{
    fn clone(&self) -> Self {
        let copy = Self::with_room(self.approx_len(), self.hasher.clone());
        copy.batch_insert(self.pin().iter().map(|(key, value)| (K::clone(&key), V::clone(&value))));
        copy
    }
}

/// Whether each map has every entry of the other. Asks no counter. While others change the maps, the answer is about
/// entries as [`Pinned::iter`] and [`Pinned::get`] find them, not about one moment.
///
/// ```
/// use atomic_dict::AtomicMap;
/// assert!(AtomicMap::from([(1, 2), (3, 4)]) == AtomicMap::from([(3, 4), (1, 2)]));
/// assert!(AtomicMap::from([(1, 2)]) != AtomicMap::from([(1, 2), (3, 4)]));
/// ```
impl<K, V, S> PartialEq for AtomicMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: PartialEq + Send + Sync + 'static,
    S: BuildHasher,
{
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.pin(), other.pin());
        ours.iter().all(|(key, value)| theirs.get::<K>(&key).is_some_and(|other| *other == *value))
            && theirs.keys().all(|key| ours.contains_key::<K>(&key))
    }
}

impl<K, V, S> Eq for AtomicMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Eq + Send + Sync + 'static,
    S: BuildHasher,
{
}
