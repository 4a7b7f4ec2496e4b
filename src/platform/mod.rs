//! What evidence replaces: atomics, reclamation, memory, thread numbers, constants.
//!
//! The layers above reach the machine through this module only. `loom-tests` puts models in its place,
//! `hook-tests` a version that can park a thread at any site.

pub(crate) mod discarded;
pub(crate) mod discards;
pub(crate) mod epoch;
pub(crate) mod index_pool;
pub(crate) mod lines;
pub(crate) mod once;
pub(crate) mod participants;
pub(crate) mod pile;
pub(crate) mod search;
pub(crate) mod sync;
pub(crate) mod thread;
pub(crate) mod tuning;
pub(crate) mod words;
pub(crate) mod zeroed;

/// The ordering of a named atomic access. The names are explained in the pages of `docs/`.
macro_rules! site {
    ($name:ident : $ordering:ident) => {
        core::sync::atomic::Ordering::$ordering
    };
}

/// Whether a rule of the pages of `docs/` is in force: always. Models take one rule out at a time.
macro_rules! rule {
    ($name:ident) => {
        true
    };
}

pub(crate) use {rule, site};
