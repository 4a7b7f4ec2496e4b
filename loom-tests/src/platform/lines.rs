//! The slot array, as a vector of loom's atomics.

use super::sync::AtomicPtr;
use core::ptr::null_mut;

pub(crate) const LINE_SLOTS: usize = 4;

pub(crate) struct Slot {
    pub(crate) key: AtomicPtr<()>,
    pub(crate) value: AtomicPtr<()>,
}

pub(crate) struct Line {
    pub(crate) slots: [Slot; LINE_SLOTS],
}

pub(crate) struct LineArray(Box<[Line]>);

impl LineArray {
    pub(crate) const MAX_LINES: usize = 1 << 20;

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

    pub(crate) fn reserved(&self) -> &Line {
        &self.0[self.len()]
    }
}

impl core::fmt::Debug for LineArray {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("LineArray").field(&self.len()).finish()
    }
}
