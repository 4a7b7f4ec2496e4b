//! Keys that count how often they are compared.

use std::cell::Cell;
use std::hash::{Hash, Hasher};

thread_local! {
    static COMPARISONS: Cell<u64> = const { Cell::new(0) };
}

/// Counts how often it is compared.
#[derive(Debug)]
pub(crate) struct Compared(pub(crate) u64);

impl PartialEq for Compared {
    fn eq(&self, other: &Self) -> bool {
        note();
        self.0 == other.0
    }
}

impl Eq for Compared {}

impl Hash for Compared {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0.to_le_bytes());
    }
}

/// A comparison was made.
pub(crate) fn note() {
    COMPARISONS.set(COMPARISONS.get() + 1);
}

/// What an operation returns, and how many comparisons it has made.
pub(crate) fn comparisons<R>(operation: impl FnOnce() -> R) -> (R, u64) {
    let before = COMPARISONS.get();
    let result = operation();
    (result, COMPARISONS.get() - before)
}
