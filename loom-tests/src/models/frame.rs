//! What every model has: both orders of spawning, a floor of executions, outcomes that must be seen.

use crate::platform::sync::{self, Newest};
use crate::platform::{epoch, search, sites};
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

/// Runs a model in both orders of spawning (`swap`), with as many preemptions as are asked for.
pub(crate) fn model(floor: usize, expected: &[&str], body: impl Body) {
    explored(&[(asked(), Newest::None)], floor, expected, body);
}

/// The same for a long scenario: with so many preemptions; and if more are asked for, with these as well, but without old values. (What a
/// thread that comes late may still see as old multiplies its executions by thousands.)
pub(crate) fn long_model(preemptions: usize, floor: usize, expected: &[&str], body: impl Body) {
    let explorations = [(preemptions.min(asked()), Newest::None), (asked(), Newest::All)];
    let more = usize::from(asked() > preemptions);
    explored(&explorations[..=more], floor, expected, body);
}

/// What a model does in one execution.
pub(crate) trait Body: Fn(&Witnesses, bool) + Send + Sync + Copy + 'static {}

impl<F: Fn(&Witnesses, bool) + Send + Sync + Copy + 'static> Body for F {}

/// How many preemptions are asked for.
pub(crate) fn asked() -> usize {
    Builder::new().preemption_bound.unwrap_or(PREEMPTIONS)
}

/// Runs a model with each of these numbers of preemptions, and these loads that see the newest value.
pub(crate) fn explored(explorations: &[(usize, Newest)], floor: usize, expected: &[&str], body: impl Body) {
    assert!(expected.len() > 1, "a model names two outcomes at least: with one, its threads need not have met");
    let start = Instant::now();
    let witnesses = Witnesses::default();
    let executions = Arc::new(AtomicUsize::new(0));
    for (&(preemptions, newest), swap) in explorations.iter().flat_map(|each| [(each, false), (each, true)]) {
        let mut builder = Builder::new();
        builder.preemption_bound = Some(preemptions);
        builder.max_branches = 10_000;
        let (witnesses, executions) = (witnesses.clone(), Arc::clone(&executions));
        builder.check(move || {
            executions.fetch_add(1, Ordering::Relaxed);
            epoch::open_books();
            sync::model_counters(false);
            sync::load_newest(newest);
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
