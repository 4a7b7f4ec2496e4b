//! Many lookups whose cache misses overlap.

use super::DenseMap;
use super::pinned::Pinned;
use crate::api::Ref;
use crate::api::window::{Lookups, Window};
use core::borrow::Borrow;
use core::fmt;
use core::iter::FusedIterator;

/// A map of so many bytes is looked up in without looking ahead: its slots are near.
const NEAR: usize = 1 << 20;

/// Indices that are looked up under one pin, if values are copied out.
const PER_PIN: usize = 4096;

/// The values of many indices, in the order of these. Made by [`Pinned::batch_getitem`].
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Batch<'p, I, V: 'static> {
    pinned: &'p Pinned<'p, V>,
    window: Window<I, usize>,
}

impl<'p, N: Borrow<usize>, V: Send + Sync + 'static> Lookups<N> for &'p Pinned<'p, V> {
    type Probe = usize;
    type Found = Option<Ref<'p, V>>;

    #[inline(always)]
    fn look_up(self, index: N) -> Self::Found {
        self.get(*index.borrow())
    }

    #[inline(always)]
    fn prepare(self, index: N) -> usize {
        self.raw().prefetch(*index.borrow());
        *index.borrow()
    }

    #[inline(always)]
    fn approach(self, index: usize) {
        self.raw().approach(index);
    }

    #[inline(always)]
    fn finish(self, index: usize) -> Self::Found {
        self.get(index)
    }
}

impl<V: Send + Sync + 'static> Pinned<'_, V> {
    /// Looks up many indices. Yields what [`get`](Self::get) returns for each of them, in their order.
    ///
    /// Some indices at a time are under way, so that the cache misses of their slots, and of boxed values, overlap. Each lookup is
    /// atomic and wait-free as `get`; all together are no snapshot. Allocates nothing. The iterator can be collected, for
    /// references that live as long as the handle, or be visited by `for_each`; [`DenseMap::batch_getitem`] returns the values
    /// themselves. (For indices that follow each other, see [`range`](Self::range).)
    ///
    /// ```
    /// let map: atomic_dict::DenseMap<u64> = (0..1000).map(|index| (index, 2 * index as u64)).collect();
    /// let pinned = map.pin();
    /// let found: Vec<_> = pinned.batch_getitem(&[7, 5000, 7]).map(|value| value.map(|value| *value)).collect();
    /// assert_eq!(found, [Some(14), None, Some(14)]);
    ///
    /// let mut sum = 0;
    /// pinned.batch_getitem([1, 2, 3]).flatten().for_each(|value| sum += *value);
    /// assert_eq!(sum, 12);
    /// ```
    #[doc(alias = "multi_get")]
    pub fn batch_getitem<I>(&self, indices: I) -> Batch<'_, I::IntoIter, V>
    where
        I: IntoIterator<Item: Borrow<usize>>,
    {
        let near = self.raw().bytes() <= NEAR;
        Batch { pinned: self, window: Window::new(indices.into_iter(), near) }
    }
}

impl<V: Send + Sync + 'static> DenseMap<V> {
    /// Looks up many indices and copies their values, in the order of the indices. As [`Pinned::batch_getitem`], which copies
    /// nothing.
    ///
    /// Takes a new handle now and then, so that however large the batch is, it keeps no memory from being freed.
    ///
    /// # Panics
    /// If cloning a value does.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::from([(1, "one"), (2, "two")]);
    /// assert_eq!(map.batch_getitem(&[2, 3, 1]), [Some("two"), None, Some("one")]);
    /// ```
    pub fn batch_getitem(&self, indices: impl IntoIterator<Item: Borrow<usize>>) -> Vec<Option<V>>
    where
        V: Clone,
    {
        let mut indices = indices.into_iter();
        let mut values = Vec::with_capacity(indices.size_hint().0);
        loop {
            let pinned = self.pin();
            let before = values.len();
            let batch = pinned.batch_getitem(indices.by_ref().take(PER_PIN));
            batch.for_each(|value| values.push(value.as_deref().cloned()));
            if values.len() - before < PER_PIN {
                return values;
            }
        }
    }
}

impl<I: Iterator<Item: Borrow<usize>>, V: Send + Sync + 'static> Batch<'_, I, V> {
    /// How many indices are under way at once, at most 64: 32 if this is not called. As [`crate::Batch::chunk_size`].
    ///
    /// # Panics
    /// If `indices` is zero.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::from([(1, 2)]);
    /// let pinned = map.pin();
    /// assert_eq!(pinned.batch_getitem(&[1, 1, 1]).chunk_size(32).flatten().count(), 3);
    /// ```
    pub fn chunk_size(mut self, indices: usize) -> Self {
        self.window.set_chunk(indices);
        self
    }
}

impl<'p, I: Iterator<Item: Borrow<usize>>, V: Send + Sync + 'static> Iterator for Batch<'p, I, V> {
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

impl<I: ExactSizeIterator<Item: Borrow<usize>>, V: Send + Sync + 'static> ExactSizeIterator for Batch<'_, I, V> {}

impl<I: Iterator<Item: Borrow<usize>>, V: Send + Sync + 'static> FusedIterator for Batch<'_, I, V> {}

impl<I, V: 'static> fmt::Debug for Batch<'_, I, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("under_way", &self.window.under_way()).finish_non_exhaustive()
    }
}
