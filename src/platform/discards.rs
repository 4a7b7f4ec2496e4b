//! Large allocations that a collection came across: freeing them there would stall whoever happens to collect.
//!
//! One of them may be kept, for a map that is cleaned at the same size again and again and asks for as much the next time.
//! It is cleared a piece at a time, since all at once would be a stall as well.
#![allow(unsafe_code)] // A list whose entries stand in the discarded memory itself.

use super::epoch;
use super::site;
use super::sync::{AtomicPtr, AtomicUsize};
use super::thread::ThreadIndex;
use core::alloc::Layout;
use core::ptr::{self, NonNull};
use std::alloc::dealloc;

/// Bytes cleared at a time: a few microseconds.
const CLEARED_AT_A_TIME: usize = 32 << 10;

/// What stands at the start of discarded memory.
struct Entry {
    next: *mut Entry,
    layout: Layout,
    /// Bytes from here on are not zero yet.
    cleared: usize,
}

/// A list of all that is to be freed.
static HEAD: AtomicPtr<Entry> = AtomicPtr::new(ptr::null_mut());

/// The one that is kept, while it is being cleared: by one thread, which has taken it out meanwhile.
static DIRTY: AtomicPtr<Entry> = AtomicPtr::new(ptr::null_mut());

/// The one that is kept, all zero behind its entry.
static CLEAN: AtomicPtr<Entry> = AtomicPtr::new(ptr::null_mut());

/// The size of what is worth keeping, or 0.
static WANTED: AtomicUsize = AtomicUsize::new(0);

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
        unsafe { entry.write(Entry { next: head, layout, cleared: size_of::<Entry>() }) };
        // Release: DISCARD edge, pairs with DISCARD_TAKE: the entry is seen written. Relaxed on failure: a guess.
        match HEAD.compare_exchange(head, entry, site!(DISCARD_PUSH: Release), site!(DISCARD_LOST: Relaxed)) {
            Ok(_) => return,
            Err(seen) => head = seen,
        }
    }
}

/// Frees what collections have left, or clears a piece of what is kept. For threads that can afford the time.
pub(crate) fn free_all() {
    // Acquire: DISCARD edge, pairs with DISCARD_PUSH. The list is taken whole, so no entry can come back meanwhile.
    let mut entry = take(&HEAD);
    while !entry.is_null() {
        // SAFETY: `push` wrote the entry, and taking the list made it ours alone.
        let next = unsafe { (*entry).next };
        keep_or_free(&DIRTY, entry);
        entry = next;
    }
    let entry = take(&DIRTY);
    if !entry.is_null() {
        let rest = clear(entry);
        keep_or_free(if rest { &DIRTY } else { &CLEAN }, entry);
    }
}

/// Says that an allocation of so many bytes will be asked for again when the one that is retired now has been freed.
pub(crate) fn keep(bytes: usize) {
    WANTED.store(bytes, site!(SPARE_WANT: Relaxed)); // Relaxed: a wish.
}

/// Says that nothing is worth keeping, and frees what is kept.
pub(crate) fn keep_none() {
    WANTED.store(0, site!(SPARE_WANT: Relaxed)); // Relaxed: a wish.
    for place in [&DIRTY, &CLEAN] {
        let entry = take(place);
        if !entry.is_null() {
            free(entry);
        }
    }
}

/// Memory of this layout, all zero, if there is some.
pub(crate) fn reuse(layout: Layout) -> Option<NonNull<u8>> {
    let entry = NonNull::new(take(&CLEAN))?;
    // SAFETY: a kept entry, which is ours alone.
    if unsafe { entry.as_ref() }.layout != layout {
        keep_or_free(&CLEAN, entry.as_ptr());
        return None;
    }
    epoch::sub_pending(layout.size());
    let memory: NonNull<u8> = entry.cast();
    // SAFETY: the memory is ours, and everything behind the entry is cleared.
    unsafe { memory.write_bytes(0, size_of::<Entry>()) };
    Some(memory)
}

