//! What one thread does with its rows.
//!
//! While it pays, rows are gathered in a small table of this thread. What has no place there goes to the shared map, some
//! entries at a time. If few rows find their key in the small table, all go to the shared map at once for a while.

use super::aggregate::Aggregate;
use super::control::Control;
use super::hot::Hot;
use super::row::RowKey;
use crate::map::AtomicMap;
use crate::map::ahead::{Ahead, Entry};
use crate::map::edits::Merge;
use crate::platform::epoch;
use crate::table::Built;
use core::hash::{BuildHasher, Hash};

/// One thread's part of a reduction.
pub(crate) struct Worker<'m, K: 'static, V: 'static, S, R, A> {
    map: &'m AtomicMap<K, V, S>,
    aggregate: &'m A,
    hot: Hot<R, V>,
    cold: Ahead<R, V>,
    control: Control,
}

impl<'m, K, V, S, R, A> Worker<'m, K, V, S, R, A>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
    R: RowKey<K>,
{
    pub(crate) fn new(map: &'m AtomicMap<K, V, S>, aggregate: &'m A) -> Self {
        Self { map, aggregate, hot: Hot::new(), cold: Ahead::new(), control: Control::new() }
    }

    /// Takes in a row.
    #[inline(always)]
    pub(crate) fn push<X>(&mut self, key: R, row: X)
    where
        A: Aggregate<R::Query, X, V>,
    {
        let hash = self.map.hash(key.query());
        if self.control.gathers() {
            if let Some(partial) = self.hot.find(hash, |other| other.query() == key.query()) {
                self.aggregate.add(key.query(), partial, row);
            } else {
                self.control.missed();
                self.miss(hash, key, row);
            }
        } else {
            let value = self.aggregate.first(key.query(), row);
            self.send(Entry { hash, key, value });
        }
        self.control.row();
    }

    /// A row whose key is not in the small table.
    #[inline(never)]
    fn miss<X>(&mut self, hash: u64, key: R, row: X)
    where
        A: Aggregate<R::Query, X, V>,
    {
        let value = self.aggregate.first(key.query(), row);
        if let Some(entry) = self.hot.admit(Entry { hash, key, value }) {
            self.send(entry);
        }
    }

    /// Sends a partial result to the shared map.
    #[inline(always)]
    fn send<X>(&mut self, entry: Entry<R, V>)
    where
        A: Aggregate<R::Query, X, V>,
    {
        self.map.raw.prefetch(entry.hash);
        if self.cold.push(entry) {
            self.merge_all();
        }
    }

    /// Merges all that waits, under one pin.
    #[inline(never)]
    fn merge_all<X>(&mut self)
    where
        A: Aggregate<R::Query, X, V>,
    {
        let guard = epoch::pin();
        while let Some(Entry { hash, key, value }) = self.cold.pop() {
            let source = Built::new(hash, key.query(), |_: &R::Query| key.to_key(), &guard);
            let merge = |shared: &V, partial: &V| self.aggregate.merge(key.query(), shared, partial);
            self.map.raw.edit(source, Merge::new(value, merge), |key: &K| self.map.hash(key), &guard);
        }
    }

    /// Brings everything to the shared map.
    pub(crate) fn finish<X>(&mut self)
    where
        A: Aggregate<R::Query, X, V>,
    {
        let places = self.hot.places_in_all();
        // Neighbours here are neighbours there. Threads that end together begin in different places.
        let start = core::ptr::from_ref(self).addr() / size_of::<usize>();
        for step in 0..places {
            if let Some(entry) = self.hot.take(start.wrapping_add(step) % places) {
                self.send(entry);
            }
        }
        self.merge_all();
    }
}
