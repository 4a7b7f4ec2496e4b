//! Whether a model that runs in a process of its own failed, and for a reason of its own.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What loom says of an access that is not ordered, and of threads that wait for each other. Its other panics say that a
/// model is too large for it.
const REASONS_OF_LOOM: [&str; 2] = ["Causality violation", "deadlock"];

/// A file of ours that says of a mutant that there is no such thing.
const NAMES_OF_MUTANTS: &str = "platform/sites.rs";

/// What was wrong in the one test of a process, by all that the process has printed: the first panic since it began. `None`
/// if no test began, or if that panic is not one of our own sources (which a build names by relative paths).
pub(crate) fn reason(output: &str) -> Option<&str> {
    let (_, since) = output.split_once("running 1 test\n")?;
    let (_, panic) = since.split_once("panicked at ")?;
    let (place, message) = panic.split_once(":\n")?;
    let ours = !place.starts_with('/') && !place.contains(NAMES_OF_MUTANTS);
    let message = message.lines().next()?;
    (ours || REASONS_OF_LOOM.iter().any(|reason| message.contains(reason))).then_some(message)
}

/// Runs a process, and returns why its one test failed. `None` if it passed, if it failed for another reason, or if it had not
/// ended after `patience`.
pub(crate) fn reason_of(mut command: Command, patience: Duration) -> Option<String> {
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    // One pipe for both, so that what is printed stands in its order.
    command.stdin(Stdio::null()).stdout(writer.try_clone().expect("a second end")).stderr(writer);
    let mut child = command.spawn().expect("a test can be run");
    drop(command); // and with it our own ends to write to
    let printed = std::thread::spawn(move || {
        let mut printed = Vec::new();
        reader.read_to_end(&mut printed).expect("the pipe can be read");
        String::from_utf8_lossy(&printed).into_owned()
    });
    let start = Instant::now();
    let failed = loop {
        if let Some(status) = child.try_wait().expect("the child is ours") {
            break !status.success();
        }
        if start.elapsed() > patience {
            child.kill().expect("the child is ours");
            child.wait().expect("the child is ours");
            break false;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let printed = printed.join().expect("the reader does not panic");
    failed.then(|| reason(&printed).map(str::to_owned))?
}

#[test]
fn reasons_are_told_from_accidents() {
    let run = |place: &str, message: &str| {
        let output =
            format!("\nrunning 1 test\n\nthread 'models::a_model' (7) panicked at {place}:5:9:\n{message}\nnote: …\n");
        reason(&output).map(str::to_owned)
    };
    let ours = "loom-tests/src/models/late.rs";
    let loom = "/home/user/.cargo/registry/src/index/loom-0.7.2/src/rt/path.rs";
    assert_eq!(run(ours, "assertion failed: false").as_deref(), Some("assertion failed: false"));
    assert!(run(loom, "Causality violation: Concurrent write accesses.").is_some());
    assert!(run(loom, "deadlock; threads = [(Id(0), Blocked)]").is_some());
    assert_eq!(run(loom, "Model exceeded maximum number of branches. This is often caused by…"), None);
    assert_eq!(run("loom-tests/src/platform/sites.rs", "unknown ordering"), None);
    assert_eq!(reason("\nrunning 0 tests\n\ntest result: ok. 0 passed; 0 failed\n"), None);
    assert_eq!(reason("\nrunning 1 test\n"), None, "it ended without a word");
    assert_eq!(reason("thread 'main' panicked at src/lib.rs:1:1:\nbefore the test"), None);
}

#[test]
fn a_process_without_a_test_has_no_reason() {
    let mut command = Command::new(std::env::current_exe().expect("a running executable has a path"));
    command.args(["models::there_is_no_such_model", "--exact", "--nocapture"]);
    assert_eq!(reason_of(command, Duration::from_secs(60)), None);
}
