//! Reductions.

use super::workers;
use crate::map::AtomicMap;
use crate::map::RowKey;
use crate::map::reduce::aggregate::{Aggregate, Function};
use crate::map::reduce::special;
use crate::map::reduce::worker::Worker;
use core::hash::{BuildHasher, Hash};
use core::ops::{Add, BitAnd, BitOr};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

impl<K, V, S> AtomicMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher + Sync,
{
    /// [`reduce`](Self::reduce) by all threads of the current rayon pool: the global one, or that in which this is called by
    /// `install`.
    ///
    /// The rows of a slice are `slice.par_iter().copied()` (or `cloned`); any other parallel iterator will do as it is. There is one
    /// small table for each thread that takes part, however rayon cuts the rows. `aggregate` may run on several threads at a time.
    ///
    /// # Panics
    /// As `reduce`: rows that were taken before a panic, by whichever thread, are applied; the others are not, or in part, as far
    /// as threads have gone on with what they had begun.
    ///
    /// ```
    /// use atomic_dict::AtomicMap;
    /// use rayon::prelude::*;
    ///
    /// let rows: Vec<(u64, f64)> = (0..1000).map(|row| (row % 10, row as f64)).collect();
    /// let highest: AtomicMap<u64, f64> = AtomicMap::new();
    /// highest.par_reduce(rows.par_iter().copied(), |_, current, new| current.map_or(*new, |current| current.max(*new)));
    /// assert_eq!(highest.get(&7).as_deref(), Some(&997.0));
    /// ```
    pub fn par_reduce<R: RowKey<K> + Send>(
        &self,
        rows: impl IntoParallelIterator<Item = (R, V)>,
        aggregate: impl Fn(&R::Query, Option<&V>, &V) -> V + Sync,
    ) {
        self.par_reduce_by(rows, &Function(aggregate));
    }

    /// Every reduction by many threads.
    fn par_reduce_by<R: RowKey<K> + Send, X: Send>(
        &self,
        rows: impl IntoParallelIterator<Item = (R, X)>,
        aggregate: &(impl Aggregate<R::Query, X, V> + Sync),
    ) {
        let push = |worker: &mut Worker<'_, K, V, S, R, X, _>, (key, row)| worker.push(key, row);
        workers::for_each(rows, || Worker::new(self, aggregate), push, Worker::finish);
    }

    /// [`reduce_count`](Self::reduce_count) by all threads of the pool, as [`par_reduce`](Self::par_reduce).
    ///
    /// # Panics
    /// As `par_reduce` and `reduce_count`.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// let counts: atomic_dict::AtomicMap<String, u64> = atomic_dict::AtomicMap::new();
    /// counts.par_reduce_count("a b a".par_split(' '));
    /// assert_eq!(counts.get("a").as_deref(), Some(&2));
    /// ```
    pub fn par_reduce_count<R: RowKey<K> + Send>(&self, keys: impl IntoParallelIterator<Item = R>)
    where
        V: From<bool> + Add<Output = V> + Clone,
    {
        self.par_reduce_by(keys.into_par_iter().map(|key| (key, ())), &special::count());
    }

    /// [`reduce_sum`](Self::reduce_sum) by all threads of the pool, as [`par_reduce`](Self::par_reduce).
    ///
    /// # Panics
    /// As `par_reduce` and `reduce_sum`.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// let sums: atomic_dict::AtomicMap<u32, u32> = atomic_dict::AtomicMap::new();
    /// sums.par_reduce_sum((0..1000).into_par_iter().map(|number| (number % 10, 1)));
    /// assert_eq!(sums.get(&7).as_deref(), Some(&100));
    /// ```
    pub fn par_reduce_sum<R: RowKey<K> + Send>(&self, rows: impl IntoParallelIterator<Item = (R, V)>)
    where
        V: Add<Output = V> + Clone,
    {
        self.par_reduce_by(rows, &special::sum());
    }

