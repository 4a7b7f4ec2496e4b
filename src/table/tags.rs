//! What stands beside a slot about its key, so that most lookups of absent keys need no line at all.
//!
//! A tag is a byte: 0, until a value comes into the slot; then seven bits of the hash behind those that name the home line. The last
//! tag of a line tells also whether a key may be *behind* the line, or in the next table: it is set before one is. So a key
//! whose tag is not there, where a last tag is unset, is nowhere. Whatever tags say, key words decide what is where; tags
//! only exclude.
//!
//! A tag is set by a plain store, of the only value that any thread stores there but `PASSED`, which the owner's value replaces.
//! (The metadata bytes of SwissTable are the same idea, and its empty byte ends a search too.)

use super::find;
use super::word;
use crate::platform::lines::{Home, LineArray, Slot, WINDOW_LINES};
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

/// The same for a copy. Another copier may have set it.
#[inline(always)]
pub(crate) fn set_for_copy(lines: &LineArray, home: Home<'_>, slot: &Slot) {
    if rule!(TAG_COPY) {
        // Relaxed: whoever looks for the copy in this table comes through MOVE or PROMOTE, behind this store.
        lines.tag(slot).store(of(home), site!(TAG_SET_COPY: Relaxed));
    }
}

/// K6: notes that keys come behind a line.
#[inline(always)]
fn pass(lines: &LineArray, line: usize) {
    let line = line & (lines.len() - 1);
    pass_one(lines, line);
    if line + 1 == lines.len() {
        // Read beside those of the last line.
        pass_one(lines, line + 1);
    }
}

#[inline(always)]
fn pass_one(lines: &LineArray, line: usize) {
    let tag = lines.last_tag(line);
    // SeqCst, both: a set tag comes before what is claimed behind it, in the total order; pairs with TAG_LOAD.
    if tag.load(site!(TAG_PEEK: SeqCst)) == 0 {
        // An exchange: the tag of the line's own key must stay. Relaxed on failure: that one is there.
        let _ = tag.compare_exchange(0, PASSED, site!(TAG_PASS: SeqCst), site!(TAG_PASS_LOST: SeqCst));
    }
}

/// Before a claim of a slot: the lines in front of its own, `behind` of them, are passed.
#[inline(always)]
pub(crate) fn pass_to(lines: &LineArray, home: Home<'_>, behind: usize) {
    if rule!(TAG_PASSED) {
        (0..behind).for_each(|step| pass(lines, home.index().wrapping_add(step)));
    }
}

/// Before a key of this home is looked for in the next table: all lines where it might have been are passed.
#[cold]
pub(crate) fn pass_all(lines: &LineArray, home: Home<'_>) {
    if !rule!(TAG_CROSSING) {
        return;
    }
    for step in 0..lines.len() {
        let line = home.index().wrapping_add(step);
        pass(lines, line);
        if !word::is_key(find::last_word(lines.line(line))) {
            // A lookup reads these too, and one unset last tag ends it.
            (1..WINDOW_LINES).for_each(|ahead| pass(lines, line.wrapping_add(ahead)));
            return;
        }
    }
}
