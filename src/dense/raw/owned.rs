//! A map that nobody shares any more: its values, moved out or dropped.
#![allow(unsafe_code)] // Owns what the slots own.

use super::RawDense;
use super::segments::Stretch;
use crate::platform::discards;
use crate::platform::site;
use crate::table::inline::is_inline;
use crate::table::word::LiveWord;
use crate::table::{NewValue, word};

impl<V: 'static> RawDense<V> {
    /// Moves out the value of the first index from `position` on that has one, and sets `position` behind it.
    pub(crate) fn take_next(&mut self, position: &mut usize) -> Option<(usize, V)> {
        loop {
            let slots = match self.stretch(*position)? {
                Stretch::Slots(slots) => slots,
                Stretch::Missing(end) => {
                    *position = end;
                    continue;
                }
            };
            for slot in slots {
                let index = *position;
                *position += 1;
                // Relaxed, both: exclusive access.
                if let Some(live) = LiveWord::new(slot.load(site!(DENSE_OWNED: Relaxed))) {
                    slot.store(word::EMPTY, site!(TAKE_VALUE: Relaxed));
                    // SAFETY: the slot owned its live word, and holds it no more.
                    return Some((index, unsafe { NewValue::<V>::from_live(live) }.into_inner()));
                }
            }
        }
    }

    /// Drops all values, also when one of their destructors panics. (A second panic aborts, as everywhere.)
    fn drop_values(&mut self) {
        struct Rest<'a, V: 'static>(&'a mut RawDense<V>, usize);

        impl<V: 'static> Rest<'_, V> {
            fn drop_all(&mut self) {
                while let Some(entry) = self.0.take_next(&mut self.1) {
                    drop(entry);
                }
            }
        }

        impl<V: 'static> Drop for Rest<'_, V> {
            fn drop(&mut self) {
                self.drop_all();
            }
        }

        Rest(self, 0).drop_all();
    }
}

impl<V: 'static> Drop for RawDense<V> {
    fn drop(&mut self) {
        /// Frees the segments, also when a destructor has panicked.
        struct Slots<'a, V: 'static>(&'a mut RawDense<V>);

        impl<V: 'static> Drop for Slots<'_, V> {
            fn drop(&mut self) {
                self.0.free_segments();
            }
        }

        discards::free_all();
        let slots = Slots(self);
        // Primitives that stand in their slots need not be looked at.
        if !is_inline::<V>() || slots.0.escapes.any() {
            slots.0.drop_values();
        }
    }
}
