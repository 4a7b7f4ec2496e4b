//! A process of its own, for tests of what all threads of a process share: the collector, and what it leaves behind.

use std::env;
use std::process::Command;

const CHILD: &str = "ATOMIC_DICT_IT_CHILD";

/// Runs `body` in a process of its own. `test` is the path in this crate of the test that calls it.
pub(crate) fn in_a_process(test: &str, body: impl FnOnce()) {
    if env::var_os(CHILD).is_some() {
        return body();
    }
    let mut command = Command::new(env::current_exe().expect("a running executable has a path"));
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, "1").env("RUST_BACKTRACE", "0");
    let output = command.output().expect("a test can be run");
    let printed = [&*output.stdout, &*output.stderr].map(String::from_utf8_lossy).concat();
    // A process that finds no such test succeeds, too.
    let passed = output.status.success() && printed.contains("test result: ok. 1 passed;");
    assert!(passed, "{test}: {}\n{printed}", output.status);
}
