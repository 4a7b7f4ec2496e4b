//! The slot array, as a vector of loom's atomics.

use super::search;
use super::sync::{AtomicPtr, AtomicU8};
use core::ptr::null_mut;

/// Enough for every shape of a line: keys, then `SEALED` words, then `EMPTY` ones. A fourth slot multiplies executions.
pub(crate) const LINE_SLOTS: usize = 3;

pub(crate) struct Slot {
    pub(crate) key: AtomicPtr<()>,
    pub(crate) value: AtomicPtr<()>,
}

#[repr(transparent)]
pub(crate) struct Line {
    pub(crate) slots: [Slot; LINE_SLOTS],
}

pub(crate) const WINDOW_LINES: usize = 2;

/// Of one line, where a model does not search as users do: that is enough for all but what two of them are for.
pub(crate) type Tags = [AtomicU8];

#[derive(Clone, Copy)]
pub(crate) struct Home<'l> {
    array: &'l LineArray,
    index: usize,
    rest: u64,
}

impl<'l> Home<'l> {
    pub(crate) fn index(self) -> usize {
        self.index
    }

    pub(crate) fn line(self) -> &'l Line {
        &self.array.lines[self.index]
    }

    pub(crate) fn rest(self) -> u64 {
        self.rest
    }

    pub(crate) fn tags(self) -> &'l Tags {
        let lines = if search::is_of_users() { WINDOW_LINES } else { 1 };
        &self.array.tags[self.index * LINE_SLOTS..][..lines * LINE_SLOTS]
    }
}

pub(crate) struct LineArray {
    lines: Box<[Line]>,
    tags: Box<Tags>,
}

impl LineArray {
    pub(crate) const MAX_LINES: usize = 1 << (usize::BITS - 8);

    pub(crate) fn new(count: usize) -> Self {
        let slot = |_| Slot { key: AtomicPtr::new(null_mut()), value: AtomicPtr::new(null_mut()) };
        Self {
            lines: (0..=count).map(|_| Line { slots: core::array::from_fn(slot) }).collect(),
            tags: (0..(count + 1) * LINE_SLOTS).map(|_| AtomicU8::new(0)).collect(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.lines.len() - 1
    }

    pub(crate) fn line(&self, index: usize) -> &Line {
        &self.lines[index & (self.len() - 1)]
    }

    pub(crate) fn slots(&self, first: usize, count: usize) -> &[Slot] {
        let first = first & (self.len() - 1);
        assert!(count <= self.len() - first);
        let start = core::ptr::from_ref(&self.lines[first]).cast();
        // SAFETY: a line is an array of slots and nothing else, and so many follow each other.
        unsafe { core::slice::from_raw_parts(start, count * LINE_SLOTS) }
    }

    pub(crate) fn home(&self, hash: u64) -> Home<'_> {
        let product = u128::from(hash) * self.len() as u128;
        Home { array: self, index: (product >> 64) as usize, rest: product as u64 }
    }

    pub(crate) fn tag(&self, slot: &Slot) -> &AtomicU8 {
        let offset = core::ptr::from_ref(slot).addr() - core::ptr::from_ref(&self.lines[0]).addr();
        &self.tags[offset / size_of::<Slot>()]
    }

    pub(crate) fn reserved(&self) -> &Line {
        &self.lines[self.len()]
    }

    pub(crate) fn is_large(&self) -> bool {
        false
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

    pub(crate) fn prefetch(&self, _hash: u64, _tags: bool) {}
}

impl core::fmt::Debug for LineArray {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("LineArray").field(&self.len()).finish()
    }
}
