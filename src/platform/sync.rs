//! The atomics of the crate, and the two ways of waiting.

pub(crate) use core::hint::spin_loop;
use core::sync::atomic::Ordering;
pub(crate) use core::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, fence};
pub(crate) use std::thread::yield_now;

/// A store that comes before an exchange of the same thread in the total order; one must follow.
///
/// On x86-64 a SeqCst store is an exchange of its own, but the one that follows makes every earlier store of its thread visible
/// to all others at one moment, before its own: so a plain store is enough.
#[inline(always)]
pub(crate) fn store_before_exchange(byte: &AtomicU8, value: u8, ordering: Ordering) {
    // The Release part of the exchange keeps the compiler from moving the store behind it.
    byte.store(value, if cfg!(target_arch = "x86_64") { Ordering::Release } else { ordering });
}

/// Asks for the cache line of `address`, which need not be valid.
#[inline(always)]
#[allow(unsafe_code)] // The intrinsic is unsafe by signature only.
pub(crate) fn prefetch<T>(address: *const T) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: a prefetch reads nothing that the program can observe and faults on no address; SSE is part of every
    // x86-64 target.
    unsafe {
        core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_T0 }>(address.cast());
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = address;
}
