//! Tests one after the other.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Runs a test when no other one does, on a thread that has ended before the next one begins.
pub(crate) fn alone<R: Send>(test: impl FnOnce() -> R + Send) -> R {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    thread::scope(|scope| scope.spawn(test).join()).unwrap_or_else(|panic| resume_unwind(panic))
}
