//! Operations on all entries of a map, or a range of them.

use super::DenseMap;
use super::iter::{Iter, Keys, Values};
use super::pinned::Pinned;
use super::raw::Ranges;
use crate::api::Ref;
use core::fmt;
use core::ops::{Bound, RangeBounds};

impl<V: Send + Sync + 'static> Pinned<'_, V> {
    fn walk(&self, ranges: Ranges) -> Iter<'_, V> {
        Iter(self.raw().walk(ranges, self.cover()))
    }

    /// All entries, in ascending order. Never blocks writers.
    ///
    /// An entry that is present from this call to the end of the iteration is yielded exactly once, any other at most once;
    /// each value is one that the index had meanwhile. No snapshot: each slot is looked at when the iteration comes to it.
    /// Costs a look at all slots that were made.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::from([(1, 10), (2, 20)]);
    /// let entries: Vec<(usize, i32)> = map.pin().iter().map(|(index, value)| (index, *value)).collect();
    /// assert_eq!(entries, [(1, 10), (2, 20)]);
    /// ```
    #[doc(alias = "forEach")]
    pub fn iter(&self) -> Iter<'_, V> {
        self.range(..)
    }

    /// All indices that have a value: [`iter`](Self::iter) without the values.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::from([(7, 'a'), (3, 'b')]);
    /// assert_eq!(map.pin().keys().collect::<Vec<_>>(), [3, 7]);
    /// ```
    #[doc(alias = "keysStream")]
    pub fn keys(&self) -> Keys<'_, V> {
        Keys(self.iter())
    }

    /// All values, in the order of their indices: [`iter`](Self::iter) without these.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::from([(7, 'a'), (3, 'b')]);
    /// assert_eq!(map.pin().values().map(|value| *value).collect::<String>(), "ba");
    /// ```
    pub fn values(&self) -> Values<'_, V> {
        Values(self.iter())
    }

    /// The entries of a range of indices, in ascending order. As [`iter`](Self::iter) in everything else; costs a look at the
    /// slots of the range. A range that ends before it begins has none.
    ///
    /// ```
    /// let map: atomic_dict::DenseMap<usize> = (0..1000).map(|index| (index, index)).collect();
    /// assert_eq!(map.pin().range(10..20).map(|(index, _)| index).sum::<usize>(), 145);
    /// assert_eq!(map.pin().range(998..).count(), 2);
    /// ```
    pub fn range(&self, range: impl RangeBounds<usize>) -> Iter<'_, V> {
        // An index that cannot be counted on to is beyond the end.
        let start = match range.start_bound() {
            Bound::Included(&start) => start,
            Bound::Excluded(&start) => start.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(&last) => last.saturating_add(1),
            Bound::Excluded(&behind) => behind,
            // Not the limit: the walk would follow those who push, for as long as they do.
            Bound::Unbounded => self.map().slots_end(),
        };
        self.walk(Ranges::one(start..end))
    }

    /// One of `partitions` parts of the entries, number `this_partition` counted from 0: for threads that share out a map
    /// without talking to each other. As [`iter`](Self::iter) in everything else.
    ///
    /// A part is made of ranges of 512 indices, of which each partition has one in turn. So an index belongs to a part
    /// by itself, whenever each of them is asked for and however the map grows in between; the parts are disjoint and together
    /// complete; and they are of equal size also if only the first indices of a large map are used. (To divide a map into longer
    /// ranges, see [`range`](Self::range).) Costs a look at the slots of that part.
    ///
    /// # Panics
    /// If `this_partition` is not below `partitions`; so `partitions` cannot be zero.
    ///
    /// ```
    /// let map: atomic_dict::DenseMap<u64> = (0..10_000).map(|index| (index, index as u64)).collect();
    /// let sum: u64 = std::thread::scope(|scope| {
    ///     let part = |index| map.pin().fast_iter(4, index).map(|(_, value)| *value).sum::<u64>();
    ///     let threads = [0, 1, 2, 3].map(|index| scope.spawn(move || part(index)));
    ///     threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    /// });
    /// assert_eq!(sum, 9_999 * 10_000 / 2);
    /// ```
    #[track_caller]
    pub fn fast_iter(&self, partitions: usize, this_partition: usize) -> Iter<'_, V> {
        assert!(
            this_partition < partitions,
            "there is no partition {this_partition} of {partitions}: they count from 0"
        );
        self.walk(Ranges::part(partitions, this_partition, self.map().slots_end()))
    }

    /// Removes the entries for which `keep` is false.
    ///
    /// Atomic for each index, not as a whole: every entry that is present throughout is asked about, and what is removed is a
    /// value for which `keep` was false. It may be asked again about an index that others change meanwhile.
    ///
    /// ```
    /// let map: atomic_dict::DenseMap<u32> = (0..10).map(|n| (n as usize, n)).collect();
    /// map.pin().retain(|_, value| value % 2 == 0);
    /// assert_eq!(map.approx_len(), 5);
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(usize, &V) -> bool) {
        for (index, value) in self.iter() {
            if !keep(index, &value) {
                // The verdict stands for this value; about any other the closure is asked.
                self.remove_if(index, |current| value.0.is(current) || !keep(index, current));
            }
        }
    }

    /// Removes all entries.
    ///
    /// Atomic for each index, not as a whole: every entry that is present throughout is removed; one that comes meanwhile may
    /// stay. The slots stay, and so does the index that [`push`](Self::push) takes next.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::from([(1, 2)]);
    /// map.pin().clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self) {
        for index in self.keys() {
            self.remove(index);
        }
    }
}

