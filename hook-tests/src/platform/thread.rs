//! The crate's thread numbers, and a number of counters that does not depend on the machine.

use super::{index_pool, site, sync};

#[path = "../../../src/platform/thread.rs"]
mod original;

pub(crate) use original::ThreadIndex;

/// As many threads have cells of their own.
pub(crate) fn stripes() -> usize {
    32
}
