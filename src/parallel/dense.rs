//! The same for dense integers.
#![allow(unsafe_code)] // References that a thread finds live as long as the handle of another.

use crate::api::Ref;
use crate::dense::{DenseMap, Pinned};
use core::fmt;
use core::marker::PhantomData;
use core::ops::Range;
use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

/// Ranges of fewer indices are not divided any more.
const LEAST: usize = 1 << 12;

/// The entries of a map that others may change meanwhile, for all threads of the pool. Made by `par_iter` on a handle.
pub struct DenseParIter<'p, V: 'static> {
    map: &'p DenseMap<V>,
    /// The handle of the thread that made this, which does not unpin, nor repin, while this and what it yields is used.
    _pinned: PhantomData<&'p ()>,
}

/// ```
/// use rayon::prelude::*;
/// let map: atomic_dict::DenseMap<u64> = (0..10_000).map(|index| (index, index as u64)).collect();
/// let pinned = map.pin();
/// assert_eq!(pinned.par_iter().map(|(_, value)| *value).sum::<u64>(), 9_999 * 10_000 / 2);
/// ```
///
/// Yields what [`Pinned::iter`] does: each entry that is present throughout exactly once, any other at most once.
impl<'p, V: Send + Sync + 'static> IntoParallelIterator for &'p Pinned<'_, V> {
    type Item = (usize, Ref<'p, V>);
    type Iter = DenseParIter<'p, V>;

    fn into_par_iter(self) -> DenseParIter<'p, V> {
        DenseParIter { map: self.map(), _pinned: PhantomData }
    }
}

impl<'p, V: Send + Sync + 'static> ParallelIterator for DenseParIter<'p, V> {
    type Item = (usize, Ref<'p, V>);

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        // What is present throughout has its slot by now.
        let part = Part { map: self.map, range: 0..self.map.slots_end(), _pinned: PhantomData };
        bridge_unindexed(part, consumer)
    }
}

impl<V: 'static> fmt::Debug for DenseParIter<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DenseParIter").finish_non_exhaustive()
    }
}

/// The entries of a range.
struct Part<'p, V: 'static> {
    map: &'p DenseMap<V>,
    range: Range<usize>,
    _pinned: PhantomData<&'p ()>,
}

impl<'p, V: Send + Sync + 'static> UnindexedProducer for Part<'p, V> {
    type Item = (usize, Ref<'p, V>);

    fn split(self) -> (Self, Option<Self>) {
        if self.range.len() < 2 * LEAST {
            return (self, None);
        }
        let middle = self.range.start + self.range.len() / 2;
        let part = |range| Self { range, ..self };
        (part(self.range.start..middle), Some(part(middle..self.range.end)))
    }

    fn fold_with<F: Folder<Self::Item>>(self, folder: F) -> F {
        let pinned = self.map.pin();
        folder.consume_iter(pinned.range(self.range).map(|(index, value)| {
            // SAFETY: the handle that `'p` comes from was pinned, if values are boxed, before this walk began, on another thread
            // perhaps, and stays so for `'p`. What the walk has reached was reachable behind that pin, so it is retired later, if
            // ever, and not freed while a thread has been pinned since before that. Inline values are copies.
            let value = unsafe { core::mem::transmute::<Ref<'_, V>, Ref<'p, V>>(value) };
            (index, value)
        }))
    }
}

/// Inserts or replaces each entry, atomically one by one, by all threads of the pool. Of several values of an index any one stays.
///
/// ```
/// use rayon::prelude::*;
/// let map = atomic_dict::DenseMap::new();
/// (&map).par_extend((0..1000).into_par_iter().map(|index| (index, 2 * index)));
/// assert_eq!(map.get(500).as_deref(), Some(&1000));
/// ```
impl<V: Send + Sync + 'static> ParallelExtend<(usize, V)> for &DenseMap<V> {
    fn par_extend<I: IntoParallelIterator<Item = (usize, V)>>(&mut self, entries: I) {
        entries.into_par_iter().for_each(|(index, value)| drop(self.insert(index, value)));
    }
}

/// As for a shared reference.
impl<V: Send + Sync + 'static> ParallelExtend<(usize, V)> for DenseMap<V> {
    fn par_extend<I: IntoParallelIterator<Item = (usize, V)>>(&mut self, entries: I) {
        (&*self).par_extend(entries);
    }
}

/// Of several values of an index any one stays. The base is as large as the number of entries, if that is known beforehand.
///
/// ```
/// use rayon::prelude::*;
/// let map: atomic_dict::DenseMap<u64> = (0..1000).into_par_iter().map(|index| (index, 7)).collect();
/// assert_eq!((map.len(), map.capacity()), (1000, 1000));
/// ```
impl<V: Send + Sync + 'static> FromParallelIterator<(usize, V)> for DenseMap<V> {
    fn from_par_iter<I: IntoParallelIterator<Item = (usize, V)>>(entries: I) -> Self {
        let entries = entries.into_par_iter();
        let mut map = Self::with_capacity(entries.opt_len().unwrap_or(0));
        map.par_extend(entries);
        map
    }
}

/// Takes all entries out of the map, to a vector first.
///
/// ```
/// use rayon::prelude::*;
/// let map: atomic_dict::DenseMap<String> = (0..100).map(|index| (index, index.to_string())).collect();
/// let lengths: usize = map.into_par_iter().map(|(_, value)| value.len()).sum();
/// assert_eq!(lengths, 10 + 90 * 2);
/// ```
impl<V: Send + 'static> IntoParallelIterator for DenseMap<V> {
    type Item = (usize, V);
    type Iter = rayon::vec::IntoIter<(usize, V)>;

    fn into_par_iter(self) -> Self::Iter {
        self.into_iter().collect::<Vec<_>>().into_par_iter()
    }
}
