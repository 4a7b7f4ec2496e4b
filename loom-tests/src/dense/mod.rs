//! The slots of a dense map, without the API around them.

#[path = "../../../src/dense/raw/mod.rs"]
pub(crate) mod raw;
