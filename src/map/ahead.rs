//! Entries on their way to the table: so many at a time that the cache misses of their places overlap.
//!
//! An entry's line is asked for when it comes here, and needed when all others that came before it are in the table. No guard
//! is held while entries come.

use super::AtomicMap;
use crate::api::edits::{Insert, Offer};
use crate::platform::epoch;
use crate::table::{Owned, not_zero};
use core::hash::{BuildHasher, Hash};
use core::num::NonZeroU64;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Entries that may wait. Their lines, and what stands beside these, fit the innermost cache, with room to spare.
const MOST_WAITING: usize = 64;

/// Bytes of entries that may wait.
const MOST_BYTES: usize = 256 << 10;

/// A key, or what stands for one, with its hash, and a value.
pub(crate) struct Entry<R, V> {
    /// Not zero, so that an optional entry takes no more room than one.
    pub(crate) hash: NonZeroU64,
    pub(crate) key: R,
    pub(crate) value: V,
}

/// Entries in the order in which they came.
pub(crate) struct Ahead<R, V> {
    waiting: VecDeque<Entry<R, V>>,
}

impl<R, V> Ahead<R, V> {
    /// One at least, of whatever size.
    const MOST: usize = {
        let fit = MOST_BYTES / size_of::<Entry<R, V>>();
        if fit == 0 {
            1
        } else if fit < MOST_WAITING {
            fit
        } else {
            MOST_WAITING
        }
    };

    pub(crate) fn new() -> Self {
        Self { waiting: VecDeque::new() }
    }

    /// Takes in an entry. Returns whether it is time to bring those that wait to the table.
    #[inline(always)]
    #[must_use]
    pub(crate) fn push(&mut self, entry: Entry<R, V>) -> bool {
        self.waiting.push_back(entry);
        self.waiting.len() >= Self::MOST
    }

    /// The entry that has waited longest.
    #[inline(always)]
    pub(crate) fn pop(&mut self) -> Option<Entry<R, V>> {
        self.waiting.pop_front()
    }
}

/// Entries that are to be inserted.
pub(crate) struct Inserter<'m, K: 'static, V: 'static, S> {
    map: &'m AtomicMap<K, V, S>,
    ahead: Ahead<K, V>,
}

impl<'m, K, V, S> Inserter<'m, K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
    pub(crate) fn new(map: &'m AtomicMap<K, V, S>) -> Self {
        Self { map, ahead: Ahead::new() }
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, key: K, value: V) {
        let hash = not_zero(self.map.hash(&key));
        self.map.raw.prefetch(hash.get());
        if self.ahead.push(Entry { hash, key, value }) {
            self.finish();
        }
    }

    /// Inserts all that waits, under one pin.
    #[inline(never)]
    pub(crate) fn finish(&mut self) {
        let guard = epoch::pin();
        while let Some(Entry { hash, key, value }) = self.ahead.pop() {
            let insert = Insert(<Offer<V>>::Ready(value));
            self.map.raw.edit(Owned::new(hash.get(), key, &guard), insert, self.map.key_hasher(), &guard);
        }
    }
}

/// Does some work that hands over entries, and then what brings all of them to the table. After a panic in either it brings
/// what is left, and panics then.
///
/// For states that are whole wherever code of the user's may panic.
pub(crate) fn run_to_end<T>(mut state: T, work: impl FnOnce(&mut T), finish: impl Fn(&mut T)) {
    let run = catch_unwind(AssertUnwindSafe(|| {
        work(&mut state);
        finish(&mut state);
    }));
    if let Err(payload) = run {
        let _second = catch_unwind(AssertUnwindSafe(|| finish(&mut state)));
        resume_unwind(payload);
    }
}
