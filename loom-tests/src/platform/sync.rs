//! Loom's atomics.

pub(crate) use loom::hint::spin_loop;
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU64, AtomicUsize};

use core::sync::atomic::Ordering;

/// Nothing. Loom lets all SeqCst fences synchronise with each other, which would hide missing edges; what the fence is
/// for is argued in words.
pub(crate) fn fence(_ordering: Ordering) {}

pub(crate) fn prefetch<T>(_address: *const T) {}
