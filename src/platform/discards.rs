//! Large allocations that a collection came across: freeing them there would stall whoever happens to collect.
#![allow(unsafe_code)] // A list whose entries stand in the discarded memory itself.

use super::epoch;
use super::site;
use super::sync::AtomicPtr;
use super::thread::ThreadIndex;
use core::alloc::Layout;
use core::ptr::{self, NonNull};
use std::alloc::dealloc;

struct Entry {
    next: *mut Entry,
    layout: Layout,
}

static HEAD: AtomicPtr<Entry> = AtomicPtr::new(ptr::null_mut());

/// Leaves an allocation to the next call of `free_all`.
///
/// # Safety
/// `memory` was allocated with `layout`, which holds at least an `Entry`, and is not used any more.
pub(crate) unsafe fn push(memory: NonNull<u8>, layout: Layout) {
    epoch::add_pending(layout.size(), ThreadIndex::SHARED);
    debug_assert!(layout.size() >= size_of::<Entry>() && layout.align() >= align_of::<Entry>());
    let entry: *mut Entry = memory.as_ptr().cast();
    let mut head = HEAD.load(site!(DISCARD_HEAD: Relaxed)); // Relaxed: only a guess for the exchange below.
    loop {
        // SAFETY: the memory is ours, large enough and aligned.
        unsafe { entry.write(Entry { next: head, layout }) };
        // Release: DISCARD edge, pairs with DISCARD_TAKE: the entry is seen written. Relaxed on failure: a guess.
        match HEAD.compare_exchange(head, entry, site!(DISCARD_PUSH: Release), site!(DISCARD_LOST: Relaxed)) {
            Ok(_) => return,
            Err(seen) => head = seen,
        }
    }
}

/// Frees what collections have left. For threads that can afford the time.
pub(crate) fn free_all() {
    // Relaxed: nothing is read through it; a miss leaves the work to a later call.
    if HEAD.load(site!(DISCARD_PEEK: Relaxed)).is_null() {
        return;
    }
    // Acquire: DISCARD edge, pairs with DISCARD_PUSH. The list is taken whole, so no entry can come back meanwhile.
    let mut entry = HEAD.swap(ptr::null_mut(), site!(DISCARD_TAKE: Acquire));
    while !entry.is_null() {
        // SAFETY: `push` wrote the entry, and the swap made the list ours alone.
        let Entry { next, layout } = unsafe { entry.read() };
        // SAFETY: allocated with this layout, as the contract of `push` says.
        unsafe { dealloc(entry.cast(), layout) };
        epoch::sub_pending(layout.size());
        entry = next;
    }
}
