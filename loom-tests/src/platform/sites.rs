//! Named accesses: which of them take a step, and mutants by environment variable.

use core::cell::Cell;
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
    /// How many threads of the model count.
    static COUNTING: Cell<usize> = const { Cell::new(0) };
}

loom::thread_local! {
    /// The site that this thread counts, and how many times it has come there.
    static REACHED: Cell<(&'static str, usize)> = Cell::new(("", 0));
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
    if COUNTING.get() > 0 {
        // Not for a thread that is torn down.
        let _ = REACHED.try_with(|reached| {
            let (counted, times) = reached.get();
            reached.set((counted, times + usize::from(counted == name)));
        });
    }
    match mutant() {
        Some((mutant, Some(weaker))) if mutant == name => *weaker,
        _ => ordering,
    }
}

/// Runs `body`, and returns what it returns, and how many times this thread has come to a site meanwhile: what else it met does
/// not always show in what it returns.
pub(crate) fn reached<R>(name: &'static str, body: impl FnOnce() -> R) -> (R, usize) {
    COUNTING.set(COUNTING.get() + 1);
    REACHED.with(|reached| reached.set((name, 0)));
    let result = body();
    COUNTING.set(COUNTING.get() - 1);
    (result, REACHED.with(|reached| reached.replace(("", 0))).1)
}

/// Whether the access that comes now takes a step.
pub(crate) fn takes_step() -> bool {
    STEP.take()
}

/// Whether a rule is in force.
pub(crate) fn rule(name: &'static str) -> bool {
    !matches!(mutant(), Some((mutant, None)) if mutant == name)
}
