//! Sizes of tests from the environment.

/// A variable that holds a number, which may have underscores.
pub(crate) fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.replace('_', "").parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// What a variable says, or else a size of every day.
pub(crate) fn setting(name: &str, default: u64) -> u64 {
    number(name).unwrap_or(default)
}
