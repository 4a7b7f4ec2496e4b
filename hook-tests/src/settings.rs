//! Sizes and seeds of tests from the environment.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

/// A variable that holds a number.
pub(crate) fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// The seed that a variable asks for, or another one each time.
pub(crate) fn seed(name: &str) -> u64 {
    number(name).unwrap_or_else(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| u64::from(time.subsec_nanos()))
    })
}