    /// [`reduce_min`](Self::reduce_min) by all threads of the pool, as [`par_reduce`](Self::par_reduce).
    ///
    /// # Panics
    /// As `par_reduce` and `reduce_min`.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// let least: atomic_dict::AtomicMap<u32, u32> = atomic_dict::AtomicMap::new();
    /// least.par_reduce_min((0..1000).into_par_iter().map(|number| (number % 10, number)));
    /// assert_eq!(least.get(&7).as_deref(), Some(&7));
    /// ```
    pub fn par_reduce_min<R: RowKey<K> + Send>(&self, rows: impl IntoParallelIterator<Item = (R, V)>)
    where
        V: Ord + Clone,
    {
        self.par_reduce_by(rows, &special::min());
    }

    /// [`reduce_max`](Self::reduce_max) by all threads of the pool, as [`par_reduce`](Self::par_reduce).
    ///
    /// # Panics
    /// As `par_reduce` and `reduce_max`.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// let most: atomic_dict::AtomicMap<u32, u32> = atomic_dict::AtomicMap::new();
    /// most.par_reduce_max((0..1000).into_par_iter().map(|number| (number % 10, number)));
    /// assert_eq!(most.get(&7).as_deref(), Some(&997));
    /// ```
    pub fn par_reduce_max<R: RowKey<K> + Send>(&self, rows: impl IntoParallelIterator<Item = (R, V)>)
    where
        V: Ord + Clone,
    {
        self.par_reduce_by(rows, &special::max());
    }

    /// [`reduce_and`](Self::reduce_and) by all threads of the pool, as [`par_reduce`](Self::par_reduce).
    ///
    /// # Panics
    /// As `par_reduce` and `reduce_and`.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// let all: atomic_dict::AtomicMap<u32, bool> = atomic_dict::AtomicMap::new();
    /// all.par_reduce_and((0..1000).into_par_iter().map(|number| (number % 10, number > 6)));
    /// assert_eq!((all.get(&6).as_deref(), all.get(&7).as_deref()), (Some(&false), Some(&true)));
    /// ```
    pub fn par_reduce_and<R: RowKey<K> + Send>(&self, rows: impl IntoParallelIterator<Item = (R, V)>)
    where
        V: BitAnd<Output = V> + Clone,
    {
        self.par_reduce_by(rows, &special::and());
    }

    /// [`reduce_or`](Self::reduce_or) by all threads of the pool, as [`par_reduce`](Self::par_reduce).
    ///
    /// # Panics
    /// As `par_reduce` and `reduce_or`.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// let any: atomic_dict::AtomicMap<u32, bool> = atomic_dict::AtomicMap::new();
    /// any.par_reduce_or((0..1000).into_par_iter().map(|number| (number % 10, number > 996)));
    /// assert_eq!((any.get(&6).as_deref(), any.get(&7).as_deref()), (Some(&false), Some(&true)));
    /// ```
    pub fn par_reduce_or<R: RowKey<K> + Send>(&self, rows: impl IntoParallelIterator<Item = (R, V)>)
    where
        V: BitOr<Output = V> + Clone,
    {
        self.par_reduce_by(rows, &special::or());
    }
}

impl<K, T, S> AtomicMap<K, Vec<T>, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
    S: BuildHasher + Sync,
{
    /// [`reduce_list`](Self::reduce_list) by all threads of the pool, as [`par_reduce`](Self::par_reduce).
    ///
    /// # Panics
    /// As `par_reduce`.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// let lists: atomic_dict::AtomicMap<u32, Vec<u32>> = atomic_dict::AtomicMap::new();
    /// lists.par_reduce_list((0..1000).into_par_iter().map(|number| (number % 10, number)));
    /// assert_eq!(lists.get(&7).map(|list| list.len()), Some(100));
    /// ```
    pub fn par_reduce_list<R: RowKey<K> + Send>(&self, rows: impl IntoParallelIterator<Item = (R, T)>) {
        self.par_reduce_by(rows, &special::list());
    }
}
