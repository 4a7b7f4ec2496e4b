//! Discarded memory as cells of loom's, which show whether who takes it comes behind who left it.

use super::birth::Birth;
use core::alloc::Layout;
use core::cell::RefCell;
use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};
use loom::cell::UnsafeCell;
use std::collections::BTreeSet;

thread_local! {
    /// Those that live, by address. Of the machine: all threads of a model run on one of its threads.
    static LIVING: RefCell<BTreeSet<usize>> = const { RefCell::new(BTreeSet::new()) };
}

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
        let entry = NonNull::from(Box::leak(Box::new(Entry { content, birth: Birth::new() })));
        LIVING.with_borrow_mut(|living| living.insert(entry.addr().get()));
        Self(entry)
    }

    pub(crate) fn into_raw(self) -> NonNull<Entry> {
        ManuallyDrop::new(self).0
    }

    pub(crate) unsafe fn from_raw(entry: NonNull<Entry>) -> Self {
        Self(entry)
    }

    fn entry(&self) -> &Entry {
        let lives = LIVING.with_borrow(|living| living.contains(&self.0.addr().get()));
        assert!(lives, "discarded memory is used by one who is not its owner");
        // SAFETY: it lives.
        unsafe { self.0.as_ref() }
    }

    fn get(&self) -> Content {
        // SAFETY: loom has checked that nobody writes it now.
        self.entry().content.with(|content| unsafe { *content })
    }

    fn change(&mut self, change: impl FnOnce(&mut Content)) {
        // SAFETY: loom has checked that nobody has it now.
        self.entry().content.with_mut(|content| change(unsafe { &mut *content }));
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
        LIVING.with_borrow_mut(|living| living.remove(&self.0.addr().get()));
        // SAFETY: made by `new` from a box, and owned.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}
