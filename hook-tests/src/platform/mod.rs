//! The crate's own platform, with a hook at every site and another geometry.

#[path = "../../../src/platform/discarded.rs"]
pub(crate) mod discarded;
#[path = "../../../src/platform/discards.rs"]
pub(crate) mod discards;
#[path = "../../../src/platform/epoch.rs"]
pub(crate) mod epoch;
pub(crate) mod hook;
#[path = "../../../src/platform/index_pool.rs"]
pub(crate) mod index_pool;
#[path = "../../../src/platform/lines.rs"]
pub(crate) mod lines;
#[path = "../../../src/platform/once.rs"]
pub(crate) mod once;
#[path = "../../../src/platform/participants.rs"]
pub(crate) mod participants;
#[path = "../../../src/platform/pile.rs"]
pub(crate) mod pile;
pub(crate) mod search;
pub(crate) mod sync;
pub(crate) mod thread;
pub(crate) mod tuning;
#[path = "../../../src/platform/words.rs"]
pub(crate) mod words;
#[path = "../../../src/platform/zeroed.rs"]
pub(crate) mod zeroed;

macro_rules! site {
    ($name:ident : $ordering:ident) => {
        $crate::platform::hook::at(
            stringify!($name),
            const { $crate::platform::hook::Kind::of(stringify!($name)) },
            core::sync::atomic::Ordering::$ordering,
        )
    };
}

macro_rules! rule {
    ($name:ident) => {
        $crate::platform::hook::rule(stringify!($name))
    };
}

pub(crate) use {rule, site};
