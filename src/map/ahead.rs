//! Entries on their way to the table: so many at a time that the cache misses of their places overlap.
//!
//! An entry's line is asked for when it comes here, and needed when all others that came before it are in the table. No guard
//! is held while entries come.

use std::collections::VecDeque;

/// Entries that may wait. Their lines, and what stands beside these, fit the innermost cache, with room to spare.
const MOST_WAITING: usize = 64;

/// Bytes of entries that may wait.
const MOST_BYTES: usize = 256 << 10;

/// A key, or what stands for one, with its hash, and a value.
pub(crate) struct Entry<R, V> {
    pub(crate) hash: u64,
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
