//! Through a map, and out of it.
#![allow(unsafe_code)] // References that a thread finds live as long as the handle of another.

use crate::api::Ref;
use crate::map::{AtomicMap, Iter, Pinned};
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;
use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// Parts of a map with room for fewer entries are not divided any more.
const LEAST: usize = 1 << 12;

/// The entries of a map that others may change meanwhile, for all threads of the pool. Made by `par_iter` on a handle.
pub struct ParIter<'p, K: 'static, V: 'static, S> {
    map: &'p AtomicMap<K, V, S>,
    /// The handle of the thread that made this, which does not unpin, nor repin, while this and what it yields is used.
    _pinned: PhantomData<&'p ()>,
}

/// ```
/// use rayon::prelude::*;
/// let map: atomic_dict::AtomicMap<u64, u64> = (0..10_000).map(|key| (key, key)).collect();
/// let pinned = map.pin();
/// assert_eq!(pinned.par_iter().map(|(_, value)| *value).sum::<u64>(), 9_999 * 10_000 / 2);
/// ```
///
/// Yields what [`Pinned::iter`] does: each key that is present throughout exactly once, any other at most once.
impl<'p, K, V, S> IntoParallelIterator for &'p Pinned<'_, K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher + Sync,
{
    type Item = (Ref<'p, K>, Ref<'p, V>);
    type Iter = ParIter<'p, K, V, S>;

    fn into_par_iter(self) -> ParIter<'p, K, V, S> {
        ParIter { map: self.map(), _pinned: PhantomData }
    }
}

impl<'p, K, V, S> ParallelIterator for ParIter<'p, K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher + Sync,
{
    type Item = (Ref<'p, K>, Ref<'p, V>);

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let part = Part { map: self.map, partitions: 1, this_partition: 0, _pinned: PhantomData };
        bridge_unindexed(part, consumer)
    }
}

impl<K: 'static, V: 'static, S> fmt::Debug for ParIter<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParIter").finish_non_exhaustive()
    }
}

/// The entries of a partition, as [`Pinned::fast_iter`] counts them.
struct Part<'p, K: 'static, V: 'static, S> {
    map: &'p AtomicMap<K, V, S>,
    partitions: usize,
    this_partition: usize,
    _pinned: PhantomData<&'p ()>,
}

impl<'p, K, V, S> UnindexedProducer for Part<'p, K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher + Sync,
{
    type Item = (Ref<'p, K>, Ref<'p, V>);

    fn split(self) -> (Self, Option<Self>) {
        if self.map.capacity() / LEAST < 2 * self.partitions {
            return (self, None);
        }
        let half =
            |half| Self { partitions: 2 * self.partitions, this_partition: 2 * self.this_partition + half, ..self };
        (half(0), Some(half(1)))
    }

    fn fold_with<F: Folder<Self::Item>>(self, folder: F) -> F {
        let pinned = self.map.pin();
        let entries: Iter<'_, K, V, S> = pinned.fast_iter(self.partitions, self.this_partition);
        folder.consume_iter(entries.map(|(key, value)| {
            // SAFETY: the handle that `'p` comes from was pinned before this walk began, on another thread perhaps, and stays so
            // for `'p`. What the walk has reached was reachable behind that pin, so it is retired later, if ever, and not freed
            // while a thread has been pinned since before that.
            let key = unsafe { core::mem::transmute::<Ref<'_, K>, Ref<'p, K>>(key) };
            // SAFETY: the same.
            let value = unsafe { core::mem::transmute::<Ref<'_, V>, Ref<'p, V>>(value) };
            (key, value)
        }))
    }
}

/// Takes all entries out of the map, to a vector first.
///
/// ```
/// use rayon::prelude::*;
/// let map: atomic_dict::AtomicMap<u64, String> = (0..100).map(|key| (key, key.to_string())).collect();
/// let lengths: usize = map.into_par_iter().map(|(_, value)| value.len()).sum();
/// assert_eq!(lengths, 10 + 90 * 2);
/// ```
impl<K: Send + 'static, V: Send + 'static, S> IntoParallelIterator for AtomicMap<K, V, S> {
    type Item = (K, V);
    type Iter = rayon::vec::IntoIter<(K, V)>;

    fn into_par_iter(self) -> Self::Iter {
        self.into_iter().collect::<Vec<_>>().into_par_iter()
    }
}
