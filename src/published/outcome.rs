//! What calls return.

use core::fmt;
use std::error::Error;

/// A conditional publication found something else current than it expected, and published nothing.
///
/// ```
/// use atomic_dict::{Published, pin};
/// let (cell, guard) = (Published::new("a"), pin());
/// let failed = cell.compare_and_set(&"elsewhere", "b", &guard).unwrap_err();
/// assert_eq!((*failed.current, failed.value), ("a", "b"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct NotCurrent<C, T> {
    /// What is current instead: a snapshot, or a version.
    pub current: C,
    /// The value that was to be published, unused.
    pub value: T,
}

impl<C: fmt::Debug, T> fmt::Debug for NotCurrent<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotCurrent").field("current", &self.current).finish_non_exhaustive()
    }
}

impl<C: fmt::Debug, T> fmt::Display for NotCurrent<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "something else is current than was expected: {:?}", self.current)
    }
}

impl<C: fmt::Debug, T> Error for NotCurrent<C, T> {}

/// What [`reclaim`](crate::Published::reclaim) has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reclaimed {
    /// Values that it dropped.
    pub dropped: usize,
    /// Values that were replaced before the call, and are not dropped yet: a reader may have them. Approximately, while
    /// others publish and drop.
    pub waiting: usize,
}
