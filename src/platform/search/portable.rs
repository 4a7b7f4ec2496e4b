//! The search for every machine: what the other versions must agree with.

use crate::platform::lines::{LINE_SLOTS, Line, Slot};
use crate::platform::site;
use crate::platform::sync::AtomicU8;
use core::hint::select_unpredictable;

/// Whether `tag`, which is not 0, is none of the tags of some lines, and the last tag of one of the lines is 0.
#[inline(always)]
pub(crate) fn excludes<const TAGS: usize>(tags: &[AtomicU8; TAGS], tag: u8) -> bool {
    // SeqCst: decides that a key is absent; pairs with TAG_SET and TAG_PASS.
    let seen = tags.each_ref().map(|tag| tag.load(site!(TAG_LOAD: SeqCst)));
    seen.iter().all(|&seen| seen != tag) && seen.chunks(LINE_SLOTS).any(|line| line[LINE_SLOTS - 1] == 0)
}

/// The value word of the slot that holds `key`, read after its key word; null if there is none.
#[inline(always)]
pub(crate) fn value_of(line: &Line, key: *mut ()) -> *mut () {
    // SeqCst, both: LOOKUP_KEY as FIND_KEY in `table::find`, LOOKUP_VALUE as FIND_VALUE in `table::slot`.
    line.slots.iter().fold(core::ptr::null_mut(), |found, slot| {
        let same = slot.key.load(site!(LOOKUP_KEY: SeqCst)) == key;
        select_unpredictable(same, slot.value.load(site!(LOOKUP_VALUE: SeqCst)), found)
    })
}

/// The slot that holds `key`.
#[inline(always)]
pub(crate) fn slot_of(line: &Line, key: *mut ()) -> Option<&Slot> {
    line.slots.iter().fold(None, |found, slot| {
        let same = slot.key.load(site!(SLOT_KEY: SeqCst)) == key; // SeqCst: as FIND_KEY.
        select_unpredictable(same, Some(slot), found)
    })
}

/// The slot that holds `key`, and the first one that holds no key (a word of 0 or 1). Of each word it is asked first
/// whether it is no key, and words are read from the last to the first: so what is in front of a vacant slot holds other
/// keys, unless the slot of `key` is found.
#[inline(always)]
pub(crate) fn slot_or_vacant(line: &Line, key: *mut ()) -> (Option<&Slot>, Option<&Slot>) {
    line.slots.iter().rfold((None, None), |(found, vacant), slot| {
        let word = slot.key.load(site!(VACANT_KEY: SeqCst)); // SeqCst: as FIND_KEY.
        (
            select_unpredictable(word == key, Some(slot), found),
            select_unpredictable(word.addr() <= 1, Some(slot), vacant),
        )
    })
}
