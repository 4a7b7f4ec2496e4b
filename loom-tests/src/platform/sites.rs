//! Named accesses: which of them take a step, and mutants by environment variable.

use core::cell::{Cell, RefCell};
use core::sync::atomic::Ordering;
use std::sync::OnceLock;

/// `NAME:Ordering` weakens a site, `NAME` alone takes a rule out.
pub(crate) const MUTANT: &str = "ATOMIC_DICT_MUTANT";

/// Sites whose objects no thread loads and then changes: loom misses nothing there.
const WITHOUT_STEP: [&str; 15] = [
    "COUNT_",
    "STRIPES_",
    "CELL_",
    "OWNER_",
    "TAKE_",
    "LOAD_OWNED",
    "DENSE_OWNED",
    "DONE_COUNT",
    "KEY_AGAIN",
    "ASKED_",
    "DROPPED_",
    "RETIRED_LINK",
    "RETIRED_NEXT",
    "SNAPSHOT_OWNED",
    "SNAPSHOT_TAKE",
];

thread_local! {
    static STEP: Cell<bool> = const { Cell::new(false) };
}

thread_local! {
    /// How many threads of the model keep a trace.
    static TRACING: Cell<usize> = const { Cell::new(0) };
}

loom::thread_local! {
    /// The sites that this thread has come to since it began to keep a trace.
    static TRACE: RefCell<Vec<&'static str>> = RefCell::new(Vec::new());
}

fn mutant() -> Option<&'static (String, Option<Ordering>)> {
    static PARSED: OnceLock<Option<(String, Option<Ordering>)>> = OnceLock::new();
    PARSED
        .get_or_init(|| {
            let text = std::env::var(MUTANT).ok()?;
            let Some((name, ordering)) = text.split_once(':') else { return Some((text, None)) };
            let ordering = match ordering {
                "Relaxed" => Ordering::Relaxed,
                "Acquire" => Ordering::Acquire,
                "Release" => Ordering::Release,
                "AcqRel" => Ordering::AcqRel,
                _ => panic!("{MUTANT}: unknown ordering {ordering}"),
            };
            Some((name.to_owned(), Some(ordering)))
        })
        .as_ref()
}

/// Whether something is weakened or taken out.
pub(crate) fn mutated() -> bool {
    mutant().is_some()
}

/// The ordering of a site. The access itself comes next on this thread of the machine, and takes a step if it is to.
pub(crate) fn ordering(name: &'static str, ordering: Ordering) -> Ordering {
    STEP.set(!WITHOUT_STEP.iter().any(|prefix| name.starts_with(prefix)));
    if TRACING.get() > 0 {
        // Not for a thread that is torn down.
        let _ = TRACE.try_with(|trace| trace.borrow_mut().push(name));
    }
    match mutant() {
        Some((mutant, Some(weaker))) if mutant == name => *weaker,
        _ => ordering,
    }
}

/// The sites that a thread has come to, one after the other.
#[derive(Debug)]
pub(crate) struct Trace(Vec<&'static str>);

impl Trace {
    pub(crate) fn times(&self, site: &str) -> usize {
        self.0.iter().filter(|name| **name == site).count()
    }

    pub(crate) fn has(&self, site: &str) -> bool {
        self.times(site) > 0
    }
}

/// Runs `body`, and returns what it returns, and the sites that this thread has come to meanwhile: what else it met does not
/// always show in what it returns.
pub(crate) fn traced<R>(body: impl FnOnce() -> R) -> (R, Trace) {
    TRACING.set(TRACING.get() + 1);
    TRACE.with(|trace| trace.borrow_mut().clear());
    let result = body();
    TRACING.set(TRACING.get() - 1);
    (result, Trace(TRACE.with(RefCell::take)))
}

/// The same for one site: how many times this thread has come there.
pub(crate) fn reached<R>(site: &str, body: impl FnOnce() -> R) -> (R, usize) {
    let (result, trace) = traced(body);
    (result, trace.times(site))
}

/// Whether the access that comes now takes a step.
pub(crate) fn takes_step() -> bool {
    STEP.take()
}

/// Whether a rule is in force.
pub(crate) fn rule(name: &'static str) -> bool {
    !matches!(mutant(), Some((mutant, None)) if mutant == name)
}
