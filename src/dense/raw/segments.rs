//! Where the slots are: the base, and the segments that are made when an index needs one.
#![allow(unsafe_code)] // From the pointer of a segment to its slots.

use super::RawDense;
use crate::platform::site;
use crate::platform::sync::AtomicPtr;
use crate::platform::words::Words;
use crate::table::inline::is_inline;
use crate::table::word;
use core::fmt;
use core::ptr;
use std::error::Error;

/// Why an index has no slot and gets none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoSlot {
    /// The index is above the limit of the map.
    AboveLimit {
        /// The index.
        index: usize,
        /// The largest index that the map takes.
        max_index: usize,
    },
    /// There is no memory for the segment of slots that the index is in.
    OutOfMemory {
        /// The index.
        index: usize,
        /// Bytes of the segment.
        bytes: usize,
    },
}

impl fmt::Display for NoSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AboveLimit { index, max_index } => {
                write!(f, "index {index} is above the limit of this map, {max_index}")
            }
            Self::OutOfMemory { index, bytes } => {
                write!(f, "index {index} needs a segment of {bytes} bytes, for which there is no memory")
            }
        }
    }
}

impl Error for NoSlot {}

/// What there is at an index.
pub(super) enum Stretch<'m> {
    /// Slots, from the index on.
    Slots(&'m [AtomicPtr<()>]),
    /// None, up to this index.
    Missing(usize),
}

impl<V: 'static> RawDense<V> {
    /// The slot of an index, if it is there.
    #[inline(always)]
    pub(super) fn find(&self, index: usize) -> Option<&AtomicPtr<()>> {
        if let Some(slot) = self.base.get(index) {
            return Some(slot);
        }
        let place = self.geometry.overflow(index)?;
        // SeqCst: a null pointer decides that there is no value. Acquire part: SEGMENT edge, pairs with SEGMENT_SET: the slots
        // are seen empty, or as they are now.
        let segment = self.segments[place.segment].load(site!(SEGMENT_FIND: SeqCst));
        // SAFETY: installed with the length that the place is in, and freed with the map.
        (!segment.is_null()).then(|| unsafe { Words::at(segment, place.offset) })
    }

    /// The slot of an index behind the base, which is made if it is not there. Lock-free: of several threads one installs its
    /// segment, and the others free theirs, which nobody has touched.
    #[cold]
    pub(super) fn make(&self, index: usize) -> Result<&AtomicPtr<()>, NoSlot> {
        let max_index = self.max_index();
        let place = self.geometry.overflow(index).ok_or(NoSlot::AboveLimit { index, max_index })?;
        let len = self.geometry.len(place.segment);
        let Some(new) = Words::new(len).map(Words::into_raw) else {
            // Another thread may have been luckier.
            return self.find(index).ok_or(NoSlot::OutOfMemory { index, bytes: Words::bytes(len) });
        };
        // SeqCst: pairs with SEGMENT_FIND; its Release part is the SEGMENT edge. Acquire on failure: the slots of another.
        let installed = self.segments[place.segment].compare_exchange(
            ptr::null_mut(),
            new,
            site!(SEGMENT_SET: SeqCst),
            site!(SEGMENT_LOST: Acquire),
        );
        let segment = match installed {
            Ok(_) => {
                self.stripe(len);
                new
            }
            Err(theirs) => {
                // SAFETY: allocated above with this length, and not published.
                drop(unsafe { Words::from_raw(new, len) });
                theirs
            }
        };
        // SAFETY: as in `find`.
        Ok(unsafe { Words::at(segment, place.offset) })
    }

    /// Asks for the slot of an index before it is used.
    #[inline(always)]
    pub(crate) fn prefetch(&self, index: usize) {
        if let Some(slot) = self.find(index) {
            crate::platform::sync::prefetch(ptr::from_ref(slot));
        }
    }

    /// Asks for the box of an index before it is used: its slot is here.
    #[inline(always)]
    pub(crate) fn approach(&self, index: usize) {
        if is_inline::<V>() {
            return;
        }
        if let Some(slot) = self.find(index) {
            let word = slot.load(site!(DENSE_AHEAD: Relaxed)); // Relaxed: a hint; the box is not read here.
            if word::is_plain::<V>(word) {
                crate::platform::sync::prefetch(word);
            }
        }
    }

    /// The index behind the last slot that there is.
    pub(crate) fn slots_end(&self) -> usize {
        // SeqCst: decides that there is nothing behind it to visit.
        let there = |segment: &usize| !self.segments[*segment].load(site!(SEGMENT_END: SeqCst)).is_null();
        let last = self.geometry.segments().rev().find(there);
        last.map_or(self.base.len(), |last| self.geometry.start(last) + self.geometry.len(last))
    }

    /// What there is at an index; `None` behind the limit.
    pub(super) fn stretch(&self, index: usize) -> Option<Stretch<'_>> {
        if index < self.base.len() {
            return Some(Stretch::Slots(&self.base.as_slice()[index..]));
        }
        let place = self.geometry.overflow(index)?;
        let len = self.geometry.len(place.segment);
        // SeqCst: decides that there is nothing to visit; otherwise as in `find`.
        let segment = self.segments[place.segment].load(site!(SEGMENT_WALK: SeqCst));
        if segment.is_null() {
            return Some(Stretch::Missing(self.geometry.start(place.segment) + len));
        }
        // SAFETY: as in `find`; all segments have the length that the geometry says.
        let slots = unsafe { Words::slice(segment, len) };
        Some(Stretch::Slots(&slots[place.offset..]))
    }

    /// Bytes of the segments that are there.
    pub(super) fn segment_bytes(&self) -> usize {
        let there = |segment: &usize| !self.segments[*segment].load(site!(SEGMENT_PEEK: Relaxed)).is_null(); // Relaxed: a figure.
        self.geometry.segments().filter(there).map(|segment| Words::bytes(self.geometry.len(segment))).sum()
    }

    /// Frees the segments, whose values are gone.
    pub(super) fn free_segments(&mut self) {
        for segment in self.geometry.segments() {
            // Relaxed: exclusive access.
            let raw = self.segments[segment].swap(ptr::null_mut(), site!(TAKE_SEGMENT: Relaxed));
            if !raw.is_null() {
                // SAFETY: installed with this length; nobody shares the map, and the pointer is gone from it.
                drop(unsafe { Words::from_raw(raw, self.geometry.len(segment)) });
            }
        }
    }
}
