//! Threads of which one runs at a time are quicker on one processor: a turn that ends is then a change of threads there, and
//! wakes up no other processor.
#![allow(unsafe_code)] // Calls of the operating system.

/// The processor that the calling thread runs on.
#[cfg(target_os = "linux")]
pub(super) fn current() -> Option<usize> {
    // SAFETY: takes nothing, and returns a number.
    let processor = unsafe { libc::sched_getcpu() };
    usize::try_from(processor).ok()
}

/// Keeps the calling thread on a processor, if the system lets it.
#[cfg(target_os = "linux")]
pub(super) fn stay_on(processor: usize) {
    // SAFETY: a set of bits, for which zeros are the empty set.
    let mut set: libc::cpu_set_t = unsafe { core::mem::zeroed() };
    if processor < libc::CPU_SETSIZE as usize {
        // SAFETY: the set has room for this number.
        unsafe { libc::CPU_SET(processor, &mut set) };
        // SAFETY: reads a set of this size, which lives as long as the call.
        let _refused = unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set) };
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn current() -> Option<usize> {
    None
}

#[cfg(not(target_os = "linux"))]
pub(super) fn stay_on(_processor: usize) {}
