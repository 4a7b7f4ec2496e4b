//! What one thread does with its rows.
//!
//! While it pays, rows are gathered in a small table of this thread. What has no place there goes to the shared map, some
//! entries at a time. If few rows find their key in the small table, all go to the shared map at once for a while.

use super::aggregate::Aggregate;
use super::control::{Control, Mode};
use super::hot::Hot;
use super::row::RowKey;
use crate::api::edits::Merge;
use crate::map::AtomicMap;
use crate::map::ahead::{Ahead, Entry};
use crate::platform::epoch;
use crate::table::{Built, not_zero};
use core::hash::{BuildHasher, Hash};
use core::num::NonZeroU64;

/// Rows whose places in the small table have been asked for.
const AHEAD: usize = 8;

struct Row<R, X> {
    hash: NonZeroU64,
    key: R,
    row: X,
}

/// One thread's part of a reduction.
pub(crate) struct Worker<'m, K: 'static, V: 'static, S, R, X, A> {
    map: &'m AtomicMap<K, V, S>,
    aggregate: &'m A,
    control: Control,
    hot: Hot<R, V>,
    /// A ring; the next to be replaced has been there longest.
    ahead: [Option<Row<R, X>>; AHEAD],
    next: usize,
    cold: Ahead<R, V>,
}

impl<'m, K, V, S, R, X, A> Worker<'m, K, V, S, R, X, A>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
    R: RowKey<K>,
    A: Aggregate<R::Query, X, V>,
{
    pub(crate) fn new(map: &'m AtomicMap<K, V, S>, aggregate: &'m A) -> Self {
        let ahead = [const { None }; AHEAD];
        Self { map, aggregate, control: Control::new(), hot: Hot::new(), ahead, next: 0, cold: Ahead::new() }
    }

    /// Takes in a row.
    #[inline(always)]
    pub(crate) fn push(&mut self, key: R, row: X) {
        let hash = not_zero(self.map.hash(key.query()));
        let row = Row { hash, key, row };
        match self.control.mode() {
            Mode::Near => self.gather::<true>(row),
            Mode::Far => {
                self.hot.prefetch(hash);
                let oldest = self.ahead[self.next % AHEAD].replace(row);
                self.next += 1;
                if let Some(row) = oldest {
                    self.gather::<false>(row);
                }
            }
            Mode::Send => {
                let entry = self.entry(row);
                self.send(entry);
            }
        }
        self.control.row(|| self.hot.keys());
    }

    /// The partial result of one row.
    #[inline(always)]
    fn entry(&self, Row { hash, key, row }: Row<R, X>) -> Entry<R, V> {
        let value = self.aggregate.first(key.query(), row);
        Entry { hash, key, value }
    }

    /// Adds a row to what the small table has of its key.
    #[inline(always)]
    fn gather<const PREDICTED: bool>(&mut self, row: Row<R, X>) {
        match self.hot.find::<PREDICTED>(row.hash, |other| other.query() == row.key.query()) {
            Some(partial) => self.aggregate.add(row.key.query(), partial, row.row),
            None => self.miss(row),
        }
    }

    /// A row whose key is not in the small table.
    #[inline(never)]
    fn miss(&mut self, row: Row<R, X>) {
        self.control.missed();
        let entry = self.entry(row);
        if let Some(entry) = self.hot.admit(entry) {
            self.send(entry);
        }
    }

    /// Sends a partial result to the shared map.
    #[inline(always)]
    fn send(&mut self, entry: Entry<R, V>) {
        self.map.raw.prefetch(entry.hash.get());
        if self.cold.push(entry) {
            self.merge_all();
        }
    }

    /// Merges all that waits, under one pin.
    #[inline(never)]
    fn merge_all(&mut self) {
        let guard = epoch::pin();
        while let Some(Entry { hash, key, value }) = self.cold.pop() {
            let source = Built::new(hash.get(), key.query(), |_: &R::Query| key.to_key(), &guard);
            let merge = |shared: &V, partial: &V| self.aggregate.merge(key.query(), shared, partial);
            self.map.raw.edit(source, Merge::new(value, merge), self.map.key_hasher(), &guard);
        }
    }

    /// Brings everything to the shared map.
    pub(crate) fn finish(&mut self) {
        for place in 0..AHEAD {
            if let Some(row) = self.ahead[place].take() {
                self.gather::<false>(row);
            }
        }
        let places = self.hot.places();
        // Neighbours here are neighbours there. Threads that end together begin in different places.
        let start = (core::ptr::from_ref(self).addr() / size_of::<usize>()) % places;
        for place in (start..places).chain(0..start) {
            if let Some(entry) = self.hot.take(place) {
                self.send(entry);
            }
        }
        self.merge_all();
    }
}
