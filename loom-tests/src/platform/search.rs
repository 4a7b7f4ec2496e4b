//! The search of a line for a key word, by as few loads as it takes: each multiplies executions.

#[path = "../../../src/platform/search/portable.rs"]
mod portable;

use super::lines::{Line, Slot, Tags};
use super::{rule, site};

pub(crate) fn excludes(tags: &Tags, tag: u8) -> bool {
    let mut last = 0;
    let others = tags.iter().all(|other| {
        last = other.load(site!(TAG_LOAD: SeqCst));
        last != tag
    });
    others && last == 0
}

pub(crate) fn value_of(line: &Line, key: *mut ()) -> *mut () {
    slot_of(line, key).map_or(core::ptr::null_mut(), |slot| slot.value.load(site!(FIND_VALUE: SeqCst)))
}

pub(crate) fn slot_of(line: &Line, key: *mut ()) -> Option<&Slot> {
    line.slots.iter().find(|slot| slot.key.load(site!(FIND_KEY: SeqCst)) == key)
}

pub(crate) fn slot_or_vacant(line: &Line, key: *mut ()) -> (Option<&Slot>, Option<&Slot>) {
    let (found, vacant) = portable::slot_or_vacant(line, key);
    (found, if rule!(CLAIM_FIRST) { vacant } else { vacant.and(line.slots.last()) })
}
