//! The slot array, as a vector of loom's atomics.

use super::sync::AtomicPtr;
use core::ptr::null_mut;

/// Enough for every shape of a line: keys, then `SEALED` words, then `EMPTY` ones. A fourth slot multiplies executions.
pub(crate) const LINE_SLOTS: usize = 3;

pub(crate) struct Slot {
    pub(crate) key: AtomicPtr<()>,
    pub(crate) value: AtomicPtr<()>,
}

pub(crate) struct Line {
    pub(crate) slots: [Slot; LINE_SLOTS],
}

pub(crate) struct LineArray(Box<[Line]>);

impl LineArray {
    pub(crate) const MAX_LINES: usize = 1 << (usize::BITS - 8);

    pub(crate) fn new(count: usize) -> Self {
        let slot = |_| Slot { key: AtomicPtr::new(null_mut()), value: AtomicPtr::new(null_mut()) };
        Self((0..=count).map(|_| Line { slots: core::array::from_fn(slot) }).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len() - 1
    }

    pub(crate) fn line(&self, index: usize) -> &Line {
        &self.0[index & (self.len() - 1)]
    }

    pub(crate) fn home(&self, hash: u64) -> &Line {
        self.line(home_index(hash, self.len()))
    }

    pub(crate) fn reserved(&self) -> &Line {
        &self.0[self.len()]
    }

    /// Nothing that a model counts.
    pub(crate) fn bytes(&self) -> usize {
        0
    }
}

/// No hint is needed where there is no cache.
#[derive(Debug)]
pub(crate) struct Hint;

impl Hint {
    pub(crate) fn new() -> Self {
        Self
    }

    pub(crate) fn set(&self, _lines: &LineArray) {}

    pub(crate) fn prefetch(&self, _hash: u64) {}
}

/// The home line of a hash among `lines` lines.
pub(crate) fn home_index(hash: u64, lines: usize) -> usize {
    ((u128::from(hash) * lines as u128) >> 64) as usize
}

impl core::fmt::Debug for LineArray {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("LineArray").field(&self.len()).finish()
    }
}
