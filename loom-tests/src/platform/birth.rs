//! What every node carries.

use core::cell::Cell;
use loom::cell::UnsafeCell;

thread_local! {
    // Of the machine: all threads of a model run on one of its threads.
    static NODES: Cell<isize> = const { Cell::new(0) };
}

/// A cell of loom's, written when its node is made and when it is freed, and read at each access: what is read before it was published, or
/// freed before its reader is through, fails.
#[derive(Debug)]
pub(crate) struct Birth(UnsafeCell<()>);

impl Birth {
    pub(crate) fn new() -> Self {
        NODES.set(NODES.get() + 1);
        let cell = UnsafeCell::new(());
        cell.with_mut(|_| ());
        Self(cell)
    }

    pub(crate) fn assert_published(&self) {
        self.0.with(|_| ());
    }
}

impl Drop for Birth {
    fn drop(&mut self) {
        self.0.with_mut(|_| ());
        NODES.set(NODES.get() - 1);
    }
}

/// Nodes that live.
pub(crate) fn nodes() -> isize {
    NODES.get()
}

/// Begins to count anew, and returns how many nodes there were.
pub(crate) fn forget_nodes() -> isize {
    NODES.replace(0)
}
