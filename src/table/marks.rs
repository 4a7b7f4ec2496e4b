//! What stands beside a line about the keys that are at home there: bits that are set and never cleared.
//!
//! Some bits of a hash name a bit beside its home line. While that is unset, a lookup of the key needs less than a probe, and
//! nothing about its way depends on how full the line is, which no processor can predict.
//!
//! | keys | the bit is set before | while it is unset, the key |
//! | --- | --- | --- |
//! | inline | one of them comes behind its home line, or to the next table | is in its home line or nowhere |
//! | boxed | one of them comes into the table, or to the next one | is nowhere |
//!
//! An inline key costs a lookup one cache line, so all that matters is that there is no second one. (The overflow byte of
//! boost's `unordered_flat_map` does the same for groups of slots.) With boxed keys most lookups of absent ones are spared the
//! line itself, for a few instructions more on the way to a present one, which is long anyway.

use super::inline::is_inline;
use crate::platform::lines::{Home, Line, LineArray, Marks};
use crate::platform::{rule, site};

/// The marks beside the lines of a table with keys of type `K`.
#[inline(always)]
pub(crate) fn kind<K: 'static>() -> Marks {
    if is_inline::<K>() { Marks::Overflow } else { Marks::Presence }
}

/// Whether the bit is set.
#[inline(always)]
pub(crate) fn may_be<K: 'static>(home: Home<'_>) -> bool {
    let (byte, bit) = home.mark(kind::<K>());
    // SeqCst: an unset bit decides that the key is nowhere else; pairs with MARKS_SET.
    u32::from(byte.load(site!(MARKS_LOAD: SeqCst))) >> bit & 1 != 0
}

/// Notes that a writer takes a key of this home where its bit has to be set.
#[inline(always)]
pub(crate) fn mark<K: 'static>(home: Home<'_>) {
    let (byte, bit) = home.mark(kind::<K>());
    // SeqCst, both: the set bit comes before the key's claim, wherever that is, in the total order; pairs with MARKS_LOAD.
    if u32::from(byte.load(site!(MARKS_PEEK: SeqCst))) >> bit & 1 == 0 {
        byte.fetch_or(1 << bit, site!(MARKS_SET: SeqCst));
    }
}

/// Notes that a writer is about to claim a slot of `line` for a key of this home.
#[inline(always)]
pub(crate) fn mark_claim<K: 'static>(home: Home<'_>, line: &Line) {
    if rule!(MARK_CLAIM) && (kind::<K>() == Marks::Presence || !core::ptr::eq(line, home.line())) {
        mark::<K>(home);
    }
}

/// Notes that a copier takes a key of this home behind its line (`behind`), or to it.
#[inline(always)]
pub(crate) fn mark_copy(lines: &LineArray, home: Home<'_>, behind: bool) {
    if rule!(MARK_COPY) && (behind || lines.marks() == Marks::Presence) {
        let (byte, bit) = home.mark(lines.marks());
        // Relaxed: whoever looks for the copy in this table comes through MOVE or PROMOTE. These are behind the claim that this
        // thread makes next (COPY_CLAIM), also where another copier has found the claim (FIND_KEY) and goes on from there.
        byte.fetch_or(1 << bit, site!(MARKS_COPY: Relaxed));
    }
}
