//! What conditional operations take and return.

use core::fmt;
use std::error::Error;

/// What [`compare_and_set`](crate::Pinned::compare_and_set) expects to find.
#[derive(Debug)]
pub enum Expected<'v, V> {
    /// The key is absent. `NOT_FOUND` of `AtomicDict`.
    #[doc(alias = "NOT_FOUND")]
    NotFound,
    /// Anything: a value or none. `ANY` of `AtomicDict`.
    #[doc(alias = "ANY")]
    Any,
    /// A value equal to this one by [`PartialEq`].
    Value(&'v V),
}

impl<V> Clone for Expected<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Expected<'_, V> {}

impl<V: PartialEq> Expected<'_, V> {
    /// Whether this is what is expected.
    pub(crate) fn is_met_by(self, current: Option<&V>) -> bool {
        match (self, current) {
            (Self::Any, _) | (Self::NotFound, None) => true,
            (Self::Value(expected), Some(current)) => expected == current,
            _ => false,
        }
    }
}

/// What a closure wants of a key, given what is there: see [`compute`](crate::Pinned::compute).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compute<V> {
    /// Insert this value, or replace the present one by it.
    #[doc(alias = "Insert")]
    Put(V),
    /// Remove the key, if it is there.
    Remove,
    /// Change nothing.
    #[doc(alias = "Abort")]
    Keep,
}

/// What [`compute`](crate::Pinned::compute) has done: what was there before, and what is there after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Computed<R> {
    /// The value that the closure was given when it decided.
    pub before: Option<R>,
    /// The value that it put there, or left there.
    pub after: Option<R>,
}

/// [`compare_and_set`](crate::Pinned::compare_and_set) found something else than it expected, and changed nothing.
///
/// ```
/// use atomic_dict::{AtomicMap, Expected};
/// let map = AtomicMap::new();
/// let pinned = map.pin();
/// pinned.insert("a", 1);
/// let failed = pinned.compare_and_set("a", Expected::NotFound, Some(2)).unwrap_err();
/// assert_eq!(failed.actual.as_deref(), Some(&1));
/// assert_eq!(failed.desired, Some(2));
/// ```
#[doc(alias = "EXPECTATION_FAILED")]
#[derive(Clone)]
pub struct ExpectationFailed<R, V> {
    /// What was there instead: the witness of the failure.
    pub actual: Option<R>,
    /// The value that was to be set, unused.
    pub desired: Option<V>,
}

/// [`try_insert`](crate::Pinned::try_insert) found the key present, and changed nothing.
#[derive(Clone)]
pub struct OccupiedError<R, V> {
    /// The value that is there.
    pub current: R,
    /// The value that was to be inserted, unused.
    pub value: V,
}

impl<R, V> ExpectationFailed<R, V> {
    /// The same with another kind of reference.
    pub(crate) fn map_actual<T>(self, wrap: impl FnOnce(R) -> T) -> ExpectationFailed<T, V> {
        ExpectationFailed { actual: self.actual.map(wrap), desired: self.desired }
    }
}

impl<R: fmt::Debug, V> fmt::Debug for ExpectationFailed<R, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExpectationFailed").field("actual", &self.actual).finish_non_exhaustive()
    }
}

impl<R: fmt::Debug, V> fmt::Display for ExpectationFailed<R, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.actual {
            Some(actual) => write!(f, "the key has another value than expected: {actual:?}"),
            None => write!(f, "the key is absent, but a value was expected"),
        }
    }
}

impl<R: fmt::Debug, V> Error for ExpectationFailed<R, V> {}

impl<R: fmt::Debug, V> fmt::Debug for OccupiedError<R, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedError").field("current", &self.current).finish_non_exhaustive()
    }
}

impl<R: fmt::Debug, V> fmt::Display for OccupiedError<R, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key is present, with value {:?}", self.current)
    }
}

impl<R: fmt::Debug, V> Error for OccupiedError<R, V> {}
