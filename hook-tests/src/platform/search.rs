//! The search of a line: the portable one, all of whose accesses are sites, or, where a thread asks for it, what users of x86-64 get.

#[path = "../../../src/platform/search/portable.rs"]
mod portable;
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[path = "../../../src/platform/search/x86_64.rs"]
mod x86_64;

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
use portable as of_users;
#[cfg(all(target_arch = "x86_64", not(miri)))]
use x86_64 as of_users;

use super::hook;
use super::lines::{Line, Slot, Tags};

pub(crate) fn excludes(tags: &Tags, tag: u8) -> bool {
    if hook::searches_as_users() { of_users::excludes(tags, tag) } else { portable::excludes(tags, tag) }
}

pub(crate) fn value_of(line: &Line, key: *mut ()) -> *mut () {
    if hook::searches_as_users() { of_users::value_of(line, key) } else { portable::value_of(line, key) }
}

pub(crate) fn slot_of(line: &Line, key: *mut ()) -> Option<&Slot> {
    if hook::searches_as_users() { of_users::slot_of(line, key) } else { portable::slot_of(line, key) }
}

pub(crate) fn slot_or_vacant(line: &Line, key: *mut ()) -> (Option<&Slot>, Option<&Slot>) {
    if hook::searches_as_users() { of_users::slot_or_vacant(line, key) } else { portable::slot_or_vacant(line, key) }
}
