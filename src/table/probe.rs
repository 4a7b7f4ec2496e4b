//! From hashes to places: arithmetic without atomics.

use crate::platform::lines::{LINE_SLOTS, LineArray};
use crate::platform::tuning::{MAX_LOAD_PERCENT, MIN_LINES};

/// 2^64 divided by the golden ratio, odd. Spreads a hash whose high bits are poor, such as an identity hash.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A hash whose high bits depend on all bits of `hash`.
#[inline(always)]
pub(crate) const fn spread(hash: u64) -> u64 {
    hash.wrapping_mul(SPREAD)
}

/// A number whose low `log2` bits are the home line of a spread hash: the highest bits of the hash. The rest of the
/// number is for the mask of the line array to remove.
#[inline(always)]
pub(crate) const fn home(spread_hash: u64, log2: u32) -> usize {
    spread_hash.rotate_left(log2) as usize
}

/// The bits of a spread hash that stand in a boxed key's word. They overlap the home line of no table below 2^32
/// lines.
#[inline(always)]
pub(crate) const fn fingerprint(spread_hash: u64) -> u16 {
    (spread_hash >> 16) as u16
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
    while claim_limit(lines) < entries {
        lines = lines.checked_mul(2)?;
    }
    (lines <= LineArray::MAX_LINES).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hash_has_a_home_in_order() {
        let home = |hash, log2| home(hash, log2) & ((1 << log2) - 1);
        for log2 in 1..20 {
            assert_eq!(home(0, log2), 0);
            assert_eq!(home(u64::MAX, log2), (1 << log2) - 1);
            assert_eq!(home(1 << 63, log2), 1 << (log2 - 1));
            // One more bit keeps the order: a line's keys go to two neighbouring lines of a table twice as large.
            for hash in [0x1234_5678_9ABC_DEF0, 0xFEDC_BA98_7654_3210] {
                assert_eq!(home(hash, log2 + 1) / 2, home(hash, log2));
            }
        }
    }

    #[test]
    fn lines_take_the_entries_they_were_made_for() {
        for entries in (0..5000).chain([1 << 20, 1_000_000, 123_456_789]) {
            let lines = lines_for(entries).expect("small enough");
            assert!(claim_limit(lines) >= entries, "{entries} entries in {lines} lines");
            assert!(lines == MIN_LINES || claim_limit(lines / 2) < entries, "{entries} entries in {lines} lines");
        }
        assert_eq!(lines_for(usize::MAX), None);
        assert_eq!(lines_for(LineArray::MAX_LINES * LINE_SLOTS), None);
    }
}
