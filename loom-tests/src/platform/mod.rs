//! The platform of the models.

pub(crate) mod discards;
pub(crate) mod epoch;
#[path = "../../../src/platform/index_pool.rs"]
pub(crate) mod index_pool;
pub(crate) mod lines;
pub(crate) mod search;
pub(crate) mod sites;
pub(crate) mod sync;
pub(crate) mod thread;
pub(crate) mod tuning;
pub(crate) mod words;

macro_rules! site {
    ($name:ident : $ordering:ident) => {
        $crate::platform::sites::ordering(stringify!($name), core::sync::atomic::Ordering::$ordering)
    };
}

macro_rules! rule {
    ($name:ident) => {
        $crate::platform::sites::rule(stringify!($name))
    };
}

pub(crate) use {rule, site};
