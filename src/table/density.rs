//! How evenly the entries of a table are spread.
//!
//! A key's home in a smaller table is in the same part of it. So entries that are few, but all in one part, as while somebody removes
//! keys in the order of a traversal, would stand far behind their homes in a table that has room for all of them. A few
//! lines of each part tell.

use super::array::TableRef;
use super::word;
use crate::platform::lines::LINE_SLOTS;
use crate::platform::site;
use crate::platform::tuning::{LINES_PER_PART, MAX_LOAD_PERCENT, PARTS};

/// The lines of a successor whose parts are no fuller than a table should be. (Of a very small table no part matters.)
pub(super) fn lines_for_the_densest(table: TableRef<'_>) -> usize {
    let lines = table.lines().len();
    let parts = PARTS.min(lines / LINES_PER_PART);
    let live = |part| {
        let first = lines / parts * part;
        let step = lines / parts / LINES_PER_PART;
        (0..LINES_PER_PART).map(|number| entries(table, first + number * step)).sum::<usize>()
    };
    let most = (0..parts).map(live).max().unwrap_or(0);
    // What chance adds to the fullest of many samples.
    let most = most - most.min(2 * most.isqrt());
    (lines / LINES_PER_PART * most)
        .div_ceil(LINE_SLOTS)
        .saturating_mul(100)
        .div_ceil(MAX_LOAD_PERCENT)
        .next_power_of_two()
}

/// How many entries a line has, or had before they moved on.
fn entries(table: TableRef<'_>, line: usize) -> usize {
    let slots = &table.lines().line(line).slots;
    // Relaxed: a guess.
    slots.iter().filter(|slot| word::may_hold(slot.value.load(site!(DENSITY_LOAD: Relaxed)))).count()
}
