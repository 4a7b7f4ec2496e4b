//! Many lookups whose cache misses overlap.

use super::AtomicMap;
use super::pinned::Pinned;
use crate::api::Ref;
use crate::api::window::{Lookups, Window};
use crate::table::Probe;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;
use equivalent::Equivalent;

/// A map with room for so many entries is looked up in without looking ahead: its lines are near.
const NEAR: usize = 1 << 15;

/// Keys that are looked up under one pin, if values are copied out.
const PER_PIN: usize = 4096;

/// The values of many keys, in the order of the keys. Made by [`Pinned::batch_getitem`].
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Batch<'p, 'q, I, Q: ?Sized, K: 'static, V: 'static, S> {
    pinned: &'p Pinned<'p, K, V, S>,
    window: Window<I, Probe<'q, Q>>,
}

impl<'p, 'q, Q, K, V, S> Lookups<&'q Q> for &'p Pinned<'p, K, V, S>
where
    Q: Hash + Equivalent<K> + ?Sized,
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
    type Probe = Probe<'q, Q>;
    type Found = Option<Ref<'p, V>>;

    #[inline(always)]
    fn look_up(self, key: &'q Q) -> Self::Found {
        // `get`, which is not always inlined.
        self.map().get_under(key, self.habit(), self.guard()).map(Ref)
    }

    #[inline(always)]
    fn prepare(self, key: &'q Q) -> Probe<'q, Q> {
        self.map().prepare_get(key)
    }

    #[inline(always)]
    fn approach(self, probe: Probe<'q, Q>) {
        self.map().raw.approach(&probe, self.guard());
    }

    #[inline(always)]
    fn finish(self, probe: Probe<'q, Q>) -> Self::Found {
        self.map().get_prepared(probe, self.guard()).map(Ref)
    }
}

impl<K, V, S> Pinned<'_, K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
    /// Looks up many keys. Yields what [`get`](Self::get) returns for each of them, in their order.
    ///
    /// Some keys at a time are under way, so that the cache misses of their places overlap; on maps far larger than the cache
    /// that is up to twice as fast as one `get` after the other. Each lookup is atomic and wait-free as `get`; all together are no
    /// snapshot. Allocates nothing. The iterator can be collected, for references that live as long as the handle, or be
    /// visited by `for_each`; [`AtomicMap::batch_getitem`] returns the values themselves.
    ///
    /// ```
    /// let map: atomic_dict::AtomicMap<u64, u64> = (0..1000).map(|key| (key, key * key)).collect();
    /// let pinned = map.pin();
    /// let found: Vec<_> = pinned.batch_getitem(&[7, 5000, 7]).map(|value| value.map(|value| *value)).collect();
    /// assert_eq!(found, [Some(49), None, Some(49)]);
    ///
    /// let mut sum = 0;
    /// pinned.batch_getitem(&[1, 2, 3]).flatten().for_each(|square| sum += *square);
    /// assert_eq!(sum, 14);
    /// ```
    #[doc(alias = "multi_get")]
    pub fn batch_getitem<'p, 'q, Q, I>(&'p self, keys: I) -> Batch<'p, 'q, I::IntoIter, Q, K, V, S>
    where
        Q: Hash + Equivalent<K> + ?Sized + 'q,
        I: IntoIterator<Item = &'q Q>,
    {
        let near = self.map().raw.capacity(self.guard()) <= NEAR;
        Batch { pinned: self, window: Window::new(keys.into_iter(), near) }
    }
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static, S: BuildHasher> AtomicMap<K, V, S> {
    /// Looks up many keys and copies their values, in the order of the keys. As [`Pinned::batch_getitem`], which copies nothing.
    ///
    /// Takes a new handle now and then, so that however large the batch is, it keeps no memory from being freed.
    ///
    /// # Panics
    /// If cloning a value does.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::from([(1, "one"), (2, "two")]);
    /// assert_eq!(map.batch_getitem(&[2, 3, 1]), [Some("two"), None, Some("one")]);
    /// ```
    pub fn batch_getitem<'q, Q>(&self, keys: impl IntoIterator<Item = &'q Q>) -> Vec<Option<V>>
    where
        Q: Hash + Equivalent<K> + ?Sized + 'q,
        V: Clone,
    {
        let mut keys = keys.into_iter();
        let mut values = Vec::with_capacity(keys.size_hint().0);
        loop {
            let pinned = self.pin();
            let before = values.len();
            let batch = pinned.batch_getitem(keys.by_ref().take(PER_PIN));
            batch.for_each(|value| values.push(value.as_deref().cloned()));
            if values.len() - before < PER_PIN {
                return values;
            }
        }
    }
}

impl<'q, I, Q, K, V, S> Batch<'_, 'q, I, Q, K, V, S>
where
    I: Iterator<Item = &'q Q>,
    Q: Hash + Equivalent<K> + ?Sized,
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
    /// How many keys are under way at once, at most 64: 32 if this is not called. More than a processor can have cache misses under
    /// way are of no use. (On a map that fits the cache it makes no difference.)
    ///
    /// # Panics
    /// If `keys` is zero.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::from([(1, 2)]);
    /// let pinned = map.pin();
    /// assert_eq!(pinned.batch_getitem(&[1, 1, 1]).chunk_size(32).flatten().count(), 3);
    /// ```
    pub fn chunk_size(mut self, keys: usize) -> Self {
        self.window.set_chunk(keys);
        self
    }
}

impl<'p, 'q, I, Q, K, V, S> Iterator for Batch<'p, 'q, I, Q, K, V, S>
where
    I: Iterator<Item = &'q Q>,
    Q: Hash + Equivalent<K> + ?Sized,
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
    type Item = Option<Ref<'p, V>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.window.next(self.pinned)
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, f: F) -> B {
        self.window.fold(self.pinned, init, f)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.window.size_hint()
    }
}

impl<'q, I, Q, K, V, S> ExactSizeIterator for Batch<'_, 'q, I, Q, K, V, S>
where
    I: ExactSizeIterator<Item = &'q Q>,
    Q: Hash + Equivalent<K> + ?Sized,
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
}

impl<'q, I, Q, K, V, S> FusedIterator for Batch<'_, 'q, I, Q, K, V, S>
where
    I: Iterator<Item = &'q Q>,
    Q: Hash + Equivalent<K> + ?Sized,
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
}

impl<I, Q: ?Sized, K: 'static, V: 'static, S> fmt::Debug for Batch<'_, '_, I, Q, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("under_way", &self.window.under_way()).finish_non_exhaustive()
    }
}
