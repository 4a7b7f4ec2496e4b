//! An allocator without a lock: a thread that is suspended inside it stops nobody, so whoever is stopped is stopped by the crate.
//!
//! Small blocks come from lists of the calling thread, which are filled from one region that only grows. A block goes to the list of whoever
//! frees it, which need not be who allocates: what that thread has too much of it passes on to all. Large ones are mapped and unmapped.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicPtr, AtomicUsize};

/// Classes of powers of two, up to this size.
const LARGEST: usize = 1 << 14;
const CLASSES: usize = LARGEST.trailing_zeros() as usize + 1;

/// Mapped at once, for small blocks. Pages that are never used cost nothing.
const REGION: usize = 1 << 36;

struct LockFree;

static START: AtomicUsize = AtomicUsize::new(0);
static USED: AtomicUsize = AtomicUsize::new(0);

/// Bytes that all small blocks take, free ones too.
pub(crate) fn used() -> usize {
    USED.load(Relaxed)
}

/// Blocks that are passed on at once.
const BATCH: usize = 64;

/// What a free block begins with.
struct Block {
    next: *mut Block,
    /// Behind a batch that begins with this block.
    next_batch: *mut Block,
}

/// Free blocks of one class: all are taken at once, so that no batch can come back to where it was while somebody looks at it.
struct Passed(AtomicPtr<Block>);

impl Passed {
    fn take_all(&self) -> *mut Block {
        // Acquire: with `push`, what stands in the blocks.
        self.0.swap(ptr::null_mut(), Acquire)
    }

    /// # Safety
    /// There is a block at least, and the caller owns all of them.
    unsafe fn push(&self, batch: *mut Block) {
        let mut head = self.0.load(Relaxed);
        loop {
            // SAFETY: by the contract of this function, a batch has a first block, and nobody else has it until the exchange below.
            unsafe { (*batch).next_batch = head };
            // Release: for `take_all`. Heads that are only compared need no order.
            match self.0.compare_exchange_weak(head, batch, Release, Relaxed) {
                Ok(_) => return,
                Err(other) => head = other,
            }
        }
    }
}

/// Free blocks of one class that a thread has.
struct Kept {
    /// What it has freed itself, less than a batch.
    freed: Cell<*mut Block>,
    count: Cell<usize>,
    /// What is left of a batch that was passed on, and of others behind it.
    rest: Cell<*mut Block>,
    batches: Cell<*mut Block>,
}

impl Kept {
    const fn new() -> Self {
        Self {
            freed: Cell::new(ptr::null_mut()),
            count: Cell::new(0),
            rest: Cell::new(ptr::null_mut()),
            batches: Cell::new(ptr::null_mut()),
        }
    }

    /// A free block, if there is any.
    fn pop(&self, passed: &Passed) -> *mut Block {
        if self.count.get() > 0 {
            self.count.set(self.count.get() - 1);
            return Self::pop_of(&self.freed);
        }
        if self.rest.get().is_null() {
            if self.batches.get().is_null() {
                self.batches.set(passed.take_all());
            }
            let batch = self.batches.get();
            if batch.is_null() {
                return batch;
            }
            // SAFETY: what was taken is this thread's own.
            self.batches.set(unsafe { (*batch).next_batch });
            self.rest.set(batch);
        }
        Self::pop_of(&self.rest)
    }

    /// The first of a list that is not empty.
    fn pop_of(list: &Cell<*mut Block>) -> *mut Block {
        let first = list.get();
        // SAFETY: free blocks of a thread are its own.
        list.set(unsafe { (*first).next });
        first
    }

    /// # Safety
    /// The block is free, and the caller's own.
    unsafe fn push(&self, block: *mut Block, passed: &Passed) {
        // SAFETY: by the contract of this function; a block has room for what it begins with.
        unsafe { block.write(Block { next: self.freed.get(), next_batch: ptr::null_mut() }) };
        self.count.set(self.count.get() + 1);
        self.freed.set(block);
        if self.count.get() == BATCH {
            // SAFETY: free blocks of a thread are its own, and this one forgets them.
            unsafe { passed.push(self.freed.replace(ptr::null_mut())) };
            self.count.set(0);
        }
    }
}

static PASSED: [Passed; CLASSES] = [const { Passed(AtomicPtr::new(ptr::null_mut())) }; CLASSES];

thread_local! {
    static KEPT: [Kept; CLASSES] = const { [const { Kept::new() }; CLASSES] };
}

fn map(size: usize) -> *mut u8 {
    let (protection, flags) =
        (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE);
    // SAFETY: a new mapping, which takes no memory from anybody.
    let mapped = unsafe { libc::mmap(ptr::null_mut(), size, protection, flags, -1, 0) };
    if mapped == libc::MAP_FAILED { ptr::null_mut() } else { mapped.cast() }
}

/// A new block of the region.
fn carve(size: usize) -> *mut u8 {
    let mut start = START.load(Relaxed);
    if start == 0 {
        let region = map(REGION);
        if region.is_null() {
            return region;
        }
        // Two first threads map two regions; one of them is never touched.
        start = match START.compare_exchange(0, region.expose_provenance(), Relaxed, Relaxed) {
            Ok(_) => region.expose_provenance(),
            Err(other) => other,
        };
    }
    let offset = USED.fetch_add(size, Relaxed);
    if offset + size > REGION { ptr::null_mut() } else { ptr::with_exposed_provenance_mut(start + offset) }
}

/// The class of a layout, if it is small. Blocks are as aligned as they are large.
fn class(layout: Layout) -> Option<usize> {
    let size = layout.size().max(layout.align()).max(size_of::<Block>()).next_power_of_two();
    (size <= LARGEST).then_some(size.trailing_zeros() as usize)
}

// SAFETY: blocks are at least as large and as aligned as is asked for, and each is in one hand or in one list.
unsafe impl GlobalAlloc for LockFree {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(class) = class(layout) else { return map(layout.size()) };
        let kept = KEPT.with(|kept| kept[class].pop(&PASSED[class]));
        if !kept.is_null() {
            return kept.cast();
        }
        // A class of large blocks is not aligned by the offset alone.
        let size = 1 << class;
        let carved = carve(size + size - 1);
        if carved.is_null() { carved } else { carved.wrapping_add(carved.align_offset(size)) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by the contract of this function.
        let block = unsafe { self.alloc(layout) };
        if class(layout).is_some() && !block.is_null() {
            // SAFETY: a block is as large as its layout.
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(class) = class(layout) else {
            // SAFETY: mapped with this size by `alloc`.
            unsafe { libc::munmap(block.cast(), layout.size()) };
            return;
        };
        // SAFETY: a block is at least as large and aligned as what a free one begins with, and nobody else has it.
        KEPT.with(|kept| unsafe { kept[class].push(block.cast(), &PASSED[class]) });
    }
}

#[global_allocator]
static ALLOCATOR: LockFree = LockFree;
