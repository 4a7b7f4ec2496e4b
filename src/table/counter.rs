//! Counts that many threads change.
#![allow(unsafe_code)] // Stripes are installed by pointer.

use crate::platform::epoch::Guard;
use crate::platform::site;
use crate::platform::sync::{AtomicI64, AtomicPtr};
use crate::platform::thread;
use crate::reclaim::node::NodePtr;
use core::ptr;
use crossbeam_utils::CachePadded;

/// The first half of the cells belongs to one thread each, which stores plainly; the second half is shared by all
/// other threads.
type Stripes = Box<[CachePadded<AtomicI64>]>;

/// A sum of contributions. One cell at first, one per thread once `stripe` was called.
#[derive(Debug)]
pub(crate) struct Counter {
    base: AtomicI64,
    stripes: AtomicPtr<()>,
}

impl Counter {
    pub(crate) fn new() -> Self {
        Self { base: AtomicI64::new(0), stripes: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Gives each thread a cell of its own from now on.
    pub(crate) fn stripe(&self) {
        // Relaxed: only to save the allocation.
        if !self.stripes.load(site!(STRIPES_PEEK: Relaxed)).is_null() {
            return;
        }
        let cells: Stripes = (0..2 * thread::stripes()).map(|_| CachePadded::new(AtomicI64::new(0))).collect();
        let stripes = NodePtr::new(cells).as_ptr();
        // Release: STRIPES edge, pairs with STRIPES_READ: the cells are seen zeroed. Relaxed on failure: not read.
        let installed = self.stripes.compare_exchange(
            ptr::null_mut(),
            stripes,
            site!(STRIPES_SET: Release),
            site!(STRIPES_LOST: Relaxed),
        );
        if installed.is_err() {
            // SAFETY: allocated above and not published.
            unsafe { NodePtr::<Stripes>::free(stripes) };
        }
    }

    #[inline(always)]
    fn cells(&self) -> Option<&[CachePadded<AtomicI64>]> {
        // Acquire: STRIPES edge, pairs with STRIPES_SET.
        let stripes = NodePtr::<Stripes>::from_ptr(self.stripes.load(site!(STRIPES_READ: Acquire)))?;
        // SAFETY: published once, initialised, and freed only with the counter.
        Some(unsafe { stripes.get_owned() })
    }

    /// Adds `amount` and returns what this thread's cell holds then.
    #[inline(always)]
    pub(crate) fn add(&self, amount: i64, guard: &Guard) -> i64 {
        // Relaxed throughout: the sum is read without an order to anything else; numbers of threads are handed over
        // by the INDEX edge, so that a plain store follows the last one of the previous owner.
        let Some(cells) = self.cells() else {
            return self.base.fetch_add(amount, site!(COUNT_BASE: Relaxed)) + amount;
        };
        let (owned, shared) = cells.split_at(cells.len() / 2);
        if let Some(cell) = owned.get(guard.thread()) {
            let count = cell.load(site!(COUNT_OWN_LOAD: Relaxed)) + amount;
            cell.store(count, site!(COUNT_OWN_STORE: Relaxed));
            count
        } else {
            shared[guard.thread() % shared.len()].fetch_add(amount, site!(COUNT_SHARED: Relaxed)) + amount
        }
    }

    /// Whether threads have cells of their own, so that a sum is worth avoiding.
    #[inline(always)]
    pub(crate) fn is_striped(&self) -> bool {
        !self.stripes.load(site!(STRIPES_PEEK: Relaxed)).is_null() // Relaxed: nothing is read through it.
    }

    /// The sum of all cells, each read once.
    pub(crate) fn sum(&self) -> i64 {
        let base = self.base.load(site!(COUNT_SUM: Relaxed)); // Relaxed: as in `add`.
        let cells = self.cells().unwrap_or(&[]);
        base + cells.iter().map(|cell| cell.load(site!(COUNT_SUM: Relaxed))).sum::<i64>()
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        // Relaxed: exclusive access.
        let stripes = self.stripes.load(site!(STRIPES_DROP: Relaxed));
        // SAFETY: owned by the counter, which nobody shares any more; null is ignored.
        unsafe { NodePtr::<Stripes>::free(stripes) };
    }
}
