//! One table: its lines, its successor, and how far the migration to it has come.
#![allow(unsafe_code)] // From the pointer of a table to a reference.

use super::probe;
use crate::platform::epoch::Guard;
use crate::platform::lines::{Line, LineArray, Slot};
use crate::platform::site;
use crate::platform::sync::{AtomicBool, AtomicPtr, AtomicUsize};
use crate::platform::tuning::BLOCK_LINES;
use crate::reclaim::node::NodePtr;
use core::ptr;
use crossbeam_utils::CachePadded;

/// A table of the chain root → next → next. What every operation reads stands first, on one line.
pub(crate) struct Table {
    lines: LineArray,
    next: AtomicPtr<()>,
    /// The sum of claims, counted over all tables of the map, at which this one gets a successor.
    threshold: i64,
    progress: CachePadded<Progress>,
}

/// The state of the migration out of a table.
struct Progress {
    /// The next block to hand out. May run past the last one by as many as there are threads.
    cursor: AtomicUsize,
    /// Blocks whose flag is set, counted by those who set them.
    done_count: AtomicUsize,
    done: Box<[AtomicBool]>,
}

/// A reference to a table, which knows the pointer it came from.
pub(crate) struct TableRef<'g> {
    node: NodePtr<Table>,
    table: &'g Table,
}

impl Clone for TableRef<'_> {
    fn clone(&self) -> Self {
        *self
    }
}

impl Copy for TableRef<'_> {}

impl core::ops::Deref for TableRef<'_> {
    type Target = Table;

    #[inline(always)]
    fn deref(&self) -> &Table {
        self.table
    }
}

impl<'g> TableRef<'g> {
    /// The table that `pointer`, read from a root or a `next` under `guard`, refers to; `None` for null.
    ///
    /// # Safety
    /// The pointer was read with Acquire at least, after `guard` was pinned, from the root or from a table reached so.
    #[inline(always)]
    pub(crate) unsafe fn from_ptr(pointer: *mut (), guard: &'g Guard) -> Option<Self> {
        let node = NodePtr::from_ptr(pointer)?;
        // SAFETY: published by the Release part of the store that the pointer was read from; retired only after it is
        // unreachable from the root, hence not before `guard` was pinned.
        Some(Self { node, table: unsafe { node.get(guard) } })
    }

    #[inline(always)]
    pub(crate) fn lines(self) -> &'g LineArray {
        &self.table.lines
    }

    /// What root and `next` words hold for this table.
    pub(crate) fn as_ptr(self) -> *mut () {
        self.node.as_ptr()
    }

    /// The successor, if it has one.
    #[inline(always)]
    pub(crate) fn next(self, guard: &'g Guard) -> Option<Self> {
        // Acquire: NEXT edge, pairs with SET_NEXT: the successor is seen initialised.
        let next = self.table.next.load(site!(LOAD_NEXT: Acquire));
        // SAFETY: Acquire, under a guard that protects `self`, hence everything behind it.
        unsafe { Self::from_ptr(next, guard) }
    }

    /// The successor, as the decision of an operation that found every line full.
    #[cold]
    pub(crate) fn next_decides(self, guard: &'g Guard) -> Option<Self> {
        // SeqCst: a null pointer decides a miss; pairs with SET_NEXT.
        let next = self.table.next.load(site!(DECIDE_NEXT: SeqCst));
        // SAFETY: as in `next`.
        unsafe { Self::from_ptr(next, guard) }
    }

    /// Gives the table a successor. Of several attempts the first counts.
    pub(crate) fn set_next(self, new: NodePtr<Table>) {
        // SeqCst: pairs with DECIDE_NEXT; its Release part is the NEXT edge. Relaxed on failure: not read.
        let set = self.table.next.compare_exchange(
            ptr::null_mut(),
            new.as_ptr(),
            site!(SET_NEXT: SeqCst),
            site!(SET_NEXT_LOST: Relaxed),
        );
        if set.is_err() {
            // SAFETY: `new` was not published.
            unsafe { NodePtr::<Table>::free(new.as_ptr()) };
        }
    }

    /// Retires the table.
    ///
    /// # Safety
    /// The caller has replaced it at the root, alone.
    pub(crate) unsafe fn retire(self, guard: &Guard) {
        // SAFETY: unreachable from the root, and from older tables only for guards that protect those; retired once,
        // by the thread that replaced it.
        unsafe { self.node.retire_with(guard, self.lines.bytes(), NodePtr::<Table>::free) };
    }
}

