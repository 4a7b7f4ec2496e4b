//! The models. Each runs in both orders of spawning, has a floor of executions, and names its outcomes: see `loom-tests`.

#[path = "../../../loom-tests/src/models/api.rs"]
mod api;
#[path = "../../../loom-tests/src/models/frame.rs"]
mod frame;
#[path = "../../../loom-tests/src/models/killed.rs"]
mod killed;

use crate::platform::birth::nodes;
use crate::platform::epoch::pin;
use crate::platform::sites::MUTANT;
use crate::platform::sync::Newest;
use crate::published::Published;
use api::{Boxed, Map};
use frame::{Body, asked, explored, race};
use loom::sync::Arc;
use std::process::Command;
use std::time::Duration;

/// With one preemption fewer than models without a collector have.
fn model(floor: usize, expected: &[&str], body: impl Body) {
    explored(&[(asked() - 1, Newest::None)], floor, expected, body);
}

/// Advances the epoch as far as others let it, and frees what is ready.
fn collect() {
    (0..3).for_each(|_| pin().flush());
}

/// The first pin of a thread collects, whose fences would stand in for that of the pin.
fn warm_up() {
    drop(pin());
}

/// A box that is replaced beside a lookup: it is freed by a deferred function.
#[test]
fn replacement_and_get() {
    model(100_000, &["10, freed", "10, waiting", "11, freed", "11, waiting"], |witnesses, swap| {
        let map = Map::<u32, Boxed>::of(&[(1, 10)]);
        let before = nodes();
        let (ours, theirs) = (map.clone(), map.clone());
        let (seen, ()) = race(
            swap,
            move || {
                warm_up();
                ours.get(1).expect("it is there all the time")
            },
            move || {
                theirs.insert(1, 11);
                collect();
            },
        );
        let freed = if nodes() == before { "freed" } else { "waiting" };
        witnesses.saw(format_args!("{seen}, {freed}"));
    });
}

/// A snapshot that is replaced beside a reader: it is freed by who publishes, when a deferred function has said that it may.
#[test]
fn publication_and_load() {
    model(40_000, &["10, dropped", "10, waiting", "11, dropped", "11, waiting"], |witnesses, swap| {
        let cell = Arc::new(Published::new(10));
        let (ours, theirs) = (Arc::clone(&cell), Arc::clone(&cell));
        let (seen, dropped) = race(
            swap,
            move || {
                warm_up();
                *ours.load(&pin())
            },
            move || {
                theirs.store(11);
                collect();
                theirs.reclaim().dropped
            },
        );
        let dropped = if dropped == 1 { "dropped" } else { "waiting" };
        witnesses.saw(format_args!("{seen}, {dropped}"));
    });
}

/// A model that does not fail without a grace period would show nothing.
#[test]
fn both_fail_without_a_grace_period() {
    for model in ["replacement_and_get", "publication_and_load"] {
        let program = std::env::current_exe().expect("a running executable has a path");
        let mut command = Command::new(program);
        command.args([&format!("models::{model}"), "--exact", "--nocapture"]).env(MUTANT, "GRACE_PERIOD");
        let reason = killed::reason_of(command, Duration::from_secs(300));
        println!("{model}: {}", reason.as_deref().unwrap_or("–"));
        assert!(reason.is_some(), "{model} passes though what is retired is freed at once");
    }
}
