//! What the first thread that needs it makes, and nobody frees.
#![allow(unsafe_code)] // The pointer to it.

use super::site;
use super::sync::AtomicPtr;
use core::ptr;

/// A place for something that is made once.
pub(crate) struct Once<T> {
    pub(crate) made: AtomicPtr<T>,
}

impl<T: Sync + 'static> Once<T> {
    /// What is there, or what `make` makes. A thread that is late drops its own.
    pub(crate) fn get_or_make(&self, make: impl FnOnce() -> T) -> &'static T {
        // Acquire: COLLECTOR edge, pairs with COLLECTOR_SET: it is seen initialised.
        let mut found = self.made.load(site!(COLLECTOR_LOAD: Acquire));
        if found.is_null() {
            let new = Box::into_raw(Box::new(make()));
            // Release: COLLECTOR edge. Acquire on failure: what another thread has made.
            match self.made.compare_exchange(
                ptr::null_mut(),
                new,
                site!(COLLECTOR_SET: Release),
                site!(COLLECTOR_LOST: Acquire),
            ) {
                Ok(_) => found = new,
                Err(other) => {
                    // SAFETY: `new` came from `Box::into_raw` above and was not published.
                    drop(unsafe { Box::from_raw(new) });
                    found = other;
                }
            }
        }
        // SAFETY: the pointer was published once, initialised, and is never freed.
        unsafe { &*found }
    }
}
