//! An allocator that counts live bytes of all threads.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, AtomicU64, Ordering::Relaxed};

struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as isize, Relaxed);
        // SAFETY: by the contract of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as isize, Relaxed);
        // SAFETY: by the contract of this function.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as isize, Relaxed);
        // SAFETY: by the contract of this function.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

pub(crate) fn live() -> isize {
    LIVE.load(Relaxed)
}

/// The highest number of live bytes in each tenth of some work of many threads.
pub(crate) struct Tenths {
    base: isize,
    total: u64,
    done: AtomicU64,
    peaks: [AtomicIsize; 10],
}

impl Tenths {
    /// Of so many operations. Bytes that live now do not count.
    pub(crate) fn of(total: u64) -> Self {
        Self { base: live(), total, done: AtomicU64::new(0), peaks: [const { AtomicIsize::new(0) }; 10] }
    }

    /// So many more are done.
    pub(crate) fn note(&self, operations: u64) {
        let done = self.done.fetch_add(operations, Relaxed).min(self.total - 1);
        self.peaks[(done * 10 / self.total) as usize].fetch_max(live() - self.base, Relaxed);
    }

    /// That the later half of the work needs no more than the first, but for the room that a table takes when it doubles.
    pub(crate) fn assert_plateau(self) -> [isize; 10] {
        let peaks = self.peaks.map(AtomicIsize::into_inner);
        let (early, late) = (median(&peaks[..5]), median(&peaks[5..]));
        assert!(late <= 2 * early + (4 << 20), "live bytes grow: {peaks:?}");
        peaks
    }
}

/// The one in the middle. A single reading says little: while a thread is not running, whatever it could see is kept, for as long
/// as the machine likes.
fn median(readings: &[isize]) -> isize {
    let mut readings = readings.to_vec();
    readings.sort_unstable();
    readings[readings.len() / 2]
}
