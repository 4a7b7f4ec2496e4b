//! Which lines have keys of theirs behind them.
//!
//! A bit beside the home line says whether a key whose hash shares it may stand behind that line, or in the next table.
//! It is set before such a key comes there, and never cleared. So a lookup that finds the bit unset needs the home line
//! only, and nothing about its way depends on how full that line is, which no processor can predict. (The overflow byte
//! of boost's `unordered_flat_map` does the same for groups of slots.)

use crate::platform::lines::Home;
use crate::platform::site;

/// Whether a key of this home may stand behind its line, or in the next table.
#[inline(always)]
pub(crate) fn may_be(home: Home<'_>) -> bool {
    // SeqCst: an unset bit decides that the key is nowhere but in its home line; pairs with OVERFLOW_MARK.
    u32::from(home.byte().load(site!(OVERFLOW_LOAD: SeqCst))) >> home.bit() & 1 != 0
}

/// Notes that a writer takes a key of this home behind its line, or to the next table.
pub(crate) fn mark(home: Home<'_>) {
    // SeqCst: comes before the key's claim, wherever that is, in the total order; pairs with OVERFLOW_LOAD.
    home.byte().fetch_or(1 << home.bit(), site!(OVERFLOW_MARK: SeqCst));
}

/// Notes that a copier takes a key of this home behind its line.
pub(crate) fn mark_copy(home: Home<'_>) {
    // Relaxed: whoever looks for the copy in this table comes through MOVE or PROMOTE. These are behind the claim that this
    // thread makes next (COPY_CLAIM), also where another copier has found the claim (FIND_KEY) and goes on from there.
    home.byte().fetch_or(1 << home.bit(), site!(OVERFLOW_COPY: Relaxed));
}
