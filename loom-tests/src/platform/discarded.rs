//! Discarded memory as cells of loom's, which show whether who takes it comes behind who left it.

use super::birth::Birth;
use core::alloc::Layout;
use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};
use loom::cell::UnsafeCell;

/// It takes so many steps to clear.
const PIECES: usize = 2;

pub(crate) struct Entry {
    content: UnsafeCell<Content>,
    /// Counts it.
    birth: Birth,
}

#[derive(Clone, Copy)]
struct Content {
    next: *mut Entry,
    layout: Layout,
    cleared: usize,
}

pub(crate) struct Discarded(NonNull<Entry>);

// SAFETY: it is owned, and its content can be read and changed on any thread.
unsafe impl Send for Discarded {}

impl Discarded {
    pub(crate) fn new(layout: Layout) -> Self {
        let content = UnsafeCell::new(Content { next: ptr::null_mut(), layout, cleared: 0 });
        Self(NonNull::from(Box::leak(Box::new(Entry { content, birth: Birth::new() }))))
    }

    pub(crate) fn into_raw(self) -> NonNull<Entry> {
        ManuallyDrop::new(self).0
    }

    pub(crate) unsafe fn from_raw(entry: NonNull<Entry>) -> Self {
        Self(entry)
    }

    fn get(&self) -> Content {
        // SAFETY: owned, so alive.
        let entry = unsafe { self.0.as_ref() };
        // SAFETY: loom has checked that nobody writes it now.
        entry.content.with(|content| unsafe { *content })
    }

    fn change(&mut self, change: impl FnOnce(&mut Content)) {
        // SAFETY: owned, so alive.
        let entry = unsafe { self.0.as_ref() };
        // SAFETY: loom has checked that nobody has it now.
        entry.content.with_mut(|content| change(unsafe { &mut *content }));
    }

    pub(crate) fn next(&self) -> *mut Entry {
        self.get().next
    }

    pub(crate) fn set_next(&mut self, next: *mut Entry) {
        self.change(|content| content.next = next);
    }

    pub(crate) fn layout(&self) -> Layout {
        self.get().layout
    }

    pub(crate) fn clear(&mut self) -> bool {
        self.change(|content| content.cleared += 1);
        self.get().cleared < PIECES
    }

    /// Its address, which `free` takes back.
    pub(crate) fn into_zeroed(self) -> NonNull<u8> {
        assert_eq!(self.get().cleared, PIECES, "used again before it is cleared");
        self.into_raw().cast()
    }
}

/// Frees what was used again.
///
/// # Safety
/// `memory` came from `into_zeroed`, and is not used any more.
pub(crate) unsafe fn free(memory: NonNull<u8>) {
    drop(Discarded(memory.cast()));
}

impl Drop for Discarded {
    fn drop(&mut self) {
        self.change(|content| content.next = ptr::null_mut());
        // SAFETY: made by `new` from a box, and owned.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}
