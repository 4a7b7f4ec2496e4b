//! Constants that trade speed against memory. None of them is needed for correctness.

/// Lines of the smallest table. Four lines are 256 bytes.
pub(crate) const MIN_LINES: usize = 4;

/// Tables of fewer lines are never cleaned at the same size, and none shrinks below by itself. 64 lines are 4 KiB.
pub(crate) const SMALL_LINES: usize = 64;

/// Lines that one helper moves at a time.
pub(crate) const BLOCK_LINES: usize = 64;

/// Lines that a helper seals before it moves the first of them: so many cache misses of their keys can overlap.
pub(crate) const LINES_AHEAD: usize = 8;

/// Claimed slots, in percent of all slots, at which a table gets a successor.
pub(crate) const MAX_LOAD_PERCENT: usize = 66;

/// From this many lines on a map counts entries and claims per thread.
pub(crate) const STRIPED_LINES: usize = 256;

/// Slots of the first overflow segment of a dense map, at least. 64 slots are 512 bytes.
pub(crate) const MIN_SEGMENT: usize = 64;

/// From so many slots in one piece on, a dense map counts entries per thread.
pub(crate) const STRIPED_SLOTS: usize = 1024;

/// Slots that a part of a dense map has in one piece. 512 slots are 4 KiB.
pub(crate) const PART_SLOTS: usize = 512;

/// Lines whose slots a traversal looks at before it visits them.
pub(crate) const WALK_LINES: usize = 16;

/// Turns that a thread waits for helpers to finish their blocks before it does their work again.
pub(crate) const SPINS_BEFORE_REDO: usize = 64;

/// Retired objects after which a thread pushes its garbage and collects: one bag of the collector.
pub(crate) const RETIRED_PER_FLUSH: u32 = 64;

/// A full table with more than one entry to so many slots gets a successor twice as large, any other one as large.
pub(crate) const DENSE: usize = 3;

/// A table with less than one entry to so many slots gets a smaller successor.
pub(crate) const SPARSE: usize = 12;

/// Parts of a table of which a smaller successor is told how full they are.
pub(crate) const PARTS: usize = 64;

/// Lines of each part that are looked at.
pub(crate) const LINES_PER_PART: usize = 32;

/// Insertions of one thread that a collector of counts may miss: one under way, and one whose count is on its way to memory.
pub(crate) const IN_FLIGHT_PER_THREAD: usize = 2;

/// After so many claims, or removals, a thread that counts for itself looks whether the table has the right size.
pub(crate) const CLAIMS_PER_LOOK: i64 = 64;

/// The same for removals that several threads count in one place.
pub(crate) const REMOVALS_PER_LOOK: i64 = 8;

/// Attempts of `len` before it asks for a moment of quiet.
pub(crate) const COLLECTS_BEFORE_WAITING: usize = 4;

/// Turns that an insertion or removal waits for those who ask for a moment of quiet, for each cell that they have to read.
pub(crate) const SPINS_FOR_LEN: usize = 64;

/// Steps of the collector that may free nothing before one gives up. What is handed over now is two steps of the epoch away
/// from being freed.
pub(crate) const COLLECTIONS_IN_VAIN: usize = 4;

/// How often `flush` begins anew with what destructors have retired meanwhile, and with what the collector has left of its own.
pub(crate) const COLLECTION_ROUNDS: usize = 32;

/// Steps of the collector that such a round takes at most, if nothing waits but emptied bags.
pub(crate) const COLLECTIONS_PER_ROUND: usize = 4096;

/// Steps of the collector that a publication takes to drop what it replaced: two for a request that was under way, and two for
/// its own.
pub(crate) const COLLECTIONS_PER_PUBLICATION: usize = 4;

/// Replaced values that may be due before a publisher drops them although its thread holds a guard.
pub(crate) const DUE_UNDER_GUARD: u64 = 4;

/// A publisher looks for values that are due when at least one of so many is that waits.
pub(crate) const WAITING_PER_DUE: u64 = 8;
