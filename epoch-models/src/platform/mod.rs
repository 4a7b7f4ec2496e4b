//! The platform of `loom-tests`, but for the reclaimer.

#[path = "../../../loom-tests/src/platform/birth.rs"]
pub(crate) mod birth;
#[path = "../../../loom-tests/src/platform/discards.rs"]
pub(crate) mod discards;
pub(crate) mod epoch;
#[path = "../../../src/platform/index_pool.rs"]
pub(crate) mod index_pool;
#[path = "../../../loom-tests/src/platform/lines.rs"]
pub(crate) mod lines;
#[path = "../../../loom-tests/src/platform/named.rs"]
mod named;
#[path = "../../../loom-tests/src/platform/search.rs"]
pub(crate) mod search;
pub(crate) mod sites;
#[path = "../../../loom-tests/src/platform/sync.rs"]
pub(crate) mod sync;
#[path = "../../../loom-tests/src/platform/thread.rs"]
pub(crate) mod thread;
#[path = "../../../loom-tests/src/platform/tuning.rs"]
pub(crate) mod tuning;
#[path = "../../../loom-tests/src/platform/words.rs"]
pub(crate) mod words;

pub(crate) use named::{rule, site};
