//! The most frequent writes of values that stand in their slots, by their words alone.
//!
//! No closure and no reference comes between the words here, so these are a few instructions around one exchange, where `edit`
//! has to keep the values in memory. It takes over wherever anything else is met: a box, a missing segment, a lost race.
#![allow(unsafe_code)] // From words to values.

use super::RawDense;
use super::cover;
use super::edit::value_for_edit;
use crate::platform::epoch;
use crate::platform::site;
use crate::platform::sync::AtomicPtr;
use crate::table::word::{self, Word};
use crate::table::{Seen, plain_word};

/// D1 or D2, for plain words.
#[inline(always)]
fn exchange(slot: &AtomicPtr<()>, current: Word, new: Word) -> bool {
    // SeqCst: where a writer takes effect; its Release part: that the change has begun. Relaxed on failure: nothing was done.
    slot.compare_exchange(current, new, site!(DENSE_SWAP: SeqCst), site!(DENSE_SWAP_LOST: Relaxed)).is_ok()
}

impl<V: 'static> RawDense<V> {
    /// Inserts or replaces, and returns what was there. `None`: nothing was done.
    #[inline(always)]
    pub(crate) fn insert_plain<'g>(&'g self, index: usize, value: &V) -> Option<Option<Seen<'g, V>>> {
        let new = plain_word(value)?.as_ptr();
        let slot = self.find(index)?;
        let current = value_for_edit(slot);
        if current == word::EMPTY {
            let change = self.counter.begin(epoch::thread());
            if !exchange(slot, current, new) {
                change.came_to_nothing();
                return None;
            }
            change.inserted();
            return Some(None);
        }
        (word::is_plain::<V>(current) && exchange(slot, current, new)).then(|| {
            // SAFETY: the plain word of an inline type, from a slot.
            Some(unsafe { cover::plain(current, None) })
        })
    }

    /// Replaces the value whose bits are those of `old`, which it returns. `None`: nothing was done.
    #[inline(always)]
    pub(crate) fn replace_plain<'g>(&'g self, index: usize, old: &V, new: &V) -> Option<Seen<'g, V>> {
        let (old, new) = (plain_word(old)?.as_ptr(), plain_word(new)?.as_ptr());
        let slot = self.find(index)?;
        // SAFETY: the plain word of an inline type, from a value of it.
        exchange(slot, old, new).then(|| unsafe { cover::plain(old, None) })
    }
}
