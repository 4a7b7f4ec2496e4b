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

/// What collections have left.
struct Discards {
    /// A list of all that is to be freed.
    head: AtomicPtr<Entry>,
    /// The one that is kept, while it is being cleared: by one thread, which has taken it out meanwhile.
    dirty: AtomicPtr<Entry>,
    /// The one that is kept, all zero behind its entry.
    clean: AtomicPtr<Entry>,
    /// The size of what is worth keeping, or 0.
    wanted: AtomicUsize,
}

static DISCARDS: Discards = Discards::new();

/// Leaves an allocation to the next call of `free_all`.
///
/// # Safety
/// `memory` was allocated with `layout`, which holds at least an `Entry`, and is not used any more.
pub(crate) unsafe fn push(memory: NonNull<u8>, layout: Layout) {
    // SAFETY: by the contract of this function.
    unsafe { DISCARDS.push(memory, layout) };
}

/// Frees what collections have left, or clears a piece of what is kept. For threads that can afford the time.
pub(crate) fn free_all() {
    DISCARDS.free_all();
}

/// Says that an allocation of so many bytes will be asked for again when the one that is retired now has been freed.
pub(crate) fn keep(bytes: usize) {
    DISCARDS.keep(bytes);
}

/// Says that nothing is worth keeping, and frees what is kept.
pub(crate) fn keep_none() {
    DISCARDS.keep_none();
}

/// Memory of this layout, all zero, if there is some.
pub(crate) fn reuse(layout: Layout) -> Option<NonNull<u8>> {
    DISCARDS.reuse(layout)
}

impl Discards {
    const fn new() -> Self {
        Self {
            head: AtomicPtr::new(ptr::null_mut()),
            dirty: AtomicPtr::new(ptr::null_mut()),
            clean: AtomicPtr::new(ptr::null_mut()),
            wanted: AtomicUsize::new(0),
        }
    }

    unsafe fn push(&self, memory: NonNull<u8>, layout: Layout) {
        epoch::add_pending(layout.size(), ThreadIndex::SHARED);
        debug_assert!(layout.size() >= size_of::<Entry>() && layout.align() >= align_of::<Entry>());
        let entry: *mut Entry = memory.as_ptr().cast();
        let mut head = self.head.load(site!(DISCARD_HEAD: Relaxed)); // Relaxed: only a guess for the exchange below.
        loop {
            // SAFETY: the memory is ours, large enough and aligned.
            unsafe { entry.write(Entry { next: head, layout, cleared: size_of::<Entry>() }) };
            // Release: DISCARD edge, pairs with DISCARD_TAKE: the entry is seen written. Relaxed on failure: a guess.
            match self.head.compare_exchange(head, entry, site!(DISCARD_PUSH: Release), site!(DISCARD_LOST: Relaxed)) {
                Ok(_) => return,
                Err(seen) => head = seen,
            }
        }
    }

    fn free_all(&self) {
        // The list is taken whole, so no entry can come back meanwhile.
        let mut entry = take(&self.head);
        while !entry.is_null() {
            // SAFETY: `push` wrote the entry, and taking the list made it ours alone.
            let next = unsafe { (*entry).next };
            self.keep_or_free(&self.dirty, entry);
            entry = next;
        }
        let entry = take(&self.dirty);
        if !entry.is_null() {
            let rest = clear(entry);
            self.keep_or_free(if rest { &self.dirty } else { &self.clean }, entry);
        }
        if self.wanted.load(site!(SPARE_ASK: Relaxed)) == 0 {
            // Relaxed: a wish. One that has changed just when something was kept is met here.
            free_kept(&self.clean);
        }
    }

    fn keep(&self, bytes: usize) {
        self.wanted.store(bytes, site!(SPARE_WANT: Relaxed)); // Relaxed: a wish.
    }

    fn keep_none(&self) {
        // Relaxed: a wish; looked at first, so that threads that drop small maps share the line.
        if self.wanted.load(site!(SPARE_ASK: Relaxed)) != 0 {
            self.keep(0);
            free_kept(&self.dirty);
            free_kept(&self.clean);
        }
    }

    fn reuse(&self, layout: Layout) -> Option<NonNull<u8>> {
        let entry = NonNull::new(take(&self.clean))?;
        // SAFETY: a kept entry, which is ours alone.
        if unsafe { entry.as_ref() }.layout != layout {
            self.keep_or_free(&self.clean, entry.as_ptr());
            return None;
        }
        epoch::sub_pending(layout.size());
        let memory: NonNull<u8> = entry.cast();
        // SAFETY: the memory is ours, and everything behind the entry is cleared.
        unsafe { memory.write_bytes(0, size_of::<Entry>()) };
        Some(memory)
    }

    /// Puts an entry that is ours into a place, if it is worth keeping and the place is free.
    fn keep_or_free(&self, place: &AtomicPtr<Entry>, entry: *mut Entry) {
        // SAFETY: the entry is ours alone.
        let layout = unsafe { (*entry).layout };
        // Relaxed: a wish. What is kept although the wish has just changed is freed by the next call of `free_all`.
        let wanted = self.wanted.load(site!(SPARE_ASK: Relaxed)) == layout.size();
        // Release: DISCARD edge: what is cleared. Relaxed on failure: not used.
        let put =
            || place.compare_exchange(ptr::null_mut(), entry, site!(SPARE_PUT: Release), site!(SPARE_LOST: Relaxed));
        if !wanted || put().is_err() {
            free(entry);
        }
    }
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

/// Frees what stands in one of the places.
fn free_kept(place: &AtomicPtr<Entry>) {
    let entry = take(place);
    if !entry.is_null() {
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
    use std::alloc::alloc;

    #[test]
    fn what_is_kept_comes_back_cleared() {
        let discards = Discards::new();
        let layout = Layout::from_size_align(3 * CLEARED_AT_A_TIME + 48, 16).expect("a small one");
        let discard = || {
            // SAFETY: the layout has a size.
            let memory = NonNull::new(unsafe { alloc(layout) }).expect("there is memory");
            // SAFETY: so many bytes are there.
            unsafe { memory.write_bytes(0xFF, layout.size()) };
            // SAFETY: allocated above.
            unsafe { discards.push(memory, layout) };
            memory
        };
        discard();
        discards.free_all();
        assert_eq!(discards.reuse(layout), None, "nothing is kept that was not asked for");
        discards.keep(layout.size());
        let discarded = [discard(), discard()];
        for _ in 0..3 {
            discards.free_all();
            assert_eq!(discards.reuse(layout), None, "it is not cleared yet");
        }
        discards.free_all();
        let other = Layout::from_size_align(64, 16).expect("a small one");
        assert_eq!(discards.reuse(other), None, "another layout");
        let memory = discards.reuse(layout).expect("it is cleared");
        assert!(discarded.contains(&memory));
        // SAFETY: so many bytes are there, initialised, and ours alone.
        let bytes = unsafe { core::slice::from_raw_parts(memory.as_ptr(), layout.size()) };
        assert!(bytes.iter().all(|&byte| byte == 0));
        assert_eq!(discards.reuse(layout), None, "there is one only");
        // SAFETY: it is ours.
        unsafe { discards.push(memory, layout) };
        discards.free_all();
        discards.keep_none();
        (0..5).for_each(|_| discards.free_all());
        assert_eq!(discards.reuse(layout), None, "it is freed");
    }
}
