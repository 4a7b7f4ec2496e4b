//! `Published`, from outside.
//!
//! | file | properties |
//! | --- | --- |
//! | `sequential` | what each call does and returns, of any kind of value |
//! | `concurrent` | versions and values belong together and never go back; nothing published is lost |
//! | `destructors` | each value is dropped once: by publishers and `reclaim`, never by a reader; guards keep values; panics |
//!
//! The tests of one process take turns, so that no guard of another one keeps what they expect to be freed.

mod concurrent;
mod destructors;
mod sequential;

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Does each work on a thread of its own. They have ended when it returns, and what they leave behind is handed over.
fn together(work: &[&(dyn Fn() + Sync)]) {
    thread::scope(|scope| {
        let threads: Vec<_> = work.iter().map(|work| scope.spawn(*work)).collect();
        threads.into_iter().for_each(|thread| thread.join().expect("no thread panics"));
    });
}

/// Runs a test when no other one does, and on a thread that has ended before the next one begins: what a thread does with the
/// collector at its end counts as a guard.
fn alone(test: impl FnOnce() + Send) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Err(panic) = thread::scope(|scope| scope.spawn(test).join()) {
        resume_unwind(panic);
    }
}
