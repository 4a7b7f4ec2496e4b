//! A large allocation that nobody uses any more, and what the list of them keeps at its start.
#![allow(unsafe_code)] // Raw memory, whose entry stands in it.

use super::epoch;
use super::thread::ThreadIndex;
use core::alloc::Layout;
use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};
use std::alloc::dealloc;

/// Bytes cleared at a time: a few microseconds.
pub(crate) const CLEARED_AT_A_TIME: usize = 32 << 10;

/// What stands at the start of discarded memory.
pub(crate) struct Entry {
    next: *mut Entry,
    layout: Layout,
    /// Bytes from here on are not zero yet.
    cleared: usize,
}

/// Discarded memory that is ours alone. It is freed when this is dropped.
pub(crate) struct Discarded(NonNull<Entry>);

impl Discarded {
    /// # Safety
    /// `memory` was allocated with `layout`, which holds at least an `Entry`, and is not used any more.
    pub(crate) unsafe fn new(memory: NonNull<u8>, layout: Layout) -> Self {
        epoch::add_pending(layout.size(), ThreadIndex::SHARED);
        debug_assert!(layout.size() >= size_of::<Entry>() && layout.align() >= align_of::<Entry>());
        let entry: NonNull<Entry> = memory.cast();
        // SAFETY: the memory is ours, large enough and aligned, by the contract of this function.
        unsafe { entry.write(Entry { next: ptr::null_mut(), layout, cleared: size_of::<Entry>() }) };
        Self(entry)
    }

    /// Gives up the ownership.
    pub(crate) fn into_raw(self) -> NonNull<Entry> {
        ManuallyDrop::new(self).0
    }

    /// # Safety
    /// `entry` came from `into_raw`, and nobody else takes it back.
    pub(crate) unsafe fn from_raw(entry: NonNull<Entry>) -> Self {
        Self(entry)
    }

    fn entry(&self) -> &Entry {
        // SAFETY: `new` wrote the entry, and it is ours alone, so nobody changes it while `self` is borrowed.
        unsafe { self.0.as_ref() }
    }

    fn entry_mut(&mut self) -> &mut Entry {
        // SAFETY: as for `entry`; nobody reads it while `self` is borrowed exclusively.
        unsafe { self.0.as_mut() }
    }

    /// The next one in the list.
    pub(crate) fn next(&self) -> *mut Entry {
        self.entry().next
    }

    pub(crate) fn set_next(&mut self, next: *mut Entry) {
        self.entry_mut().next = next;
    }

    pub(crate) fn layout(&self) -> Layout {
        self.entry().layout
    }

    /// Clears some bytes. Returns whether some are left.
    pub(crate) fn clear(&mut self) -> bool {
        let Entry { layout, cleared, .. } = *self.entry();
        let bytes = CLEARED_AT_A_TIME.min(layout.size() - cleared);
        // SAFETY: inside the allocation, as `cleared` is not larger than its size.
        let from = unsafe { self.0.cast::<u8>().add(cleared) };
        // SAFETY: so many bytes follow there.
        unsafe { from.write_bytes(0, bytes) };
        self.entry_mut().cleared = cleared + bytes;
        cleared + bytes < layout.size()
    }

    /// The memory, all zero, if everything behind the entry is cleared.
    pub(crate) fn into_zeroed(self) -> NonNull<u8> {
        debug_assert_eq!(self.entry().cleared, self.layout().size());
        epoch::sub_pending(self.layout().size());
        let memory: NonNull<u8> = ManuallyDrop::new(self).0.cast();
        // SAFETY: the memory is ours, and large enough for an entry.
        unsafe { memory.write_bytes(0, size_of::<Entry>()) };
        memory
    }
}

impl Drop for Discarded {
    fn drop(&mut self) {
        let layout = self.layout();
        // SAFETY: allocated with this layout, as the contract of `new` says.
        unsafe { dealloc(self.0.as_ptr().cast(), layout) };
        epoch::sub_pending(layout.size());
    }
}
