//! Named accesses: a schedule point before each, and mutants by environment variable.

use core::sync::atomic::Ordering;
use loom::sync::atomic::AtomicUsize;
use std::sync::OnceLock;

/// `NAME:Ordering` weakens a site, `NAME` alone takes a rule out.
pub(crate) const MUTANT: &str = "ATOMIC_DICT_MUTANT";

loom::lazy_static! {
    static ref STEP: AtomicUsize = AtomicUsize::new(0);
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

/// The ordering of a site.
///
/// Loom keeps only the last access of an object, so a load followed by an exchange of the same word hides other threads'
/// accesses between them. A relaxed increment of one counter before every access makes each a schedule point of its own,
/// and adds no synchronisation.
pub(crate) fn ordering(name: &'static str, ordering: Ordering) -> Ordering {
    STEP.fetch_add(1, Ordering::Relaxed);
    match mutant() {
        Some((mutant, Some(weaker))) if mutant == name => *weaker,
        _ => ordering,
    }
}

/// Whether a rule is in force.
pub(crate) fn rule(name: &'static str) -> bool {
    !matches!(mutant(), Some((mutant, None)) if mutant == name)
}
