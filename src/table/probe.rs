//! From hashes to places: arithmetic without atomics.

use crate::platform::lines::{LINE_SLOTS, LineArray};
use crate::platform::tuning::{MAX_LOAD_PERCENT, MIN_LINES};
use core::num::NonZeroU64;

/// 2^64 divided by the golden ratio, odd. Spreads a hash whose high bits are poor, such as an identity hash.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A hash whose high bits depend on all bits of `hash`: what this layer means by a hash. Its callers see to it.
#[inline(always)]
pub(crate) const fn spread(hash: u64) -> u64 {
    hash.wrapping_mul(SPREAD)
}

/// A hash that is not zero, and as good: the lowest bit places nothing.
#[inline(always)]
pub(crate) fn not_zero(hash: u64) -> NonZeroU64 {
    NonZeroU64::MIN | hash
}

/// The bits of a hash that stand in a boxed key's word. They overlap the home line of no table below 2^32 lines. Never
/// zero, which tells a key from a word that is none.
#[inline(always)]
pub(crate) const fn fingerprint(hash: u64) -> u16 {
    (hash >> 16) as u16 | 1
}

/// Claims at which a table of so many lines gets a successor.
pub(crate) const fn claim_limit(lines: usize) -> usize {
    // Divided first: the product could overflow.
    let slots = lines * LINE_SLOTS;
    slots / 100 * MAX_LOAD_PERCENT + slots % 100 * MAX_LOAD_PERCENT / 100
}

/// The lines of a table that takes `entries` claims without reaching its limit; `None` if there is no such table.
pub(crate) fn lines_for(entries: usize) -> Option<usize> {
    let slots = entries.checked_add(entries / MAX_LOAD_PERCENT * (100 - MAX_LOAD_PERCENT))?;
    let mut lines = slots.div_ceil(LINE_SLOTS).max(MIN_LINES).checked_next_power_of_two()?;
    while lines <= LineArray::MAX_LINES && claim_limit(lines) < entries {
        lines *= 2;
    }
    (lines <= LineArray::MAX_LINES).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_take_the_entries_they_were_made_for() {
        for entries in (0..5000).chain([1 << 20, 1_000_000, 123_456_789]) {
            let lines = lines_for(entries).expect("small enough");
            assert!(claim_limit(lines) >= entries, "{entries} entries in {lines} lines");
            assert!(lines == MIN_LINES || claim_limit(lines / 2) < entries, "{entries} entries in {lines} lines");
        }
        assert_eq!(lines_for(usize::MAX), None);
        assert_eq!(lines_for(7_000_000_000_000_000_000), None);
        assert_eq!(lines_for(LineArray::MAX_LINES * LINE_SLOTS), None);
    }
}
