//! Counts that many threads change: entries, and claims.
//!
//! Each thread has a cell of its own, once a map is worth the memory, and notes there when it begins to insert or remove, and
//! when it has. So whoever adds up all cells knows not only a sum, but also how many changes it may have missed
//! (`length`).
#![allow(unsafe_code)] // Stripes are installed by pointer.

use super::quiet::{Given, Quiet};
use crate::platform::epoch;
use crate::platform::sync::{AtomicI64, AtomicPtr, spin_loop};
use crate::platform::thread;
use crate::platform::tuning::{CLAIMS_PER_LOOK, REMOVALS_PER_LOOK, SPINS_FOR_LEN};
use crate::platform::{rule, site};
use crate::reclaim::node::NodePtr;
use core::ptr;
use crossbeam_utils::CachePadded;

/// What one thread, or several, contributed.
#[derive(Debug)]
pub(super) struct Cell {
    /// Insertions and removals begun, but for those that came to nothing.
    pub(super) begun: AtomicI64,
    pub(super) inserted: AtomicI64,
    pub(super) removed: AtomicI64,
    /// Slots claimed, in whichever table, copies included.
    claims: AtomicI64,
    given: Given,
}

impl Cell {
    fn new() -> Self {
        let zero = || AtomicI64::new(0);
        Self { begun: zero(), inserted: zero(), removed: zero(), claims: zero(), given: Given::new() }
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
    /// For those who wait for a moment at which nothing is inserted or removed.
    pub(super) quiet: Quiet,
    base: CachePadded<Cell>,
}

/// The cell of a thread.
#[derive(Clone, Copy)]
pub(crate) struct Mine<'c> {
    cell: &'c Cell,
    sharing: Sharing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    /// The thread's own.
    Owned,
    /// One of several for the threads that have none.
    Stripe,
    /// The only one.
    All,
}

impl Counter {
    pub(crate) fn new() -> Self {
        Self { stripes: AtomicPtr::new(ptr::null_mut()), quiet: Quiet::new(), base: CachePadded::new(Cell::new()) }
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

    /// The cell of the calling thread, whose number is `thread`.
    #[inline(always)]
    pub(crate) fn mine(&self, thread: usize) -> Mine<'_> {
        let Some(stripes) = self.stripes() else { return Mine { cell: &self.base, sharing: Sharing::All } };
        match stripes.owned.get(thread) {
            Some(cell) => Mine { cell, sharing: Sharing::Owned },
            None => {
                let cell = &stripes.shared[thread % stripes.shared.len()];
                Mine { cell, sharing: Sharing::Stripe }
            }
        }
    }

    /// Notes that the calling thread, of number `thread`, is about to try an insertion or removal. No user code runs until it
    /// says how that ended.
    #[inline(always)]
    pub(crate) fn begin(&self, thread: usize) -> Mine<'_> {
        let mine = self.mine(thread);
        if let Some(request) = self.quiet.wanted() {
            self.pause(mine, request);
        }
        if rule!(BEGIN_FIRST) {
            mine.add_begun(1);
        }
        mine
    }

    /// Gives those who wait a moment of quiet, if they have not had as much as they may ask for.
    #[cold]
    fn pause(&self, mine: Mine<'_>, request: i64) {
        // As long as it takes to read all cells a few times.
        let turns = SPINS_FOR_LEN * self.cells().count();
        let sharers = if mine.sharing == Sharing::Owned { 1 } else { epoch::participants().max(1) };
        for _ in 0..mine.cell.given.turns(request, turns, sharers) {
            if self.quiet.wanted().is_none() {
                return;
            }
            spin_loop();
        }
    }

    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        self.stripes().map_or(0, |_| Self::bytes_of_stripes())
    }

    /// The same, once each thread has a cell of its own.
    pub(crate) fn bytes_of_stripes() -> usize {
        size_of::<Stripes>() + 2 * thread::stripes() * size_of::<CachePadded<Cell>>()
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &Cell> {
        let stripes = self.stripes().into_iter();
        let striped = stripes.flat_map(|stripes| stripes.owned.iter().chain(&stripes.shared));
        striped.chain([&self.base]).map(|cell| &**cell)
    }

    /// Starts counting from zero, for the owner of a map that has no table any more.
    pub(crate) fn forget(&mut self) {
        for cell in self.cells() {
            for count in [&cell.begun, &cell.inserted, &cell.removed, &cell.claims] {
                count.store(0, site!(COUNT_FORGET: Relaxed)); // Relaxed: exclusive access.
            }
        }
    }

    /// Claims, each cell read once.
    pub(crate) fn claims(&self) -> i64 {
        // Relaxed: a sum without an order to anything else.
        self.cells().map(|cell| cell.claims.load(site!(COUNT_CLAIMS: Relaxed))).sum()
    }
}

