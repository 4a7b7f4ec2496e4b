//! The platform of the models.

pub(crate) mod birth;
pub(crate) mod discarded;
pub(crate) mod discards;
pub(crate) mod epoch;
#[path = "../../../src/platform/index_pool.rs"]
pub(crate) mod index_pool;
pub(crate) mod lines;
mod named;
#[path = "../../../src/platform/once.rs"]
pub(crate) mod once;
#[path = "../../../src/platform/participants.rs"]
pub(crate) mod participants;
#[path = "../../../src/platform/pile.rs"]
pub(crate) mod pile;
pub(crate) mod search;
pub(crate) mod sites;
pub(crate) mod sync;
pub(crate) mod thread;
pub(crate) mod tuning;
pub(crate) mod words;

pub(crate) use named::{rule, site};
