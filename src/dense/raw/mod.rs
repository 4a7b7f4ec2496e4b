//! The slots of a dense map, and the protocol between the threads that use them: `docs/DENSE.md`.
//!
//! | file | idea |
//! | --- | --- |
//! | `address` | from indices to places |
//! | `ranges` | which indices a traversal visits |
//! | `cover` | what protects the values that are read |
//! | `segments` | where the slots are, and how they come |
//! | `edit` | writing operations |
//! | `direct` | the most frequent of them, for plain words |
//! | `push` | the next free index |
//! | `walk`, `owned` | traversal, shared and owned |
#![allow(unsafe_code)] // `Send` and `Sync` of a map of pointers; from words to values.

mod address;
mod cover;
mod direct;
mod edit;
mod owned;
mod push;
mod ranges;
mod segments;
mod walk;

use crate::platform::site;
use crate::platform::sync::{AtomicPtr, AtomicUsize};
use crate::platform::tuning::STRIPED_SLOTS;
use crate::platform::words::Words;
use crate::table::{Counter, Escapes, Seen, word};
use address::{Geometry, SEGMENTS};
use core::marker::PhantomData;
use crossbeam_utils::CachePadded;

pub(crate) use address::MAX_INDEX;
pub(crate) use cover::Cover;
pub(crate) use ranges::Ranges;
pub use segments::NoSlot;
pub(crate) use walk::Walk;

/// A map from indices to values. What every operation reads stands first.
pub(crate) struct RawDense<V: 'static> {
    /// The slots of the first indices: they never move.
    base: Words,
    geometry: Geometry,
    escapes: Escapes,
    /// The slots of the others, or null.
    segments: [AtomicPtr<()>; SEGMENTS],
    counter: Counter,
    /// The index that the next `push` tries.
    next_id: CachePadded<AtomicUsize>,
    /// Invariant: values go in and come out.
    _values: PhantomData<*mut V>,
}

// SAFETY: the map owns its values, and drops them on the thread that it was sent to.
unsafe impl<V: Send> Send for RawDense<V> {}
// SAFETY: threads that share the map share values by reference (`Sync`), and move them in and out (`Send`).
unsafe impl<V: Send + Sync> Sync for RawDense<V> {}

impl<V: 'static> RawDense<V> {
    /// An empty map with a base of so many slots, for indices up to `max_index`.
    ///
    /// # Panics
    /// If there is no memory for the base, or an index of it is above `max_index`, or that is above `MAX_INDEX`.
    pub(crate) fn new(base: usize, max_index: usize) -> Self {
        let words = (base <= Words::MAX_LEN).then(|| Words::new(base)).flatten();
        let map = Self {
            base: words.unwrap_or_else(|| panic!("capacity overflow: no memory for {base} slots")),
            geometry: Geometry::new(base, max_index),
            escapes: Escapes::new(),
            segments: core::array::from_fn(|_| AtomicPtr::new(core::ptr::null_mut())),
            counter: Counter::new(),
            next_id: CachePadded::new(AtomicUsize::new(0)),
            _values: PhantomData,
        };
        map.stripe(base);
        map
    }

    /// Counts per thread from now on, if there are so many slots in one piece.
    fn stripe(&self, slots: usize) {
        if slots >= STRIPED_SLOTS {
            self.counter.stripe();
        }
    }

    pub(crate) fn counter(&self) -> &Counter {
        &self.counter
    }

    pub(crate) fn max_index(&self) -> usize {
        self.geometry.max_index()
    }

    /// The value of an index.
    #[inline(always)]
    pub(crate) fn get<'g>(&'g self, index: usize, cover: Cover<'g, V>) -> Option<Seen<'g, V>> {
        let slot = self.find(index)?;
        // SeqCst: the reader's decision. Acquire part: VALUE edge, pairs with DENSE_SET: the box.
        let word = slot.load(site!(DENSE_GET: SeqCst));
        if word::is_plain::<V>(word) {
            // SAFETY: read from a slot of `V`, under the cover.
            Some(unsafe { cover.plain(word) })
        } else if word == word::EMPTY {
            None
        } else {
            cover::escaped(slot, word)
        }
    }

    /// Whether an index has a value. Needs no cover.
    #[inline(always)]
    pub(crate) fn contains(&self, index: usize) -> bool {
        // SeqCst: as in `get`, without the box.
        self.find(index).is_some_and(|slot| slot.load(site!(DENSE_HAS: SeqCst)) != word::EMPTY)
    }

    /// Indices of the base.
    pub(crate) fn capacity(&self) -> usize {
        self.base.len()
    }

    /// `bytes` of a map with a base of so many slots, and nothing behind it.
    pub(crate) fn bytes_for(base: usize) -> usize {
        let counter = if base >= STRIPED_SLOTS { Counter::bytes_of_stripes() } else { 0 };
        Words::bytes(base).saturating_add(counter)
    }

    /// Bytes of slots and counters.
    pub(crate) fn bytes(&self) -> usize {
        Words::bytes(self.base.len()) + self.segment_bytes() + self.counter.bytes()
    }
}
