//! Sizes and seeds of tests from the environment.

#[path = "../../tests/support/settings.rs"]
mod sizes;

pub(crate) use sizes::{number, setting};

use std::time::{SystemTime, UNIX_EPOCH};

/// The seed that a variable asks for, or another one each time.
pub(crate) fn seed(name: &str) -> u64 {
    number(name).unwrap_or_else(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| u64::from(time.subsec_nanos()))
    })
}
