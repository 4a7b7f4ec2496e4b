//! Batches: many lookups, and many insertions.
//!
//! | file | properties |
//! | --- | --- |
//! | `lookups` | the answers are those of single lookups, in the order of the keys, for every size, kind and chunk |
//! | `insertions` | the contents are those after single insertions in the same order, also when a panic ends them |

mod insertions;
mod lookups;
