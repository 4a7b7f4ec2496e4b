//! The operations of the map.

use super::aggregate::{Aggregate, Function};
use super::row::RowKey;
use super::special;
use super::worker::Worker;
use crate::map::AtomicMap;
use crate::map::ahead::run_to_end;
use core::hash::{BuildHasher, Hash};
use core::ops::{Add, BitAnd, BitOr};

impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static, S: BuildHasher> AtomicMap<K, V, S> {
    /// Folds rows of a key and a value into the map: sums, counts, extremes or whatever `aggregate` makes of the values of a key.
    ///
    /// `aggregate(key, current, new)` is given the value so far, if there is one, and another, and returns what stands for both.
    /// Without a current value it is asked for what stands for the first row. Rows of the same key meet in a small table of
    /// this call first; partial results go to the map, some at a time, and those whose key is absent there are moved in
    /// without a call. So what `aggregate` returns is given to it as `new`, too. It should be
    ///
    /// - **total**: defined for every row and for what it returns. If it panics, rows are lost (below);
    /// - **a function of its arguments** that does nothing else. It is called again when another thread changes a key first, and
    ///   how often with `current` absent depends on how many threads there are and how rows are spread;
    /// - **associative and commutative**, since rows are combined in no particular order. An average is neither: gather sum and
    ///   count, and divide in the end.
    ///
    /// If it is not, the results depend on chance, but the map stays whole.
    ///
    /// Any number of threads may reduce into one map at once, while others use it; each row is applied exactly once. Every entry
    /// of the map is at all times what some of the rows make of what was there before, and when the call returns, of all of
    /// them. Atomic for each key, not as a whole: a reader may see some keys with, and others without their last rows.
    ///
    /// **Keys** of rows are keys of the map, references to them, or borrowed forms such as `&str` for `String`: [`RowKey`]. A key
    /// is made only when the map lacks it.
    ///
    /// **Cost.** A row whose key comes often costs a lookup in a small table that fits the cache; one whose key is rare, an update of
    /// the map, with many cache misses at once. Which way pays is judged again and again. Besides the map a call takes some
    /// kilobytes for few keys, and 4 MiB at most for however many (apart from what keys and values own on the heap, and if they
    /// are not large themselves). It holds no handle while it asks for rows. Lock-free, as the map is.
    ///
    /// **Panics** in the iterator, in `aggregate`, or in `Hash`, `Eq` or `Clone` of keys are passed on. The map stays whole. All rows
    /// that were taken from the iterator by then are applied, except those that the panic was about: the row at hand (which may
    /// be some rows back), or the rows of one key that were being merged into the map. If another panic happens while they are
    /// applied, the others of this call are lost too.
    ///
    /// # Panics
    /// As above, and on capacity overflow, as every insertion.
    ///
    /// ```
    /// use atomic_dict::AtomicMap;
    ///
    /// let longest: AtomicMap<usize, String> = AtomicMap::new();
    /// let words = ["a", "be", "ah", "bed"].map(|word| (word.len(), word.to_owned()));
    /// longest.reduce(words, |_, current, new| match current {
    ///     Some(current) if current > new => current.clone(),
    ///     _ => new.clone(),
    /// });
    /// assert_eq!(longest.get(&2).as_deref().map(String::as_str), Some("be"));
    /// ```
    pub fn reduce<R: RowKey<K>>(
        &self,
        rows: impl IntoIterator<Item = (R, V)>,
        aggregate: impl Fn(&R::Query, Option<&V>, &V) -> V,
    ) {
        self.reduce_by(rows, &Function(aggregate));
    }

    /// Every reduction by one thread.
    fn reduce_by<R: RowKey<K>, X>(
        &self,
        rows: impl IntoIterator<Item = (R, X)>,
        aggregate: &impl Aggregate<R::Query, X, V>,
    ) {
        let take_in = |worker: &mut Worker<'_, _, _, _, _, _, _>| {
            for (key, row) in rows {
                worker.push(key, row);
            }
        };
        run_to_end(Worker::new(self, aggregate), take_in, Worker::finish);
    }
    /// Counts how often each key comes: [`reduce`](Self::reduce) with 1 for every row, by addition.
    ///
    /// # Panics
    /// As `reduce`; and if a count is too large for its type, as `+` does, in builds with overflow checks.
    ///
    /// ```
    /// let counts: atomic_dict::AtomicMap<String, u64> = atomic_dict::AtomicMap::new();
    /// counts.reduce_count("a b a".split(' '));
    /// assert_eq!(counts.get("a").as_deref(), Some(&2));
    /// ```
    pub fn reduce_count<R: RowKey<K>>(&self, keys: impl IntoIterator<Item = R>)
    where
        V: From<bool> + Add<Output = V> + Clone,
    {
        self.reduce_by(keys.into_iter().map(|key| (key, ())), &special::count());
    }

    /// Adds up the values of each key: [`reduce`](Self::reduce) by addition.
    ///
    /// Sums of floats depend on the order, which is none in particular, in their last digits.
    ///
    /// # Panics
    /// As `reduce`; and if a sum is too large for its type, as `+` does, in builds with overflow checks.
    ///
    /// ```
    /// let sums: atomic_dict::AtomicMap<&str, u32> = atomic_dict::AtomicMap::new();
    /// sums.reduce_sum([("a", 1), ("b", 2), ("a", 3)]);
    /// assert_eq!(sums.get("a").as_deref(), Some(&4));
    /// ```
    pub fn reduce_sum<R: RowKey<K>>(&self, rows: impl IntoIterator<Item = (R, V)>)
    where
        V: Add<Output = V> + Clone,
    {
        self.reduce_by(rows, &special::sum());
    }

    /// Keeps the smallest value of each key: [`reduce`](Self::reduce) by `min`. (For floats, which have no total order, use
    /// `reduce` with `f64::min`.)
    ///
    /// # Panics
    /// As `reduce`.
    ///
    /// ```
    /// let least: atomic_dict::AtomicMap<&str, u32> = atomic_dict::AtomicMap::new();
    /// least.reduce_min([("a", 3), ("b", 2), ("a", 1)]);
    /// assert_eq!(least.get("a").as_deref(), Some(&1));
    /// ```
    pub fn reduce_min<R: RowKey<K>>(&self, rows: impl IntoIterator<Item = (R, V)>)
    where
        V: Ord + Clone,
    {
        self.reduce_by(rows, &special::min());
    }

    /// Keeps the largest value of each key: [`reduce`](Self::reduce) by `max`. (For floats see [`reduce_min`](Self::reduce_min).)
    ///
    /// # Panics
    /// As `reduce`.
    ///
    /// ```
    /// let most: atomic_dict::AtomicMap<&str, u32> = atomic_dict::AtomicMap::new();
    /// most.reduce_max([("a", 1), ("b", 2), ("a", 3)]);
    /// assert_eq!(most.get("a").as_deref(), Some(&3));
    /// ```
    pub fn reduce_max<R: RowKey<K>>(&self, rows: impl IntoIterator<Item = (R, V)>)
    where
        V: Ord + Clone,
    {
        self.reduce_by(rows, &special::max());
    }

    /// Whether all values of a key are true: [`reduce`](Self::reduce) by `&`, which for integers keeps the bits that all of them have.
    ///
    /// # Panics
    /// As `reduce`.
    ///
    /// ```
    /// let all: atomic_dict::AtomicMap<&str, bool> = atomic_dict::AtomicMap::new();
    /// all.reduce_and([("a", true), ("b", true), ("a", false)]);
    /// assert_eq!((all.get("a").as_deref(), all.get("b").as_deref()), (Some(&false), Some(&true)));
    /// ```
    pub fn reduce_and<R: RowKey<K>>(&self, rows: impl IntoIterator<Item = (R, V)>)
    where
        V: BitAnd<Output = V> + Clone,
    {
        self.reduce_by(rows, &special::and());
    }

    /// Whether any value of a key is true: [`reduce`](Self::reduce) by `|`, which for integers keeps the bits that any of them has.
    ///
    /// # Panics
    /// As `reduce`.
    ///
    /// ```
    /// let any: atomic_dict::AtomicMap<&str, bool> = atomic_dict::AtomicMap::new();
    /// any.reduce_or([("a", false), ("b", false), ("a", true)]);
    /// assert_eq!((any.get("a").as_deref(), any.get("b").as_deref()), (Some(&true), Some(&false)));
    /// ```
    pub fn reduce_or<R: RowKey<K>>(&self, rows: impl IntoIterator<Item = (R, V)>)
    where
        V: BitOr<Output = V> + Clone,
    {
        self.reduce_by(rows, &special::or());
    }
}

impl<K: Hash + Eq + Send + Sync + 'static, T: Clone + Send + Sync + 'static, S: BuildHasher> AtomicMap<K, Vec<T>, S> {
    /// Collects the values of each key, in no particular order: [`reduce`](Self::reduce) by concatenation.
    ///
    /// Each time a part of the rows of a key goes to the map, the list that is there is copied. So this is for short lists, or few
    /// keys; lists of keys that come often are gathered on the way, on the heap.
    ///
    /// # Panics
    /// As `reduce`.
    ///
    /// ```
    /// let lists: atomic_dict::AtomicMap<&str, Vec<u32>> = atomic_dict::AtomicMap::new();
    /// lists.reduce_list([("a", 1), ("b", 2), ("a", 3)]);
    /// let mut of_a = lists.get("a").expect("there are two").clone();
    /// of_a.sort();
    /// assert_eq!(of_a, [1, 3]);
    /// ```
    pub fn reduce_list<R: RowKey<K>>(&self, rows: impl IntoIterator<Item = (R, T)>) {
        self.reduce_by(rows, &special::list());
    }
}
