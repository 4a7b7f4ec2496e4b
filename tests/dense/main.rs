//! Tests of `DenseMap`, by topic.

mod batches;
mod concurrent;
mod drops;
mod limits;
mod model;
mod panics;
mod pushes;
#[path = "../support/same.rs"]
mod same;
#[path = "../it/support.rs"]
#[allow(dead_code)] // Shared with the tests of the other map.
mod support;
mod walks;
#[path = "../support/wanted.rs"]
mod wanted;
