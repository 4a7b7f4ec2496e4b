//! Tests of `DenseMap`, by topic. `hook-tests` runs the same files on segments that begin with one slot.

mod batches;
mod concurrent;
mod drops;
mod limits;
mod model;
mod panics;
mod pushes;
#[path = "../it/support.rs"]
#[allow(dead_code)] // Shared with the tests of the other map.
mod support;
mod walks;
