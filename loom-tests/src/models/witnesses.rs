//! What shows that the threads of a model have met: the sites that they came to, where what they return does not tell.

use super::race;
use crate::platform::sites::{self, Trace};

/// Runs two closures as threads, with the sites that each of them comes to.
pub(crate) fn race_traced<A: Send + 'static, B: Send + 'static>(
    swap: bool,
    first: impl FnOnce() -> A + Send + 'static,
    second: impl FnOnce() -> B + Send + 'static,
) -> ((A, Trace), (B, Trace)) {
    race(swap, move || sites::traced(first), move || sites::traced(second))
}

/// Runs two closures as threads, and counts how many times each of them comes to a site.
pub(crate) fn race_at<A: Send + 'static, B: Send + 'static>(
    site: &'static str,
    swap: bool,
    first: impl FnOnce() -> A + Send + 'static,
    second: impl FnOnce() -> B + Send + 'static,
) -> ((A, usize), (B, usize)) {
    race(swap, move || sites::reached(site, first), move || sites::reached(site, second))
}

/// Who has tried to put a copy into the next table.
pub(crate) fn moved_by(first: &str, copies_of_first: usize, second: &str, copies_of_second: usize) -> String {
    match (copies_of_first > 0, copies_of_second > 0) {
        (true, true) => "moved by both".to_owned(),
        (true, false) => format!("moved by the {first}"),
        (false, true) => format!("moved by the {second}"),
        (false, false) => "moved by nobody".to_owned(),
    }
}

/// Who of two has tried something, by how many times.
pub(crate) fn tried_by(first: usize, second: usize) -> &'static str {
    match (first > 0, second > 0) {
        (true, true) => "both",
        (true, false) => "first",
        (false, true) => "second",
        (false, false) => "nobody",
    }
}

/// What `delayed` says of two that meet: they cannot both be late.
pub(crate) const DELAYED: [&str; 3] = ["first delayed", "nobody delayed", "second delayed"];

/// Who of two had to try an exchange again that each of them makes once, because the other was faster.
pub(crate) fn delayed(first: usize, second: usize) -> &'static str {
    match (first > 1, second > 1) {
        (true, true) => "both delayed",
        (true, false) => "first delayed",
        (false, true) => "second delayed",
        (false, false) => "nobody delayed",
    }
}

/// What `came_to` says.
pub(crate) const PLACES: [&str; 3] = ["a frozen slot", "the next table", "the root"];

/// Where an operation beside a migration has come to: a slot that another thread had frozen, the next table, or neither.
pub(crate) fn came_to(trace: &Trace) -> &'static str {
    if trace.has("CELL_LIVE") {
        "a frozen slot"
    } else if trace.has("LOAD_NEXT") {
        "the next table"
    } else {
        "the root"
    }
}
