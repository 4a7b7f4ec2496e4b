//! The smallest geometry: one line to a table and to a block. A line takes two keys, of three, before it gets a successor.

pub(crate) const MIN_LINES: usize = 1;
pub(crate) const BLOCK_LINES: usize = 1;
pub(crate) const MAX_LOAD_PERCENT: usize = 70;
pub(crate) const STRIPED_LINES: usize = 1 << 20;
pub(crate) const SPINS_BEFORE_REDO: usize = 0;
