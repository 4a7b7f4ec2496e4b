//! A test in a process of its own, where no thread of another one is pinned or counted.

use std::env;
use std::process::{Child, Command, Stdio};

/// Names the part that a process is for.
const ALONE: &str = "ATOMIC_DICT_ALONE";

/// Variables that make runs so long that their progress is shown.
const LONG: [&str; 2] = ["HISTORIES_SCALE", "PROGRESS_SCALE"];

/// Runs `body` in a process that runs nothing but `test`, the test that calls this, by its path in the crate.
pub(crate) fn alone(test: &str, body: impl FnOnce()) {
    in_parts(test, &["whole"], |_| body());
}

/// The same in as many processes as there are parts, all at once. Returns what they have printed, but in these processes nothing.
pub(crate) fn in_parts(test: &str, parts: &[&str], body: impl FnOnce(&str)) -> Option<String> {
    if let Ok(part) = env::var(ALONE) {
        body(&part);
        return None;
    }
    let children: Vec<_> = parts.iter().map(|part| start(test, part)).collect();
    // All of them have ended before one is found to have failed.
    let outputs: Vec<_> =
        children.into_iter().map(|child| child.wait_with_output().expect("the child is ours")).collect();
    let mut all = String::new();
    for output in outputs {
        let printed = String::from_utf8_lossy(&output.stdout);
        print!("{printed}{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{test} fails alone");
        assert!(printed.contains("1 passed"), "there is no test {test}");
        all.push_str(&printed);
    }
    Some(all)
}

fn start(test: &str, part: &str) -> Child {
    let is_long = LONG.iter().any(|name| env::var_os(name).is_some());
    Command::new(env::current_exe().expect("a running executable has a path"))
        .args([test, "--exact", "--nocapture"])
        .env(ALONE, part)
        .stdout(Stdio::piped())
        .stderr(if is_long { Stdio::inherit() } else { Stdio::piped() })
        .spawn()
        .expect("a test can be run")
}
