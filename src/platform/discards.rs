//! Large allocations that a collection came across: freeing them there would stall whoever happens to collect.
//!
//! One of them may be kept, for a map that is cleaned at the same size again and again and asks for as much the next time.
//! It is cleared a piece at a time, since all at once would be a stall as well.
#![allow(unsafe_code)] // The contract of `push`.

use super::discarded::Discarded;
use super::epoch;
use super::pile::Pile;
use super::sync::{AtomicPtr, AtomicUsize};
use core::alloc::Layout;
use core::ptr::{self, NonNull};

static DISCARDS: Pile = empty();

const fn empty() -> Pile {
    Pile {
        head: AtomicPtr::new(ptr::null_mut()),
        dirty: AtomicPtr::new(ptr::null_mut()),
        clean: AtomicPtr::new(ptr::null_mut()),
        wanted: AtomicUsize::new(0),
    }
}

/// Leaves an allocation to the next call of `free_all`.
///
/// # Safety
/// `memory` was allocated with `layout`, which holds at least an entry of the list, and is not used any more.
pub(crate) unsafe fn push(memory: NonNull<u8>, layout: Layout) {
    // SAFETY: by the contract of this function.
    DISCARDS.push(unsafe { Discarded::new(memory, layout) });
}

/// Frees what collections have left, or clears a piece of what is kept: for threads that can afford the time, so not inside a
/// collection.
pub(crate) fn free_all() {
    if !epoch::collecting() {
        DISCARDS.free_all();
    }
}

/// Says that an allocation of so many bytes will be asked for again when the one that is retired now has been freed.
pub(crate) fn keep(bytes: usize) {
    DISCARDS.keep(bytes);
}

/// Says that nothing is worth keeping, and frees what is kept; in a collection it leaves that to the next call of `free_all`.
pub(crate) fn keep_none() {
    if epoch::collecting() {
        DISCARDS.keep(0);
    } else {
        DISCARDS.keep_none();
    }
}

/// Memory of this layout, all zero, if there is some.
pub(crate) fn reuse(layout: Layout) -> Option<NonNull<u8>> {
    DISCARDS.reuse(layout)
}

#[cfg(test)]
mod tests {
    use super::super::discarded::CLEARED_AT_A_TIME;
    use super::*;
    use std::alloc::alloc;

    #[test]
    fn what_is_kept_comes_back_cleared() {
        let discards = empty();
        let layout = Layout::from_size_align(3 * CLEARED_AT_A_TIME + 48, 16).expect("a small one");
        let discard = || {
            // SAFETY: the layout has a size.
            let memory = NonNull::new(unsafe { alloc(layout) }).expect("there is memory");
            // SAFETY: so many bytes are there.
            unsafe { memory.write_bytes(0xFF, layout.size()) };
            // SAFETY: allocated above.
            discards.push(unsafe { Discarded::new(memory, layout) });
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
        discards.push(unsafe { Discarded::new(memory, layout) });
        discards.free_all();
        discards.keep_none();
        (0..5).for_each(|_| discards.free_all());
        assert_eq!(discards.reuse(layout), None, "it is freed");
    }
}
