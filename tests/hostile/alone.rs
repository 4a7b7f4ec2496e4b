//! Tests one after the other.

use rayon::ThreadPoolBuilder;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Runs a test when no other one does, on a thread that has ended before the next one begins.
pub(crate) fn alone<R: Send>(test: impl FnOnce() -> R + Send) -> R {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    thread::scope(|scope| scope.spawn(test).join()).unwrap_or_else(|panic| resume_unwind(panic))
}

/// The same on the only thread of a rayon pool, which does by itself what is to be done by all: a fuse is of one thread.
pub(crate) fn alone_in_a_pool<R: Send>(test: impl FnOnce() -> R + Send) -> R {
    alone(|| {
        let pool = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        pool.expect("a new thread is in no pool").install(test)
    })
}
