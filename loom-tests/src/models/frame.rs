//! What every model has: both orders of spawning, a floor of executions, outcomes that must be seen.

use crate::platform::{epoch, search, sites, sync};
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

/// Unless `LOOM_MAX_PREEMPTIONS` says how many.
const PREEMPTIONS: usize = 2;

/// Runs a model in both orders of spawning (`swap`), with [`PREEMPTIONS`].
pub(crate) fn model(floor: usize, expected: &[&str], body: impl Fn(&Witnesses, bool) + Send + Sync + Copy + 'static) {
    model_with_preemptions(PREEMPTIONS, floor, expected, body);
}

/// The same for a long scenario whose outcomes need fewer preemptions; if more than usual are asked for, so many more.
pub(crate) fn model_with_preemptions(
    preemptions: usize,
    floor: usize,
    expected: &[&str],
    body: impl Fn(&Witnesses, bool) + Send + Sync + Copy + 'static,
) {
    assert!(expected.len() > 1, "a model names two outcomes at least: with one, its threads need not have met");
    let start = Instant::now();
    let witnesses = Witnesses::default();
    let executions = Arc::new(AtomicUsize::new(0));
    for swap in [false, true] {
        let mut builder = Builder::new();
        let asked = builder.preemption_bound.unwrap_or(PREEMPTIONS);
        builder.preemption_bound = Some((preemptions + asked).saturating_sub(PREEMPTIONS));
        builder.max_branches = 10_000;
        let (witnesses, executions) = (witnesses.clone(), Arc::clone(&executions));
        builder.check(move || {
            executions.fetch_add(1, Ordering::Relaxed);
            epoch::open_books();
            sync::model_counters(false);
            sync::load_newest(false);
            search::search_as_users(false);
            body(&witnesses, swap);
            epoch::close_books();
        });
    }
    let executions = executions.load(Ordering::Relaxed);
    println!("{executions} executions in {:?}", start.elapsed());
    let seen = witnesses.0.lock().expect("the model is over");
    let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
    if sites::mutated() {
        // A mutant is killed by what it does, not by what it leaves out.
        assert!(seen.is_subset(&expected), "outcomes seen and expected: {seen:?}, {expected:?}");
    } else {
        assert!(executions >= floor, "only {executions} executions were explored, {floor} are expected");
        assert_eq!(*seen, expected, "outcomes seen and expected");
    }
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
