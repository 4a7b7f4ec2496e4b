//! Tests one after the other, or in processes of their own.

use std::env;
use std::panic::resume_unwind;
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};
use std::thread;

const PART: &str = "ATOMIC_DICT_HOSTILE_PART";

/// Runs a test when no other one does, on a thread that has ended before the next one begins.
pub(crate) fn alone<R: Send>(test: impl FnOnce() -> R + Send) -> R {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    thread::scope(|scope| scope.spawn(test).join()).unwrap_or_else(|panic| resume_unwind(panic))
}

/// What a child process is to do, if this is one.
pub(crate) fn part() -> Option<String> {
    env::var(PART).ok()
}

/// Runs one test (by its path in this crate) in a process of its own, where `part()` returns `part`.
pub(crate) fn child(test: &str, part: &str) -> Output {
    let mut command = Command::new(env::current_exe().expect("a running executable has a path"));
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(PART, part);
    command.output().expect("a test can be run")
}

/// What a process has printed.
pub(crate) fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
