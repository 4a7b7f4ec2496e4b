//! One table: its lines, its successor, and how far the migration to it has come.
#![allow(unsafe_code)] // From the pointer of a table to a reference.

use super::probe;
use crate::platform::epoch::Guard;
use crate::platform::lines::{LineArray, Slot};
use crate::platform::site;
use crate::platform::sync::{AtomicBool, AtomicPtr, AtomicUsize};
use crate::platform::thread;
use crate::platform::tuning::{BLOCK_LINES, CLAIMS_PER_LOOK};
use crate::reclaim::node::NodePtr;
use core::ops::Range;
use core::ptr;
use crossbeam_utils::CachePadded;

/// A `next` word: the table will get a successor, whose size is not decided yet, and takes no more entries.
const CLOSING: *mut () = ptr::without_provenance_mut(1);

/// What a `next` word holds.
pub(crate) enum Next<'g> {
    None,
    Closing,
    Table(TableRef<'g>),
}

/// A table of the chain root → next → next. What every operation reads stands first, on one line.
pub(crate) struct Table {
    lines: LineArray,
    next: AtomicPtr<()>,
    /// The sum of claims, counted over all tables of the map, at which this one gets a successor.
    threshold: i64,
    /// Whether threads that look at that sum now and then could fill it before anyone looks.
    is_small: bool,
    /// Below how many entries somebody looks again whether a smaller one would do.
    shrink_below: AtomicUsize,
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
        unsafe { Self::successor(next, guard) }
    }

    /// The successor, as the decision of an operation that found every line full.
    #[cold]
    pub(crate) fn next_decides(self, guard: &'g Guard) -> Option<Self> {
        // SeqCst: a null pointer decides a miss; pairs with SET_NEXT.
        let next = self.table.next.load(site!(DECIDE_NEXT: SeqCst));
        // SAFETY: as in `next`.
        unsafe { Self::successor(next, guard) }
    }

    /// Whether the table has a successor, or is closing.
    #[inline(always)]
    pub(crate) fn is_left(self) -> bool {
        // SeqCst: an entry may come into a table only if its `next` word was null; pairs with CLOSE in the total order.
        // Acquire part: as LOAD_NEXT, for what was passed over on the way.
        !self.table.next.load(site!(CHECK_NEXT: SeqCst)).is_null()
    }

    /// What the `next` word holds, for one who goes on from there.
    pub(crate) fn next_word(self, guard: &'g Guard) -> Next<'g> {
        // SeqCst: what is counted from here on is counted after CLOSE. Acquire part: NEXT edge.
        let next = self.table.next.load(site!(READ_NEXT: SeqCst));
        if next == CLOSING {
            return Next::Closing;
        }
        // SAFETY: as in `next`.
        unsafe { Self::from_ptr(next, guard) }.map_or(Next::None, Next::Table)
    }

    /// The table that a `next` word refers to.
    ///
    /// # Safety
    /// As for `from_ptr`.
    #[inline(always)]
    unsafe fn successor(next: *mut (), guard: &'g Guard) -> Option<Self> {
        if next == CLOSING {
            return None;
        }
        // SAFETY: by the contract of this function.
        unsafe { Self::from_ptr(next, guard) }
    }

    /// N2: from now on no entry comes into the table.
    pub(crate) fn close(self) {
        // SeqCst: an entry that came after a check of `next` is counted, or under way, when anything behind this is counted;
        // pairs with CHECK_NEXT. SeqCst on failure, too: what is counted then is counted behind the CLOSE of another.
        let _ =
            self.table.next.compare_exchange(ptr::null_mut(), CLOSING, site!(CLOSE: SeqCst), site!(CLOSE_LOST: SeqCst));
    }

    /// N1 and N3: gives the table a successor, in place of none, or of CLOSING if it `was_closing`. Of several attempts the
    /// first counts.
    pub(crate) fn set_next(self, was_closing: bool, new: NodePtr<Table>) {
        let current = if was_closing { CLOSING } else { ptr::null_mut() };
        // SeqCst: pairs with DECIDE_NEXT; its Release part is the NEXT edge. Relaxed on failure: not read.
        let set = self.table.next.compare_exchange(
            current,
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
            is_small: lines < thread::stripes() * CLAIMS_PER_LOOK as usize,
            shrink_below: AtomicUsize::new(usize::MAX),
            progress: CachePadded::new(Progress {
                cursor: AtomicUsize::new(0),
                done_count: AtomicUsize::new(0),
                done: (0..lines.div_ceil(BLOCK_LINES)).map(|_| AtomicBool::new(false)).collect(),
            }),
        })
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.lines.bytes() + self.blocks() * size_of::<AtomicBool>()
    }

    /// The lines, for an owner of the table.
    pub(crate) fn own_lines(&self) -> &LineArray {
        &self.lines
    }

    /// Whether it is worth a look whether a smaller table would do for so many entries.
    pub(crate) fn may_shrink_at(&self, live: usize) -> bool {
        live < self.shrink_below.load(site!(SHRINK_LOAD: Relaxed)) // Relaxed: a hint.
    }

    /// No smaller table will do until there are fewer entries than that.
    pub(crate) fn shrink_below(&self, live: usize) {
        self.shrink_below.store(live, site!(SHRINK_STORE: Relaxed)); // Relaxed: a hint.
    }

    /// Whether every claim is worth a look at the sum of claims.
    #[inline(always)]
    pub(crate) fn is_small(&self) -> bool {
        self.is_small
    }

    /// Whether so many claims mean that the table should get a successor.
    pub(crate) fn is_full_at(&self, claims: i64) -> bool {
        claims > self.threshold
    }

    /// How many of its slots are claimed, given how many claims the map has counted. Some that belong to the table before
    /// may be among them.
    pub(crate) fn claimed(&self, claims: i64) -> usize {
        let limit = probe::claim_limit(self.lines.len());
        usize::try_from(limit as i64 - (self.threshold - claims)).unwrap_or(0)
    }

    /// How many claims there would be in this table with so many more, given how many the map has counted. `None`: it has
    /// room for them.
    pub(crate) fn entries_with(&self, additional: usize, claims: i64) -> Option<usize> {
        let room = usize::try_from(self.threshold - claims).unwrap_or(0);
        (additional > room).then(|| self.claimed(claims).saturating_add(additional))
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
    pub(crate) fn block(&self, block: usize) -> Range<usize> {
        let first = block * BLOCK_LINES;
        first..self.lines.len().min(first + BLOCK_LINES)
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
        let next = self.next.swap(ptr::null_mut(), site!(TAKE_NEXT: Relaxed));
        if next == CLOSING { None } else { NodePtr::from_ptr(next) }
    }
}

impl core::fmt::Debug for Table {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Table").field("lines", &self.lines).field("threshold", &self.threshold).finish_non_exhaustive()
    }
}
