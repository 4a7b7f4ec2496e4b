//! The models, and what every one of them must show.
//!
//! A model is a small scenario that loom runs in every interleaving it can reach. It fails if an assertion in it fails,
//! and also
//! - if fewer executions than its *floor* were explored: then something hides the interleavings;
//! - if an outcome that it names was never seen, or one was seen that it does not name (its *witnesses*);
//! - if a node is used after its grace period, retired twice, leaked, or read before it was published.
//!
//! The columns "killed by" of `docs/TRANSITIONS.md` name the model that must fail when a site is weakened or a rule taken
//! out; `mutants` runs each of these in a process of its own.

mod api;
mod claims;
mod counts;
mod keys;
mod late;
mod migration;
mod mutants;
mod vacuity;
mod values;

pub(crate) use api::*;

use crate::platform::epoch;
use loom::model::Builder;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Where the threads of an execution leave what they saw.
#[derive(Clone, Default)]
pub(crate) struct Witnesses(Arc<Mutex<BTreeSet<String>>>);

impl Witnesses {
    pub(crate) fn saw(&self, outcome: impl ToString) {
        self.0.lock().expect("no panic while it is held").insert(outcome.to_string());
    }
}

/// Runs a model in both orders of spawning (`swap`), with two preemptions, or as many as `LOOM_MAX_PREEMPTIONS` says.
pub(crate) fn model(floor: usize, expected: &[&str], body: impl Fn(&Witnesses, bool) + Send + Sync + Copy + 'static) {
    let start = Instant::now();
    let witnesses = Witnesses::default();
    let executions = Arc::new(AtomicUsize::new(0));
    for swap in [false, true] {
        let mut builder = Builder::new();
        if builder.preemption_bound.is_none() {
            builder.preemption_bound = Some(2);
        }
        builder.max_branches = 10_000;
        let (witnesses, executions) = (witnesses.clone(), Arc::clone(&executions));
        builder.check(move || {
            executions.fetch_add(1, Ordering::Relaxed);
            epoch::open_books();
            body(&witnesses, swap);
            epoch::close_books();
        });
    }
    let executions = executions.load(Ordering::Relaxed);
    println!("{executions} executions in {:?}", start.elapsed());
    assert!(executions >= floor, "only {executions} executions were explored, {floor} are expected");
    let seen = witnesses.0.lock().expect("the model is over");
    let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
    assert_eq!(*seen, expected, "outcomes seen and expected");
}

/// Runs two closures as threads, the second first if `swap`.
pub(crate) fn race<A: Send + 'static, B: Send + 'static>(
    swap: bool,
    first: impl FnOnce() -> A + Send + 'static,
    second: impl FnOnce() -> B + Send + 'static,
) -> (A, B) {
    let join = "a thread of the model panicked";
    if swap {
        let second = loom::thread::spawn(second);
        let first = loom::thread::spawn(first);
        (first.join().expect(join), second.join().expect(join))
    } else {
        let first = loom::thread::spawn(first);
        let second = loom::thread::spawn(second);
        (first.join().expect(join), second.join().expect(join))
    }
}
