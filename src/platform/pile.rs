//! A list of discarded memory, and a place for one that is kept: lock-free, whatever the memory is.
#![allow(unsafe_code)] // Takes back what stands in the list and in the places.

use super::discarded::{Discarded, Entry};
use super::site;
use super::sync::{AtomicPtr, AtomicUsize};
use core::alloc::Layout;
use core::ptr::{self, NonNull};

/// What collections have left.
pub(crate) struct Pile {
    /// A list of all that is to be freed.
    pub(crate) head: AtomicPtr<Entry>,
    /// The one that is kept, while it is being cleared: by one thread, which has taken it out meanwhile.
    pub(crate) dirty: AtomicPtr<Entry>,
    /// The one that is kept, all zero behind its entry.
    pub(crate) clean: AtomicPtr<Entry>,
    /// The size of what is worth keeping, or 0.
    pub(crate) wanted: AtomicUsize,
}

impl Pile {
    pub(crate) fn push(&self, mut discarded: Discarded) {
        let mut head = self.head.load(site!(DISCARD_HEAD: Relaxed)); // Relaxed: only a guess for the exchange below.
        loop {
            discarded.set_next(head);
            let entry = discarded.into_raw();
            let new = entry.as_ptr();
            // Release: DISCARD edge, pairs with DISCARD_TAKE: the entry is seen written. Relaxed on failure: a guess.
            match self.head.compare_exchange(head, new, site!(DISCARD_PUSH: Release), site!(DISCARD_LOST: Relaxed)) {
                Ok(_) => return,
                Err(seen) => head = seen,
            }
            // SAFETY: given up above, and nobody has seen it.
            discarded = unsafe { Discarded::from_raw(entry) };
        }
    }

    /// Frees what is in the list, or clears a piece of what is kept.
    pub(crate) fn free_all(&self) {
        // The list is taken whole, so no entry can come back meanwhile.
        let mut rest = take(&self.head);
        while let Some(discarded) = rest {
            // SAFETY: the list was taken, and each entry of it stands there once.
            rest = NonNull::new(discarded.next()).map(|next| unsafe { Discarded::from_raw(next) });
            self.keep_or_free(&self.dirty, discarded);
        }
        if let Some(mut discarded) = take(&self.dirty) {
            let rest = discarded.clear();
            self.keep_or_free(if rest { &self.dirty } else { &self.clean }, discarded);
        }
        if self.wanted.load(site!(SPARE_ASK: Relaxed)) == 0 {
            // Relaxed: a wish. One that has changed just when something was kept is met here.
            drop(take(&self.clean));
        }
    }

    /// Says that something of so many bytes is worth keeping.
    pub(crate) fn keep(&self, bytes: usize) {
        self.wanted.store(bytes, site!(SPARE_WANT: Relaxed)); // Relaxed: a wish.
    }

    /// Says that nothing is worth keeping, and frees what is kept.
    pub(crate) fn keep_none(&self) {
        // Relaxed: a wish; looked at first, so that threads that drop small maps share the line.
        if self.wanted.load(site!(SPARE_ASK: Relaxed)) != 0 {
            self.keep(0);
            drop(take(&self.dirty));
            drop(take(&self.clean));
        }
    }

    /// What is kept, all zero, if it has this layout.
    pub(crate) fn reuse(&self, layout: Layout) -> Option<NonNull<u8>> {
        let discarded = take(&self.clean)?;
        if discarded.layout() != layout {
            self.keep_or_free(&self.clean, discarded);
            return None;
        }
        Some(discarded.into_zeroed())
    }

    /// Puts memory into a place, if it is worth keeping and the place is free.
    fn keep_or_free(&self, place: &AtomicPtr<Entry>, discarded: Discarded) {
        // Relaxed: a wish. What is kept although the wish has just changed is freed by the next call of `free_all`.
        if self.wanted.load(site!(SPARE_ASK: Relaxed)) != discarded.layout().size() {
            return;
        }
        let entry = discarded.into_raw();
        // Release: DISCARD edge: what is cleared. Relaxed on failure: not used.
        let put = place.compare_exchange(
            ptr::null_mut(),
            entry.as_ptr(),
            site!(SPARE_PUT: Release),
            site!(SPARE_LOST: Relaxed),
        );
        if put.is_err() {
            // SAFETY: given up above, and nobody has seen it.
            drop(unsafe { Discarded::from_raw(entry) });
        }
    }
}

/// Takes what stands in one of the places, or the whole list.
fn take(place: &AtomicPtr<Entry>) -> Option<Discarded> {
    // Relaxed: nothing is read through it; a miss leaves the work to a later call.
    if place.load(site!(DISCARD_PEEK: Relaxed)).is_null() {
        return None;
    }
    // Acquire: DISCARD edge, pairs with DISCARD_PUSH and SPARE_PUT.
    let entry = place.swap(ptr::null_mut(), site!(DISCARD_TAKE: Acquire));
    // SAFETY: what stands in a place was given up there, and taking it out made it ours alone.
    NonNull::new(entry).map(|entry| unsafe { Discarded::from_raw(entry) })
}
