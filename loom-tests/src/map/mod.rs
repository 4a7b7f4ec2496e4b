//! The decisions of the writing operations, without the API around them.

#[path = "../../../src/map/edits.rs"]
pub(crate) mod edits;
#[path = "../../../src/map/outcome.rs"]
pub(crate) mod outcome;