impl PartialEq for TableRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl Table {
    /// A table of `lines` lines, a power of two, on the heap, for a map that has counted `claims` so far.
    pub(crate) fn alloc(lines: usize, claims: i64) -> NodePtr<Self> {
        let limit = i64::try_from(probe::claim_limit(lines)).unwrap_or(i64::MAX);
        NodePtr::new(Self {
            lines: LineArray::new(lines),
            next: AtomicPtr::new(ptr::null_mut()),
            threshold: claims.saturating_add(limit),
            progress: CachePadded::new(Progress {
                cursor: AtomicUsize::new(0),
                done_count: AtomicUsize::new(0),
                done: (0..lines.div_ceil(BLOCK_LINES)).map(|_| AtomicBool::new(false)).collect(),
            }),
        })
    }

    /// The lines, for an owner of the table.
    pub(crate) fn own_lines(&self) -> &LineArray {
        &self.lines
    }

    /// Whether so many claims mean that the table should get a successor.
    pub(crate) fn is_full_at(&self, claims: i64) -> bool {
        claims > self.threshold
    }

    /// How many claims there would be in this table with so many more, given how many the map has counted. `None`: it has
    /// room for them.
    pub(crate) fn entries_with(&self, additional: usize, claims: i64) -> Option<usize> {
        let room = usize::try_from(self.threshold - claims).unwrap_or(0);
        let claimed = probe::claim_limit(self.lines.len()).saturating_sub(room);
        (additional > room).then(|| claimed.saturating_add(additional))
    }

    /// Which reserved slot a slot of this table is, if it is one.
    pub(crate) fn reserved_index(&self, slot: &Slot) -> Option<usize> {
        self.lines.reserved().slots.iter().position(|reserved| ptr::eq(reserved, slot))
    }

    /// The blocks that a migration moves, each a range of lines.
    pub(crate) fn blocks(&self) -> usize {
        self.progress.done.len()
    }

    /// The lines of a block.
    pub(crate) fn block(&self, block: usize) -> impl Iterator<Item = &Line> {
        let first = block * BLOCK_LINES;
        (first..self.lines.len().min(first + BLOCK_LINES)).map(|index| self.lines.line(index))
    }

    /// Takes a block that nobody has taken; `None` if there is none left.
    pub(crate) fn take_block(&self) -> Option<usize> {
        // Relaxed, both: the number alone counts; NEXT orders everything a helper reads. Checked before it is
        // increased, so that it cannot overflow.
        if self.progress.cursor.load(site!(CURSOR_CHECK: Relaxed)) >= self.blocks() {
            return None;
        }
        let block = self.progress.cursor.fetch_add(1, site!(CURSOR_TAKE: Relaxed));
        (block < self.blocks()).then_some(block)
    }

    /// Whether a block is moved.
    pub(crate) fn is_done(&self, block: usize) -> bool {
        // Acquire: DONE edge, pairs with DONE_SET: whoever promotes has seen the block's slots final.
        self.progress.done[block].load(site!(DONE_CHECK: Acquire))
    }

    /// Marks a block as moved. Returns whether all are.
    pub(crate) fn set_done(&self, block: usize) -> bool {
        // Release: DONE edge, pairs with DONE_CHECK.
        if self.progress.done[block].swap(true, site!(DONE_SET: Release)) {
            return false;
        }
        // AcqRel: DONE edge between those who count, so that the last has seen all slots final.
        self.progress.done_count.fetch_add(1, site!(DONE_COUNT: AcqRel)) + 1 == self.blocks()
    }

    /// For an owner: the successor, which it owns too.
    pub(crate) fn take_next(&mut self) -> Option<NodePtr<Self>> {
        // Relaxed: exclusive access.
        NodePtr::from_ptr(self.next.swap(ptr::null_mut(), site!(TAKE_NEXT: Relaxed)))
    }
}

impl core::fmt::Debug for Table {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Table").field("lines", &self.lines).field("threshold", &self.threshold).finish_non_exhaustive()
    }
}
