//! What the maps have in common: references to what is in them, what conditional operations take and return, the decisions
//! of the writing operations, and lookups many at a time.

pub(crate) mod edits;
pub(crate) mod outcome;
pub(crate) mod refs;
pub(crate) mod window;

pub use outcome::{Compute, Computed, ExpectationFailed, Expected, OccupiedError};
pub use refs::{OwnedRef, Ref};
