//! The progress bar.

use indicatif::{ProgressBar, ProgressStyle};

/// Drawn between samples only: a thread that ticks would take time from the measured ones.
pub fn bar(samples: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {eta} {msg}").expect("the template is valid");
    ProgressBar::new(samples as u64).with_style(style)
}
