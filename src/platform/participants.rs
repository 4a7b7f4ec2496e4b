//! How many threads can be in the middle of an operation.

use super::site;
use super::sync::AtomicUsize;

/// Threads that can be pinned.
pub(crate) struct Participants {
    pub(crate) count: AtomicUsize,
}

impl Participants {
    /// How many threads can be in the middle of an operation, at most, that began before this call.
    pub(crate) fn count(&self) -> usize {
        // SeqCst: a thread that is missing here comes later in the total order than the caller's last SeqCst access. Acquire
        // part: what a thread has counted that is not here any more.
        self.count.load(site!(PARTICIPANTS_LOAD: SeqCst))
    }

    pub(crate) fn add(&self) {
        // SeqCst: comes before everything that the thread does; pairs with PARTICIPANTS_LOAD.
        self.count.fetch_add(1, site!(PARTICIPANTS_ADD: SeqCst));
    }

    pub(crate) fn remove(&self) {
        // Release: what the thread has counted is seen; pairs with PARTICIPANTS_LOAD.
        self.count.fetch_sub(1, site!(PARTICIPANTS_SUB: Release));
    }
}
