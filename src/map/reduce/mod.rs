//! `reduce`: many rows into few entries.
//!
//! | file | idea |
//! | --- | --- |
//! | `row` | what the key of a row can be |
//! | `aggregate` | how rows become a value, and two values one |
//! | `hot` | the table of one thread |
//! | `control` | whether that table pays |
//! | `worker` | one thread's way from rows to the shared map |
//! | `special` | count, sum, and others |
//! | `calls` | the operations of the map |
//!
//! Measurements of Xue and Marcus ("Global hash tables strike back") show why it takes both: with many keys a shared table
//! beats tables of each thread that are merged in the end, with few keys it is the other way round, by an order of magnitude.

pub(crate) mod aggregate;
mod calls;
mod control;
mod hot;
mod row;
pub(crate) mod special;
pub(crate) mod worker;

pub use row::RowKey;
