//! An allocator without a lock: a thread that is suspended inside it stops nobody, so whoever is stopped is stopped by the crate.
//!
//! Small blocks come from lists of the calling thread, which are filled from one region that only grows; a block goes to the list of
//! whoever frees it. Large ones are mapped and unmapped.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Classes of powers of two, up to this size.
const LARGEST: usize = 1 << 14;
const CLASSES: usize = LARGEST.trailing_zeros() as usize + 1;

/// Mapped at once, for small blocks. Pages that are never used cost nothing.
const REGION: usize = 1 << 36;

struct LockFree;

static START: AtomicUsize = AtomicUsize::new(0);
static USED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The first free block of each class; it holds the address of the next one.
    static FREE: [Cell<*mut *mut u8>; CLASSES] = const { [const { Cell::new(ptr::null_mut()) }; CLASSES] };
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
    let size = layout.size().max(layout.align()).max(size_of::<*mut u8>()).next_power_of_two();
    (size <= LARGEST).then_some(size.trailing_zeros() as usize)
}

// SAFETY: blocks are at least as large and as aligned as is asked for, and each is in one hand or in one list.
unsafe impl GlobalAlloc for LockFree {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(class) = class(layout) else { return map(layout.size()) };
        let listed = FREE.with(|free| {
            let first = free[class].get();
            if !first.is_null() {
                // SAFETY: a block of the list of this thread begins with the address of the next one.
                free[class].set(unsafe { first.read() }.cast());
            }
            first
        });
        if !listed.is_null() {
            return listed.cast();
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
        FREE.with(|free| {
            let block = block.cast::<*mut u8>();
            // SAFETY: a block has room for an address, and nobody else has it.
            unsafe { block.write(free[class].get().cast()) };
            free[class].set(block);
        });
    }
}

#[global_allocator]
static ALLOCATOR: LockFree = LockFree;
