//! The smallest geometry: one line to a table and to a block. A line takes two keys, of three, before it gets a successor.

pub(crate) const MIN_LINES: usize = 1;
pub(crate) const SMALL_LINES: usize = 1;
pub(crate) const BLOCK_LINES: usize = 1;
pub(crate) const LINES_AHEAD: usize = 1;
pub(crate) const MAX_LOAD_PERCENT: usize = 70;
pub(crate) const STRIPED_LINES: usize = 1 << 20;
pub(crate) const MIN_SEGMENT: usize = 1;
pub(crate) const STRIPED_SLOTS: usize = 1 << 20;
pub(crate) const PART_SLOTS: usize = 1;
pub(crate) const WALK_LINES: usize = 1;
pub(crate) const SPINS_BEFORE_REDO: usize = 0;
pub(crate) const DENSE: usize = 3;
pub(crate) const SPARSE: usize = 12;
pub(crate) const PARTS: usize = 1;
pub(crate) const LINES_PER_PART: usize = 1 << 20;
pub(crate) const IN_FLIGHT_PER_THREAD: usize = 1;
pub(crate) const CLAIMS_PER_LOOK: i64 = 64;
pub(crate) const REMOVALS_PER_LOOK: i64 = 64;
pub(crate) const COLLECTS_BEFORE_WAITING: usize = 1;
pub(crate) const SPINS_FOR_LEN: usize = 1;
pub(crate) const COLLECTIONS_IN_VAIN: usize = 1;
pub(crate) const COLLECTION_ROUNDS: usize = 1;
pub(crate) const COLLECTIONS_PER_ROUND: usize = 1;
pub(crate) const COLLECTIONS_PER_PUBLICATION: usize = 1;
pub(crate) const DUE_UNDER_GUARD: u64 = 1;
pub(crate) const WAITING_PER_DUE: u64 = 8;
