//! A test in a process of its own, where no thread of another one is pinned or counted.

use std::env;
use std::process::{Command, Stdio};

const ALONE: &str = "ATOMIC_DICT_ALONE";

/// Variables that make runs so long that their progress is shown.
const LONG: [&str; 2] = ["HISTORIES_SCALE", "PROGRESS_SCALE"];

/// Runs `body` in a process that runs nothing but `test`, the test that calls this, by its path in the crate.
pub(crate) fn alone(test: &str, body: impl FnOnce()) {
    if env::var_os(ALONE).is_some() {
        return body();
    }
    let mut command = Command::new(env::current_exe().expect("a running executable has a path"));
    let is_long = LONG.iter().any(|name| env::var_os(name).is_some());
    command.stderr(if is_long { Stdio::inherit() } else { Stdio::piped() });
    let output = command.args([test, "--exact", "--nocapture"]).env(ALONE, "1").output().expect("a test can be run");
    print!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{test} fails alone");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "there is no test {test}");
}
