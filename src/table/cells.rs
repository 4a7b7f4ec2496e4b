//! Where a copier leaves a frozen value for everyone.
#![allow(unsafe_code)] // Cells are reached by an address from a slot.

use super::needle::RESERVED_SLOTS;
use super::word::{self, LiveWord};
use crate::platform::epoch::Guard;
use crate::platform::lines::LINE_SLOTS;
use crate::platform::site;
use crate::platform::sync::{AtomicPtr, AtomicU64};
use crate::platform::tuning::BLOCK_LINES;
use crate::reclaim::node::NodePtr;

const CELLS: usize = BLOCK_LINES * LINE_SLOTS + RESERVED_SLOTS;

/// The live word of a frozen slot, and the hash of its key.
#[repr(align(16))] // The address leaves room for a tag.
pub(crate) struct Cell {
    live: AtomicPtr<()>,
    hash: AtomicU64,
}

impl Cell {
    /// Live word and hash of the cell that a `FROZEN` word names.
    ///
    /// # Safety
    /// `cell` was read from a slot under `guard`, with Acquire.
    pub(crate) unsafe fn read(cell: *mut (), guard: &Guard) -> (LiveWord, u64) {
        let cell: *const Self = cell.cast();
        guard.assert_protected(cell);
        // SAFETY: published by FREEZE; its block is retired only after the slot has left the frozen state.
        let cell = unsafe { &*cell };
        // Relaxed: written before FREEZE published the cell, and never after.
        let live = LiveWord::new(cell.live.load(site!(CELL_LIVE: Relaxed)));
        let live = live.unwrap_or_else(|| unreachable!("a published cell holds a live word"));
        (live, cell.hash.load(site!(CELL_HASH: Relaxed)))
    }
}

/// The cells of one copier for one block: a cell for each slot.
pub(crate) struct CellBlock {
    cells: [Cell; CELLS],
}

impl CellBlock {
    pub(crate) fn alloc() -> NodePtr<Self> {
        let cell = |_| Cell { live: AtomicPtr::new(word::EMPTY), hash: AtomicU64::new(0) };
        NodePtr::new(Self { cells: core::array::from_fn(cell) })
    }

    /// Fills a cell and returns its address, for a `FROZEN` word.
    ///
    /// # Safety
    /// The caller owns `block`, and has not published this cell.
    #[inline(always)]
    pub(crate) unsafe fn fill(block: NodePtr<Self>, index: usize, live: LiveWord, hash: u64) -> *mut () {
        // SAFETY: the owner keeps the block alive.
        let cell = &unsafe { block.get_owned() }.cells[index];
        // Relaxed: FREEZE publishes both.
        cell.live.store(live.as_ptr(), site!(CELL_SET_LIVE: Relaxed));
        cell.hash.store(hash, site!(CELL_SET_HASH: Relaxed));
        core::ptr::from_ref(cell).cast_mut().cast()
    }
}
