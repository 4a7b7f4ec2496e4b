//! The crate's atomics, and ways of waiting that a plan can have a say in.

use super::hook;

#[path = "../../../src/platform/sync.rs"]
mod original;

pub(crate) use original::{
    AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, fence, prefetch, store_before_exchange,
};

pub(crate) fn spin_loop() {
    if !hook::waits() {
        original::spin_loop();
    }
}

pub(crate) fn yield_now() {
    if !hook::waits() {
        original::yield_now();
    }
}
