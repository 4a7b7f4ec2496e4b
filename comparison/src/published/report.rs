//! The tables.

use super::{Outcome, Setup};
use crate::latency::summary::{longest, percentile, ratio};
use crate::lines::{Lines, median};

pub struct Report<'r> {
    pub setup: &'r Setup,
    pub outcome: &'r Outcome,
}

impl Report<'_> {
    pub fn text(&self) -> String {
        let Setup { rounds, threads, bytes, publications } = self.setup;
        format!(
            "read: {threads} thread(s), {rounds} rounds\n{}\n\
             publish: {bytes} bytes, {publications} times a round, beside one reader; microseconds\n{}",
            self.reads(),
            self.publications()
        )
    }

    fn reads(&self) -> String {
        let mut lines = Lines::default();
        ["cell", "M/s", "/ pin+load"].iter().for_each(|title| lines.cell(title));
        lines.end();
        let (_, floor) = &self.outcome.reads[0];
        for (name, mops) in &self.outcome.reads {
            lines.cell(name);
            lines.number(median(mops.clone()));
            lines.cell(&paired(mops, floor).map_or("-".to_owned(), |ratio| format!("{ratio:.3}")));
            lines.end();
        }
        lines.into_text()
    }

    fn publications(&self) -> String {
        let mut lines = Lines::default();
        let titles = [
            "cell",
            "publish p50",
            "p90",
            "max",
            "dispose p50",
            "read p50",
            "p99.9",
            "busy p50",
            "p99.9",
            "max",
            "p99.9 ratio",
        ];
        titles.iter().for_each(|title| lines.cell(title));
        lines.end();
        for (name, seen) in &self.outcome.publications {
            lines.cell(name);
            [50.0, 90.0].iter().for_each(|percent| lines.number(percentile(&seen.publish, *percent)));
            lines.number(longest(&seen.publish));
            lines.number(percentile(&seen.dispose, 50.0));
            // A publication can be over before the reader has read once.
            let pairs = seen.busy.iter().zip(&seen.quiet).filter(|(busy, quiet)| !busy.is_empty() && !quiet.is_empty());
            let (busy, quiet): (Vec<_>, Vec<_>) = pairs.map(|(busy, quiet)| (busy.clone(), quiet.clone())).unzip();
            for reads in [&quiet, &busy] {
                [50.0, 99.9].iter().for_each(|percent| lines.number(percentile(reads, *percent)));
            }
            lines.number(longest(&busy));
            lines.number(ratio(&busy, &quiet, 99.9));
            lines.end();
        }
        lines.into_text()
    }
}

/// The median of the rounds' ratios.
fn paired(over: &[f64], under: &[f64]) -> Option<f64> {
    median(over.iter().zip(under).map(|(over, under)| over / under).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::run;

    #[test]
    fn a_small_run_fills_every_row() {
        let setup = Setup { rounds: 2, threads: 2, bytes: 4096, publications: 2000 };
        let outcome = run(&setup);
        let text = Report { setup: &setup, outcome: &outcome }.text();
        assert!(!text.contains("NaN"), "{text}");
        assert_eq!(text.lines().count(), 1 + 8 + 1 + 1 + 4, "{text}");
        for (_, seen) in &outcome.publications {
            assert!(seen.publish.len() == 2 && seen.publish.iter().all(|round| round.len() == 2000));
        }
    }

    #[test]
    fn ratios_are_paired_per_round() {
        assert_eq!(paired(&[2.0, 4.0, 9.0], &[1.0, 4.0, 3.0]), Some(2.0));
    }
}
