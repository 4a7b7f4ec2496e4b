//! Tests in processes of their own, whose threads, collector, guards and bytes are nobody else's.

use std::env;
use std::process::{Command, Output};

const PART: &str = "ATOMIC_DICT_PART";

/// What a child process is to do, if this is one.
pub(crate) fn part() -> Option<String> {
    env::var(PART).ok()
}

/// Runs one test (by its path in this crate) in a process of its own, where `part()` returns `part`. Fails if there is no such test,
/// which would be a process that succeeds.
pub(crate) fn child(test: &str, part: &str) -> Output {
    let mut command = Command::new(env::current_exe().expect("a running executable has a path"));
    // Nobody reads where a child panicked, and to find that out takes longer than all the rest.
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(PART, part).env("RUST_BACKTRACE", "0");
    let output = command.output().expect("a test can be run");
    assert!(printed(&output).contains("running 1 test\n"), "{test} is no test:\n{}", printed(&output));
    output
}

/// Runs `body` in a process of its own, by the path of the test that calls this. Prints what it prints.
pub(crate) fn in_a_process(test: &str, body: impl FnOnce()) {
    if part().is_some() {
        return body();
    }
    let output = child(test, "1");
    print!("{}", printed(&output));
    assert!(passed(&output), "{test} fails");
}

/// Whether a child has run its test to the end.
pub(crate) fn passed(output: &Output) -> bool {
    output.status.success() && printed(output).contains("test result: ok. 1 passed;")
}

/// What a process has printed.
pub(crate) fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_child_without_a_test_is_found() {
    assert!(std::panic::catch_unwind(|| child("process::no_such_test", "1")).is_err());
    if part().is_none() {
        assert!(passed(&child("process::a_child_without_a_test_is_found", "1")));
    }
}
