//! The decisions of the writing operations, without the API around them.

#[path = "../../../src/api/edits.rs"]
pub(crate) mod edits;
#[path = "../../../src/api/outcome.rs"]
pub(crate) mod outcome;
