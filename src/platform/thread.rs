//! A dense number for each living thread.

use super::index_pool::IndexPool;
use super::site;
use super::sync::{AtomicU64, AtomicUsize};

/// Threads beyond 64 times this many share their counters.
const POOL_WORDS: usize = 16;

static POOL: IndexPool<POOL_WORDS> = IndexPool { words: [const { AtomicU64::new(0) }; POOL_WORDS] };

/// The number of a thread, its own until it is dropped.
#[derive(Debug)]
pub(crate) struct ThreadIndex(Option<usize>);

impl ThreadIndex {
    /// The number of those who have none.
    pub(crate) const SHARED: usize = usize::MAX;

    pub(crate) fn acquire() -> Self {
        Self(POOL.acquire())
    }

    /// The number, or `SHARED`.
    pub(crate) fn get(&self) -> usize {
        self.0.unwrap_or(Self::SHARED)
    }
}

impl Drop for ThreadIndex {
    fn drop(&mut self) {
        if let Some(index) = self.0 {
            POOL.release(index);
        }
    }
}

/// How many counters are worth having: threads that can run at once, and as many that come and go.
pub(crate) fn stripes() -> usize {
    static STRIPES: AtomicUsize = AtomicUsize::new(0);
    // Relaxed: the number stands for itself, and every thread computes the same.
    match STRIPES.load(site!(STRIPES_LOAD: Relaxed)) {
        0 => {
            let cores = std::thread::available_parallelism().map_or(4, core::num::NonZero::get);
            let stripes = (cores * 2).next_power_of_two().min(256);
            STRIPES.store(stripes, site!(STRIPES_STORE: Relaxed));
            stripes
        }
        stripes => stripes,
    }
}
