//! `Published`, from outside.
//!
//! | file | properties |
//! | --- | --- |
//! | `sequential` | what each call does and returns, of any kind of value |
//! | `concurrent` | versions and values belong together and never go back; nothing published is lost |
//! | `destructors` | each value is dropped once: by publishers and `reclaim`, never by a reader; guards keep values; panics |
//!
//! The tests of one process take turns, so that no guard of another keeps what they expect to be freed.

mod concurrent;
mod destructors;
mod sequential;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Waits for the end of other tests.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
