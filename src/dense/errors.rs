//! Errors of the operations that insert.

use super::raw::NoSlot;
use crate::api::OccupiedError;
use core::fmt;
use std::error::Error;

/// A value has no slot to go to: [`try_push`](super::DenseMap::try_push), and one of the reasons of a
/// [`TryInsertError`].
///
/// ```
/// use atomic_dict::DenseMap;
/// use atomic_dict::dense::NoSlot;
/// let map = DenseMap::builder().max_index(0).build();
/// assert!(map.try_push("first").is_ok());
/// let failed = map.try_push("second").unwrap_err();
/// assert_eq!(failed.reason, NoSlot::AboveLimit { index: 1, max_index: 0 });
/// assert_eq!(failed.value, "second");
/// ```
#[derive(Clone)]
pub struct NoSlotError<V> {
    /// Why.
    pub reason: NoSlot,
    /// The value, unused.
    pub value: V,
}

/// [`try_insert`](super::DenseMap::try_insert) has changed nothing.
#[derive(Clone)]
pub enum TryInsertError<R, V> {
    /// The index has a value.
    Occupied(OccupiedError<R, V>),
    /// The index has no slot.
    NoSlot(NoSlotError<V>),
}

impl<R, V> TryInsertError<R, V> {
    /// The value that was to be inserted.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let failed = map.try_insert(usize::MAX, "unused").unwrap_err();
    /// assert_eq!(failed.into_value(), "unused");
    /// ```
    pub fn into_value(self) -> V {
        match self {
            Self::Occupied(occupied) => occupied.value,
            Self::NoSlot(no_slot) => no_slot.value,
        }
    }
}

impl<V> fmt::Debug for NoSlotError<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoSlotError").field("reason", &self.reason).finish_non_exhaustive()
    }
}

impl<V> fmt::Display for NoSlotError<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl<V> Error for NoSlotError<V> {}

impl<R: fmt::Debug, V> fmt::Debug for TryInsertError<R, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(occupied) => f.debug_tuple("Occupied").field(occupied).finish(),
            Self::NoSlot(no_slot) => f.debug_tuple("NoSlot").field(no_slot).finish(),
        }
    }
}

impl<R: fmt::Debug, V> fmt::Display for TryInsertError<R, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(occupied) => occupied.fmt(f),
            Self::NoSlot(no_slot) => no_slot.fmt(f),
        }
    }
}

impl<R: fmt::Debug, V> Error for TryInsertError<R, V> {}
