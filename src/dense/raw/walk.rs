//! Traversal of a shared map, in order: every entry that is there throughout, exactly once.
#![allow(unsafe_code)] // From words to values.

use super::RawDense;
use super::cover::{self, Cover};
use super::ranges::Ranges;
use super::segments::Stretch;
use crate::platform::site;
use crate::platform::sync::AtomicPtr;
use crate::table::{Seen, word};

/// A walk over some of the indices. Each slot is looked at once; one in a segment that is not there yet has no value.
pub(crate) struct Walk<'g, V: 'static> {
    map: &'g RawDense<V>,
    cover: Cover<'g, V>,
    ranges: Ranges,
    /// Slots that follow each other, and the index of the first one.
    slots: core::slice::Iter<'g, AtomicPtr<()>>,
    index: usize,
}

impl<V: 'static> RawDense<V> {
    pub(crate) fn walk<'g>(&'g self, ranges: Ranges, cover: Cover<'g, V>) -> Walk<'g, V> {
        Walk { map: self, cover, ranges, slots: [].iter(), index: 0 }
    }
}

impl<'g, V: 'static> Walk<'g, V> {
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<(usize, Seen<'g, V>)> {
        loop {
            for slot in self.slots.by_ref() {
                let index = self.index;
                self.index += 1;
                // SeqCst: decides that there is nothing to yield. Acquire part: VALUE edge, pairs with DENSE_SET: the box.
                let word = slot.load(site!(DENSE_WALK: SeqCst));
                if word::is_plain::<V>(word) {
                    // SAFETY: read from a slot of `V`, under the cover.
                    return Some((index, unsafe { self.cover.plain(word) }));
                }
                if word != word::EMPTY
                    && let Some(value) = cover::escaped(slot, word)
                {
                    return Some((index, value));
                }
            }
            if !self.go_on() {
                return None;
            }
        }
    }

    /// Finds the next slots; `false` if there are none.
    #[cold]
    fn go_on(&mut self) -> bool {
        while let Some(range) = self.ranges.from(self.index) {
            self.index = range.start;
            match self.map.stretch(range.start) {
                Some(Stretch::Slots(slots)) => {
                    self.slots = slots[..slots.len().min(range.len())].iter();
                    return true;
                }
                Some(Stretch::Missing(end)) => self.index = end,
                None => return false,
            }
        }
        false
    }
}
