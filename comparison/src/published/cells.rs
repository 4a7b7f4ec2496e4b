//! The contenders.

use std::hint::black_box;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use arc_swap::ArcSwap;
use atomic_dict::{Guard, Published, pin};
use parking_lot::RwLock;

/// Reads of a cell that holds a number.
pub trait Read: Sync {
    fn new() -> Self;

    /// So many times: what a reader does to have a reference.
    fn read(&self, times: usize);
}

/// A cell of `T`.
pub trait Cell<T>: Sync {
    /// What a publication leaves to be dropped.
    type Old;

    fn new(value: T) -> Self;
    fn with<R>(&self, visit: impl FnOnce(&T) -> R) -> R;
    fn publish(&self, value: T) -> Self::Old;
    fn dispose(&self, old: Self::Old);
}

/// An epoch pin plus an atomic load: what a cell cannot be faster than.
pub struct Bare(AtomicPtr<u64>);

impl Read for Bare {
    fn new() -> Self {
        Self(AtomicPtr::new(Box::leak(Box::new(7))))
    }

    #[inline(never)]
    fn read(&self, times: usize) {
        for _ in 0..times {
            let guard = pin();
            black_box(self.0.load(Ordering::Acquire));
            drop(guard);
        }
    }
}

/// The readers of a cell are one loop, of which only `with` differs.
#[inline(always)]
fn read<C: Cell<u64>>(cell: &C, times: usize) {
    for _ in 0..times {
        cell.with(|value| {
            black_box(std::ptr::from_ref(value));
        });
    }
}

macro_rules! readable {
    ($($name:ident),+) => {$(
        impl Read for $name<u64> {
            fn new() -> Self {
                Cell::new(7)
            }

            #[inline(never)]
            fn read(&self, times: usize) {
                read(self, times);
            }
        }
    )+};
}

readable!(Ours, Owned, ArcSwapped, ArcSwapFull, LockedArc);

pub struct Ours<T>(Published<T>);

impl<T: Send + Sync> Cell<T> for Ours<T> {
    type Old = ();

    fn new(value: T) -> Self {
        Self(Published::new(value))
    }

    #[inline(always)]
    fn with<R>(&self, visit: impl FnOnce(&T) -> R) -> R {
        let guard: Guard = pin();
        visit(self.0.load(&guard))
    }

    fn publish(&self, value: T) {
        let guard = pin();
        self.0.swap(value, &guard);
    }

    fn dispose(&self, (): ()) {
        self.0.reclaim();
    }
}

/// By references with a guard of their own.
pub struct Owned<T>(Published<T>);

impl<T: Send + Sync> Cell<T> for Owned<T> {
    type Old = ();

    fn new(value: T) -> Self {
        Self(Published::new(value))
    }

    #[inline(always)]
    fn with<R>(&self, visit: impl FnOnce(&T) -> R) -> R {
        visit(&self.0.load_owned())
    }

    fn publish(&self, value: T) {
        self.0.store(value);
    }

    fn dispose(&self, (): ()) {}
}

/// One guard for all reads of a call.
pub struct Held(Published<u64>);

impl Read for Held {
    fn new() -> Self {
        Self(Published::new(7))
    }

    #[inline(never)]
    fn read(&self, times: usize) {
        let guard = pin();
        for _ in 0..times {
            black_box(std::ptr::from_ref(self.0.load(&guard)));
        }
    }
}

pub struct ArcSwapped<T>(ArcSwap<T>);

impl<T: Send + Sync> Cell<T> for ArcSwapped<T> {
    type Old = Arc<T>;

    fn new(value: T) -> Self {
        Self(ArcSwap::from_pointee(value))
    }

    #[inline(always)]
    fn with<R>(&self, visit: impl FnOnce(&T) -> R) -> R {
        visit(&self.0.load())
    }

    fn publish(&self, value: T) -> Arc<T> {
        self.0.swap(Arc::new(value))
    }

    fn dispose(&self, old: Arc<T>) {
        drop(old);
    }
}

/// By a clone of the `Arc`.
pub struct ArcSwapFull<T>(ArcSwap<T>);

impl<T: Send + Sync> Cell<T> for ArcSwapFull<T> {
    type Old = Arc<T>;

    fn new(value: T) -> Self {
        Self(ArcSwap::from_pointee(value))
    }

    #[inline(always)]
    fn with<R>(&self, visit: impl FnOnce(&T) -> R) -> R {
        visit(&self.0.load_full())
    }

    fn publish(&self, value: T) -> Arc<T> {
        self.0.swap(Arc::new(value))
    }

    fn dispose(&self, old: Arc<T>) {
        drop(old);
    }
}

/// The lock is held while the `Arc` is cloned or replaced.
pub struct LockedArc<T>(RwLock<Arc<T>>);

impl<T: Send + Sync> Cell<T> for LockedArc<T> {
    type Old = Arc<T>;

    fn new(value: T) -> Self {
        Self(RwLock::new(Arc::new(value)))
    }

    #[inline(always)]
    fn with<R>(&self, visit: impl FnOnce(&T) -> R) -> R {
        let value = Arc::clone(&self.0.read());
        visit(&value)
    }

    fn publish(&self, value: T) -> Arc<T> {
        mem::replace(&mut *self.0.write(), Arc::new(value))
    }

    fn dispose(&self, old: Arc<T>) {
        drop(old);
    }
}
