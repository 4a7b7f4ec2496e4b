//! What the fuzz targets do: bytes become operations, on a map of the crate and on one of the standard library, which must agree.
//!
//! | module | what is compared |
//! | --- | --- |
//! | `map` | every operation of `AtomicMap`, but the parallel ones, with a `HashMap`, for several kinds of keys, values and hashers |
//! | `dense` | every operation of `DenseMap`, but the parallel ones, with a `BTreeMap` |
//! | `arguments` | batches, partitions, ranges, capacities and limits, of any size, with what the documentation says of them |
//!
//! Each can be run with a model that lies, to see that lies are found.

pub mod arguments;
pub mod dense;
mod input;
pub mod map;

/// What the models know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    Whole,
    /// The model forgets something now and then: the comparison must fail.
    Partial,
}
