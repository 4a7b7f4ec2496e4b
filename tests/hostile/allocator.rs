//! The allocator of these tests: counts live bytes, and fails when it is told to.
#![allow(unsafe_code)] // The allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicIsize, Ordering::Relaxed};

struct Hostile;

#[global_allocator]
static ALLOCATOR: Hostile = Hostile;

static LIVE: AtomicIsize = AtomicIsize::new(0);

/// When an allocation of this thread fails.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// Allocations until one fails.
    pub(crate) left: u32,
    /// Whether only memory counts that is asked for all zero, as tables and slots are.
    pub(crate) zeroed_only: bool,
    /// Called at the moment of failure, before anyone learns of it.
    pub(crate) look: fn(),
}

thread_local! {
    static PLAN: Cell<Option<Plan>> = const { Cell::new(None) };
    static FAILED: Cell<usize> = const { Cell::new(0) };
}

/// Live bytes of the process.
pub(crate) fn live() -> isize {
    LIVE.load(Relaxed)
}

/// Lets an allocation of this thread fail.
pub(crate) fn arm(plan: Plan) {
    FAILED.set(0);
    PLAN.set(Some(plan));
}

/// Ends that. Returns the size of the allocation that failed, if one did.
pub(crate) fn disarm() -> Option<usize> {
    PLAN.set(None);
    Some(FAILED.replace(0)).filter(|&bytes| bytes > 0)
}

/// Runs what may allocate whatever the plan is.
pub(crate) fn pause<R>(run: impl FnOnce() -> R) -> R {
    let plan = PLAN.take();
    let result = run();
    PLAN.set(plan);
    result
}

/// Whether an allocation of so many bytes fails.
fn fails(bytes: usize, zeroed: bool) -> bool {
    let Ok(Some(plan)) = PLAN.try_with(Cell::get) else { return false };
    if plan.zeroed_only && !zeroed {
        return false;
    }
    if plan.left > 1 {
        PLAN.set(Some(Plan { left: plan.left - 1, ..plan }));
        return false;
    }
    PLAN.set(None); // what looks may allocate
    (plan.look)();
    FAILED.set(bytes);
    true
}

fn count(bytes: usize, sign: isize) {
    LIVE.fetch_add(sign * isize::try_from(bytes).expect("an allocation is smaller"), Relaxed);
}

// SAFETY: every call goes to the system's allocator as it is, or fails as allocators may.
unsafe impl GlobalAlloc for Hostile {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if fails(layout.size(), false) {
            return null_mut();
        }
        count(layout.size(), 1);
        // SAFETY: by the contract of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if fails(layout.size(), true) {
            return null_mut();
        }
        count(layout.size(), 1);
        // SAFETY: by the contract of this function.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if fails(size, false) {
            return null_mut();
        }
        count(layout.size(), -1);
        count(size, 1);
        // SAFETY: by the contract of this function.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        // SAFETY: by the contract of this function.
        unsafe { System.dealloc(memory, layout) }
    }
}
