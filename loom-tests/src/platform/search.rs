//! The search of a line for a key word, and of tags: by as few loads as it takes, since each multiplies executions, or as users have it.

#[path = "../../../src/platform/search/portable.rs"]
mod portable;

use super::lines::{LINE_SLOTS, Line, Slot, Tags, WINDOW_LINES};
use super::{rule, site};

thread_local! {
    static OF_USERS: core::cell::Cell<bool> = const { core::cell::Cell::new(false) };
}

/// Searches as users do without assembly, tags of two lines among it: for models of that.
pub(crate) fn search_as_users(whole: bool) {
    OF_USERS.set(whole);
}

pub(crate) fn is_of_users() -> bool {
    OF_USERS.get()
}

pub(crate) fn excludes(tags: &Tags, tag: u8) -> bool {
    if is_of_users() {
        let tags: &[_; WINDOW_LINES * LINE_SLOTS] = tags.try_into().expect("the tags of two lines");
        return portable::excludes(tags, tag);
    }
    let mut last = 0;
    let others = tags.iter().all(|other| {
        last = other.load(site!(TAG_LOAD: SeqCst));
        last != tag
    });
    others && last == 0
}

pub(crate) fn value_of(line: &Line, key: *mut ()) -> *mut () {
    if is_of_users() {
        return portable::value_of(line, key);
    }
    let slot = line.slots.iter().find(|slot| slot.key.load(site!(LOOKUP_KEY: SeqCst)) == key);
    slot.map_or(core::ptr::null_mut(), |slot| slot.value.load(site!(LOOKUP_VALUE: SeqCst)))
}

pub(crate) fn slot_of(line: &Line, key: *mut ()) -> Option<&Slot> {
    if is_of_users() {
        return portable::slot_of(line, key);
    }
    line.slots.iter().find(|slot| slot.key.load(site!(SLOT_KEY: SeqCst)) == key)
}

pub(crate) fn slot_or_vacant(line: &Line, key: *mut ()) -> (Option<&Slot>, Option<&Slot>) {
    let (found, vacant) = portable::slot_or_vacant(line, key);
    (found, if rule!(CLAIM_FIRST) { vacant } else { vacant.and(line.slots.last()) })
}
