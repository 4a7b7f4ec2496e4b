//! What the maps have in common: references to what is in them, what conditional operations take and return, and the
//! decisions of the writing operations.

pub(crate) mod edits;
pub(crate) mod outcome;
pub(crate) mod refs;

pub use outcome::{Compute, Computed, ExpectationFailed, Expected, OccupiedError};
pub use refs::{OwnedRef, Ref};
