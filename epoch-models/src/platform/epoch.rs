//! Reclamation by `crossbeam-epoch`, whose collector is made anew for every execution.

pub(crate) use super::birth::Birth;

use super::{birth, rule};
use core::fmt;

pub(crate) struct Guard(crossbeam_epoch::Guard);

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

pub(crate) fn pin() -> Guard {
    Guard(crossbeam_epoch::pin())
}

/// Counters are left out of these models.
pub(crate) fn thread() -> usize {
    usize::MAX
}

impl Guard {
    pub(crate) fn thread(&self) -> usize {
        thread()
    }

    pub(crate) fn flush(&self) {
        self.0.flush();
    }

    pub(crate) fn assert_protected<T>(&self, _address: *const T) {}

    pub(crate) fn note_second_owner(&self, _node: *mut ()) {}

    pub(crate) fn note_retired(&self, _node: *mut (), _bytes: usize) {}

    pub(crate) fn defer<F: FnOnce() + Send + 'static>(&self, notice: F) {
        if rule!(GRACE_PERIOD) {
            self.0.defer(notice);
        } else {
            notice();
        }
    }

    pub(crate) unsafe fn retire(&self, node: *mut (), _bytes: usize, free: unsafe fn(*mut ())) {
        // SAFETY: the caller vouches for it once the grace period is over.
        let deferred = move || unsafe { free(node) };
        if rule!(GRACE_PERIOD) {
            // SAFETY: the closure owns nothing but a pointer, whose use the caller has vouched for.
            unsafe { self.0.defer_unchecked(deferred) };
        } else {
            deferred();
        }
    }
}

pub(crate) fn note_freed(_node: *mut (), _bytes: usize) {}

pub(crate) fn is_pinned() -> bool {
    crossbeam_epoch::is_pinned()
}

pub(crate) fn collecting() -> bool {
    false
}

pub(crate) fn contain_panic(run: impl FnOnce()) {
    run();
}

pub(crate) fn pending_bytes() -> usize {
    0
}

pub(crate) fn participants() -> usize {
    2
}

/// The collector of the execution before has ended with it, and freed what it had.
pub(crate) fn open_books() {
    assert_eq!(birth::forget_nodes(), 0, "nodes leaked, or freed twice");
}

pub(crate) fn close_books() {}
