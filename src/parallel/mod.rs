//! The operations of a map by the threads of a rayon pool, the current one.
//!
//! | file | idea |
//! | --- | --- |
//! | `workers` | a state for each thread that takes part, not for each piece of work |
//! | `reduce` | reductions |
//! | `extend` | into a map |
//! | `iter` | through a map, and out of it |
//! | `dense` | all of that for dense integers |

mod dense;
mod extend;
mod iter;
mod reduce;
mod workers;

pub use dense::DenseParIter;
pub use iter::ParIter;