/// Takes what stands in one of the places.
fn take(place: &AtomicPtr<Entry>) -> *mut Entry {
    // Relaxed: nothing is read through it; a miss leaves the work to a later call.
    if place.load(site!(DISCARD_PEEK: Relaxed)).is_null() {
        return ptr::null_mut();
    }
    // Acquire: DISCARD edge, pairs with DISCARD_PUSH and SPARE_PUT.
    place.swap(ptr::null_mut(), site!(DISCARD_TAKE: Acquire))
}

/// Puts an entry that is ours into a place, if it is worth keeping and the place is free.
fn keep_or_free(place: &AtomicPtr<Entry>, entry: *mut Entry) {
    // SAFETY: the entry is ours alone.
    let layout = unsafe { (*entry).layout };
    // Relaxed: a wish; one that comes too late is met by a later call, or by the exchange below, which then fails.
    let wanted = WANTED.load(site!(SPARE_ASK: Relaxed)) == layout.size();
    // Release: DISCARD edge: what is cleared. Relaxed on failure: not used.
    let put = || place.compare_exchange(ptr::null_mut(), entry, site!(SPARE_PUT: Release), site!(SPARE_LOST: Relaxed));
    if !wanted || put().is_err() {
        free(entry);
    }
}

/// Frees an entry that is ours.
fn free(entry: *mut Entry) {
    // SAFETY: the entry is ours alone.
    let layout = unsafe { (*entry).layout };
    // SAFETY: allocated with this layout, as the contract of `push` says.
    unsafe { dealloc(entry.cast(), layout) };
    epoch::sub_pending(layout.size());
}

/// Clears some bytes of an entry that is ours. Returns whether some are left.
fn clear(entry: *mut Entry) -> bool {
    // SAFETY: the entry is ours alone.
    let Entry { layout, cleared, .. } = unsafe { entry.read() };
    let bytes = CLEARED_AT_A_TIME.min(layout.size() - cleared);
    // SAFETY: inside the allocation, as `cleared` is not larger than its size.
    let from = unsafe { entry.cast::<u8>().add(cleared) };
    // SAFETY: so many bytes follow there.
    unsafe { from.write_bytes(0, bytes) };
    // SAFETY: as above.
    unsafe { (*entry).cleared = cleared + bytes };
    cleared + bytes < layout.size()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::alloc::{alloc, alloc_zeroed};

    /// One test, since what is kept belongs to the process.
    #[test]
    fn what_is_kept_comes_back_cleared() {
        let layout = Layout::from_size_align(3 * CLEARED_AT_A_TIME + 48, 16).expect("a small one");
        let discard = |layout: Layout| {
            // SAFETY: the layout has a size.
            let memory = NonNull::new(unsafe { alloc(layout) }).expect("there is memory");
            // SAFETY: so many bytes are there.
            unsafe { memory.write_bytes(0xFF, layout.size()) };
            // SAFETY: allocated above.
            unsafe { push(memory, layout) };
            memory
        };
        discard(layout);
        free_all();
        assert_eq!(reuse(layout), None, "nothing is kept that was not asked for");
        keep(layout.size());
        let discarded = [discard(layout), discard(layout)];
        for _ in 0..3 {
            free_all();
            assert_eq!(reuse(layout), None, "it is not cleared yet");
        }
        free_all();
        let other = Layout::from_size_align(64, 16).expect("a small one");
        assert_eq!(reuse(other), None, "another layout");
        let memory = reuse(layout).expect("it is cleared");
        assert!(discarded.contains(&memory));
        // SAFETY: so many bytes are there, initialised, and ours alone.
        let bytes = unsafe { core::slice::from_raw_parts(memory.as_ptr(), layout.size()) };
        assert!(bytes.iter().all(|&byte| byte == 0));
        assert_eq!(reuse(layout), None, "there is one only");
        // SAFETY: it is ours.
        unsafe { push(memory, layout) };
        free_all();
        keep_none();
        (0..5).for_each(|_| free_all());
        assert_eq!(reuse(layout), None, "it is freed");
        // SAFETY: the layout has a size.
        let memory = NonNull::new(unsafe { alloc_zeroed(layout) }).expect("there is memory");
        // SAFETY: allocated above.
        unsafe { push(memory, layout) };
        free_all();
    }
}