impl Mine<'_> {
    #[inline(always)]
    fn add_begun(self, number: i64) {
        // Relaxed, all: comes before the exchange of the value word, which is a Release: who sees the change sees it begun.
        if self.sharing == Sharing::Owned {
            let begun = self.cell.begun.load(site!(COUNT_OWN_LOAD: Relaxed));
            self.cell.begun.store(begun + number, site!(COUNT_BEGIN: Relaxed));
        } else {
            self.cell.begun.fetch_add(number, site!(COUNT_BEGIN_SHARED: Relaxed));
        }
    }

    /// Ends what `begin` began: an entry came.
    #[inline(always)]
    pub(crate) fn inserted(self) {
        if !rule!(BEGIN_FIRST) {
            self.add_begun(1);
        }
        // Release: COUNT edge, pairs with COUNT_SUM_CAME: who sees it counted sees it begun.
        if self.sharing == Sharing::Owned {
            let inserted = self.cell.inserted.load(site!(COUNT_OWN_LOAD: Relaxed));
            self.cell.inserted.store(inserted + 1, site!(COUNT_CAME: Release));
        } else {
            self.cell.inserted.fetch_add(1, site!(COUNT_CAME_SHARED: Release));
        }
    }

    /// The same: an entry went. Returns whether it is time to look whether the table is too large.
    #[inline(always)]
    pub(crate) fn removed(self) -> bool {
        if !rule!(BEGIN_FIRST) {
            self.add_begun(1);
        }
        // Release: as for `inserted`; pairs with COUNT_SUM_WENT.
        if self.sharing == Sharing::Owned {
            let removed = self.cell.removed.load(site!(COUNT_OWN_LOAD: Relaxed)) + 1;
            self.cell.removed.store(removed, site!(COUNT_WENT: Release));
            removed % CLAIMS_PER_LOOK == 0
        } else {
            let removed = self.cell.removed.fetch_add(1, site!(COUNT_WENT_SHARED: Release)) + 1;
            removed % REMOVALS_PER_LOOK == 0
        }
    }

    /// The same: nothing happened, since another thread was first.
    #[inline(always)]
    pub(crate) fn came_to_nothing(self) {
        if rule!(BEGIN_FIRST) {
            self.add_begun(-1);
        }
    }

    /// Notes claims. Returns whether it is time to look at their sum: at every 64th of a thread that has a cell of its own, at
    /// every one otherwise.
    #[inline(always)]
    pub(crate) fn claimed(self, claims: i64) -> bool {
        // Relaxed: the sum has no order to anything else; a cell's owners follow each other by the INDEX edge.
        if self.sharing == Sharing::Owned {
            let sum = self.cell.claims.load(site!(COUNT_OWN_LOAD: Relaxed)) + claims;
            self.cell.claims.store(sum, site!(COUNT_OWN_CLAIMS: Relaxed));
            sum % CLAIMS_PER_LOOK == 0
        } else {
            self.cell.claims.fetch_add(claims, site!(COUNT_SHARED_CLAIMS: Relaxed));
            true
        }
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
