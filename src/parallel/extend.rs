//! Into a map.

use super::workers;
use crate::map::AtomicMap;
use crate::map::ahead::Inserter;
use core::hash::{BuildHasher, Hash};
use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static, S: BuildHasher> AtomicMap<K, V, S> {
    fn par_insert(&self, entries: impl IntoParallelIterator<Item = (K, V)>)
    where
        S: Sync,
    {
        let push = |inserter: &mut Inserter<'_, K, V, S>, (key, value)| inserter.push(key, value);
        workers::for_each(entries, || Inserter::new(self), push, Inserter::finish);
    }
}

/// [`AtomicMap::batch_insert`] by all threads of the pool. Of several values of a key any one stays.
///
/// ```
/// use rayon::prelude::*;
/// let map = atomic_dict::AtomicMap::new();
/// (&map).par_extend((0..1000).into_par_iter().map(|number| (number, 2 * number)));
/// assert_eq!(map.get(&500).as_deref(), Some(&1000));
/// ```
impl<K, V, S> ParallelExtend<(K, V)> for &AtomicMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.par_insert(entries);
    }
}

/// As for a shared reference.
impl<K, V, S> ParallelExtend<(K, V)> for AtomicMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.par_insert(entries);
    }
}

/// Of several values of a key any one stays.
///
/// ```
/// use rayon::prelude::*;
/// let map: atomic_dict::AtomicMap<u64, u64> = (0..1000).into_par_iter().map(|number| (number, 2 * number)).collect();
/// assert_eq!(map.len(), 1000);
/// ```
impl<K, V, S> FromParallelIterator<(K, V)> for AtomicMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher + Default + Sync,
{
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_par_iter();
        let map = Self::with_room(entries.opt_len().unwrap_or(0), S::default());
        map.par_insert(entries);
        map
    }
}
