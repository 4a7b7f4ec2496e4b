//! Counts that many threads change: entries, and claims.
#![allow(unsafe_code)] // Stripes are installed by pointer.

use crate::platform::epoch::Guard;
use crate::platform::site;
use crate::platform::sync::{AtomicI64, AtomicPtr};
use crate::platform::thread;
use crate::reclaim::node::NodePtr;
use core::ptr;
use crossbeam_utils::CachePadded;

/// What one thread, or several, contributed.
#[derive(Debug)]
struct Cell {
    /// Insertions minus removals.
    net: AtomicI64,
    /// Slots claimed, in whichever table, copies included.
    claims: AtomicI64,
}

impl Cell {
    fn new() -> Self {
        Self { net: AtomicI64::new(0), claims: AtomicI64::new(0) }
    }
}

/// The cells of a map that is worth the memory.
struct Stripes {
    /// One for each of the first threads, which store plainly.
    owned: Box<[CachePadded<Cell>]>,
    /// For all other threads.
    shared: Box<[CachePadded<Cell>]>,
}

/// Sums of contributions. One cell at first, one per thread once `stripe` was called.
#[derive(Debug)]
pub(crate) struct Counter {
    stripes: AtomicPtr<()>,
    base: Cell,
}

impl Counter {
    pub(crate) fn new() -> Self {
        Self { stripes: AtomicPtr::new(ptr::null_mut()), base: Cell::new() }
    }

    /// Gives each thread a cell of its own from now on.
    pub(crate) fn stripe(&self) {
        // Relaxed: only to save the allocation.
        if !self.stripes.load(site!(STRIPES_PEEK: Relaxed)).is_null() {
            return;
        }
        let cells = || (0..thread::stripes()).map(|_| CachePadded::new(Cell::new())).collect();
        let stripes = NodePtr::new(Stripes { owned: cells(), shared: cells() }).as_ptr();
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
    fn stripes(&self) -> Option<&Stripes> {
        // Acquire: STRIPES edge, pairs with STRIPES_SET.
        let stripes = NodePtr::<Stripes>::from_ptr(self.stripes.load(site!(STRIPES_READ: Acquire)))?;
        // SAFETY: published once, initialised, and freed only with the counter.
        Some(unsafe { stripes.get_owned() })
    }

    /// Adds to both sums. Returns whether it is time to look at the sum of claims: at every 64th claim of a thread that
    /// has a cell of its own, at every claim otherwise.
    #[inline(always)]
    pub(crate) fn count(&self, net: i64, claims: i64, guard: &Guard) -> bool {
        // Relaxed throughout: the sums are read without an order to anything else; numbers of threads are handed over
        // by the INDEX edge, so that a plain store follows the last one of the previous owner.
        let Some(stripes) = self.stripes() else {
            add_shared(&self.base, net, claims);
            return claims != 0;
        };
        let Some(cell) = stripes.owned.get(guard.thread()) else {
            add_shared(&stripes.shared[guard.thread() % stripes.shared.len()], net, claims);
            return claims != 0;
        };
        if net != 0 {
            let sum = cell.net.load(site!(COUNT_OWN_LOAD: Relaxed)) + net;
            cell.net.store(sum, site!(COUNT_OWN_STORE: Relaxed));
        }
        if claims == 0 {
            return false;
        }
        let sum = cell.claims.load(site!(COUNT_OWN_LOAD: Relaxed)) + claims;
        cell.claims.store(sum, site!(COUNT_OWN_STORE: Relaxed));
        sum % 64 == 0
    }

    fn cells(&self) -> impl Iterator<Item = &Cell> {
        let stripes = self.stripes().into_iter();
        stripes.flat_map(|stripes| stripes.owned.iter().chain(&stripes.shared)).map(|cell| &**cell).chain([&self.base])
    }

    /// Insertions minus removals, each cell read once.
    pub(crate) fn net(&self) -> i64 {
        self.cells().map(|cell| cell.net.load(site!(COUNT_SUM: Relaxed))).sum() // Relaxed: as in `count`.
    }

    /// Starts counting from zero, for the owner of a map that has no table any more.
    pub(crate) fn forget(&mut self) {
        for cell in self.cells() {
            // Relaxed, both: exclusive access.
            cell.net.store(0, site!(COUNT_FORGET: Relaxed));
            cell.claims.store(0, site!(COUNT_FORGET: Relaxed));
        }
    }

    /// Claims, each cell read once.
    pub(crate) fn claims(&self) -> i64 {
        self.cells().map(|cell| cell.claims.load(site!(COUNT_SUM: Relaxed))).sum() // Relaxed: as in `count`.
    }
}

fn add_shared(cell: &Cell, net: i64, claims: i64) {
    // Relaxed: as in `count`.
    if net != 0 {
        cell.net.fetch_add(net, site!(COUNT_SHARED: Relaxed));
    }
    if claims != 0 {
        cell.claims.fetch_add(claims, site!(COUNT_SHARED: Relaxed));
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
