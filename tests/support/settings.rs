//! Sizes of tests from the environment.

/// A number, which may have underscores.
pub(crate) fn setting(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(default, |text| text.replace('_', "").parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}
