//! Constants that trade speed against memory. None of them is needed for correctness.

/// Lines of the smallest table. Four lines are 256 bytes.
pub(crate) const MIN_LINES: usize = 4;

/// Lines that one helper moves at a time.
pub(crate) const BLOCK_LINES: usize = 64;

/// Claimed slots, in percent of all slots, at which a table gets a successor.
pub(crate) const MAX_LOAD_PERCENT: usize = 66;

/// From this many lines on a map counts entries and claims per thread.
pub(crate) const STRIPED_LINES: usize = 256;

/// Turns that a thread waits for helpers to finish their blocks before it does their work again.
pub(crate) const SPINS_BEFORE_REDO: usize = 64;

/// Retired objects after which a thread pushes its garbage and collects: one bag of the collector.
pub(crate) const RETIRED_PER_FLUSH: u32 = 64;