/// ```
/// let map = atomic_dict::DenseMap::from([(1, 10), (2, 20)]);
/// let mut sum = 0;
/// for (index, value) in &map.pin() {
///     sum += index + *value;
/// }
/// assert_eq!(sum, 33);
/// ```
impl<'p, V: Send + Sync + 'static> IntoIterator for &'p Pinned<'_, V> {
    type Item = (usize, Ref<'p, V>);
    type IntoIter = Iter<'p, V>;

    fn into_iter(self) -> Iter<'p, V> {
        self.iter()
    }
}

impl<V: Send + Sync + 'static> DenseMap<V> {
    /// Calls a closure with every entry, under one guard if values are boxed. As [`Pinned::iter`] in everything else.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::from([(1, 10), (2, 20)]);
    /// let mut sum = 0;
    /// map.for_each(|index, value| sum += index + value);
    /// assert_eq!(sum, 33);
    /// ```
    pub fn for_each(&self, mut visit: impl FnMut(usize, &V)) {
        self.pin().iter().for_each(|(index, value)| visit(index, &value));
    }

    /// As [`Pinned::retain`].
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::from([(1, 10), (2, 20)]);
    /// map.retain(|index, _| index > 1);
    /// assert_eq!(map.approx_len(), 1);
    /// ```
    pub fn retain(&self, keep: impl FnMut(usize, &V) -> bool) {
        self.pin().retain(keep);
        self.flush();
    }

    /// As [`Pinned::clear`].
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::from([(1, 10), (2, 20)]);
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self) {
        self.pin().clear();
        self.flush();
    }

    /// Inserts entries as they come, under a handle that is repinned now and then.
    fn insert_all(&self, entries: impl IntoIterator<Item = (usize, V)>) {
        /// Insertions under one pin: what they replace can be freed after that.
        const PER_PIN: usize = 256;
        let mut pinned = self.pin();
        for (count, (index, value)) in entries.into_iter().enumerate() {
            if count % PER_PIN == PER_PIN - 1 {
                pinned.repin();
            }
            pinned.insert(index, value);
        }
    }
}

/// Inserts or replaces each entry, atomically one by one.
///
/// ```
/// let mut map = atomic_dict::DenseMap::new();
/// map.extend([(1, 2), (3, 4)]);
/// (&map).extend([(5, 6)]); // through a shared reference, too
/// assert_eq!(map.approx_len(), 3);
/// ```
impl<V: Send + Sync + 'static> Extend<(usize, V)> for &DenseMap<V> {
    fn extend<I: IntoIterator<Item = (usize, V)>>(&mut self, entries: I) {
        self.insert_all(entries);
    }
}

/// As for a shared reference, of which this is the case.
impl<V: Send + Sync + 'static> Extend<(usize, V)> for DenseMap<V> {
    fn extend<I: IntoIterator<Item = (usize, V)>>(&mut self, entries: I) {
        self.insert_all(entries);
    }
}

/// Of several values of an index the last one stays. The base is as large as the number of entries that the iterator
/// announces: that of the indices, if these are dense.
///
/// ```
/// let map: atomic_dict::DenseMap<_> = ["a", "b", "c"].into_iter().enumerate().collect();
/// assert_eq!(map.get(2).as_deref(), Some(&"c"));
/// assert_eq!(map.capacity(), 3);
/// ```
impl<V: Send + Sync + 'static> FromIterator<(usize, V)> for DenseMap<V> {
    fn from_iter<I: IntoIterator<Item = (usize, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let map = Self::with_capacity(entries.size_hint().0);
        map.insert_all(entries);
        map
    }
}

/// ```
/// let map = atomic_dict::DenseMap::from([(0, "a"), (9, "b")]);
/// assert_eq!(map.get(9).as_deref(), Some(&"b"));
/// ```
impl<V: Send + Sync + 'static, const N: usize> From<[(usize, V); N]> for DenseMap<V> {
    fn from(entries: [(usize, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<V: Send + Sync + fmt::Debug + 'static> fmt::Debug for DenseMap<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pin().fmt(f)
    }
}
