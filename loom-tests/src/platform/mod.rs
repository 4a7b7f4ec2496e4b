//! The platform of the models.

pub(crate) mod birth;
pub(crate) mod discards;
pub(crate) mod epoch;
#[path = "../../../src/platform/index_pool.rs"]
pub(crate) mod index_pool;
pub(crate) mod lines;
mod named;
pub(crate) mod search;
pub(crate) mod sites;
pub(crate) mod sync;
pub(crate) mod thread;
pub(crate) mod tuning;
pub(crate) mod words;

pub(crate) use named::{rule, site};
