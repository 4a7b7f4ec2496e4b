//! What stands beside a slot about its key, so that most lookups of absent keys need no line at all.
//!
//! A tag is a byte: 0 at first, and before a value comes into the slot it becomes a one and seven bits of the hash behind those that name the home line. The last
//! tag of a line tells also whether a key may be *behind* the line, or in the next table: it is set before one is. A lookup reads the
//! tags of two lines; a key whose tag is not there, where one of the two last tags is unset, is nowhere. Whatever tags say, key words decide what is where; tags
//! only exclude.
//!
//! A tag is set by a plain store, of the only value that any thread stores there but `PASSED`, which it replaces.
//! (The metadata bytes of SwissTable are the same idea, and its empty byte ends a search too.)

use crate::platform::lines::{Home, LINE_SLOTS, LineArray, Slot, WINDOW_LINES};
use crate::platform::sync::{prefetch, store_before_exchange};
use crate::platform::{rule, search, site};

/// The last tag of a line that keys have passed, while its own key has none. Lowest of all tags.
const PASSED: u8 = 0x80;

/// The tag of a key of this home.
#[inline(always)]
fn of(home: Home<'_>) -> u8 {
    (home.rest() >> 57) as u8 | PASSED
}

/// Whether a key of this home may be in the table, or in the next one.
#[inline(always)]
pub(crate) fn may_be(home: Home<'_>) -> bool {
    !search::excludes(home.tags(), of(home))
}

/// Asks for the tags that `set` and `may_be` need.
#[inline(always)]
pub(crate) fn ask_for(home: Home<'_>) {
    prefetch(home.tags());
}

/// K5: the tag of a slot that a key of this home has claimed, before a value comes there.
#[inline(always)]
pub(crate) fn set(lines: &LineArray, home: Home<'_>, slot: &Slot) {
    if rule!(TAG_VALUE) {
        // SeqCst: comes before the value in the total order; pairs with TAG_LOAD.
        store_before_exchange(lines.tag(slot), of(home), site!(TAG_SET: SeqCst));
    }
}

/// The same for a copy, also where another copier has claimed the slot: its tag may not be there yet.
#[inline(always)]
pub(crate) fn set_for_copy(lines: &LineArray, home: Home<'_>, slot: &Slot) {
    // Relaxed: whoever looks for the copy in this table comes through MOVE or PROMOTE, behind this store.
    lines.tag(slot).store(of(home), site!(TAG_SET_COPY: Relaxed));
}

/// K6: before a claim of a slot that many lines behind the home line.
#[inline(always)]
pub(crate) fn pass_to(lines: &LineArray, home: Home<'_>, behind: usize) {
    // Beside the last line a lookup reads the reserved one, whose slots no key of a line is in.
    let wraps = rule!(TAG_WRAPS) && behind > 0 && home.index() + 1 == lines.len();
    pass(home, if wraps { WINDOW_LINES } else { behind });
}

/// K6: before a key of this home is looked for in the next table.
#[inline(always)]
pub(crate) fn pass_all(home: Home<'_>) {
    if rule!(TAG_CROSSING) {
        pass(home, WINDOW_LINES);
    }
}

/// Notes that a key of this home may be behind the first of the lines that lookups of it read the tags of.
#[inline(always)]
fn pass(home: Home<'_>, behind: usize) {
    let behind = if rule!(TAG_BOTH) { behind } else { behind.min(1) };
    for line in home.tags().chunks(LINE_SLOTS).take(behind) {
        let tag = &line[LINE_SLOTS - 1];
        // SeqCst, all: a set tag comes before what is claimed behind it, in the total order; pairs with TAG_LOAD.
        if tag.load(site!(TAG_PEEK: SeqCst)) == 0 {
            // An exchange, since the tag of the line's own key has to stay.
            let _ = tag.compare_exchange(0, PASSED, site!(TAG_PASS: SeqCst), site!(TAG_PASS_LOST: SeqCst));
        }
    }
}
