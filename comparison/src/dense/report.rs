//! The tables: medians of what the rounds gave, and the targets.

use std::fmt::Write;

use super::{Column, Load, Row, Setup};
use crate::lines::{Lines, median};

/// What a column is held to: its throughput / that of another, in a load by one thread.
const TARGETS: [(Load, Column, Column, f64); 9] = [
    (Load::Get, Column::Base, Column::Atomics, 0.95),
    (Load::CompareAndSet, Column::Base, Column::Atomics, 0.90),
    (Load::Insert, Column::Base, Column::Atomics, 0.70),
    (Load::Get, Column::Base, Column::AtomicMap, 2.0),
    (Load::CompareAndSet, Column::Base, Column::AtomicMap, 2.0),
    (Load::Insert, Column::Base, Column::AtomicMap, 2.0),
    (Load::Get, Column::Base, Column::Boxcar, 1.0),
    (Load::Get, Column::Overflow, Column::Boxcar, 1.0),
    (Load::Push, Column::Base, Column::Boxcar, 1.0),
];

/// Overflow reads / base reads, up to so many entries (whose slots stay in a core's own cache) and beyond.
const OVERFLOW_TARGETS: [(usize, f64); 2] = [(1 << 16, 0.85), (usize::MAX, 0.95)];

/// What two threads are to be worth.
const SCALING_TARGET: f64 = 1.7;
const SCALED: [Load; 3] = [Load::Get, Load::CompareAndSet, Load::Insert];

pub struct Report<'r> {
    pub setup: &'r Setup,
    pub rows: &'r [Row],
}

impl Report<'_> {
    pub fn text(&self) -> String {
        let Setup { entries, rounds, .. } = self.setup;
        let mut text = format!("{entries} entries, {rounds} rounds\n\nMillion operations per second, median\n");
        text += &self.grid(|row, column| median(row.cells[column].clone()));
        text += "\nThroughput / atomics, median of the rounds\n";
        text += &self.grid(|row, column| ratio(&row.cells[column], &row.cells[self.place(Column::Atomics)?]));
        text += "\nTargets, median of the rounds\n";
        self.targets(&mut text).expect("writing to a string");
        text
    }

    fn grid(&self, cell: impl Fn(&Row, usize) -> Option<f64>) -> String {
        let mut lines = Lines::default();
        lines.cell("");
        self.setup.columns.iter().for_each(|column| lines.cell(column.name()));
        lines.end();
        for row in self.rows {
            lines.cell(&format!("{} x{}", row.load.name(), row.threads));
            (0..self.setup.columns.len()).for_each(|column| lines.number(cell(row, column)));
            lines.end();
        }
        lines.into_text()
    }

    fn targets(&self, text: &mut String) -> std::fmt::Result {
        let one = |load| self.rows.iter().find(|row| row.load == load && row.threads == 1);
        let cells = |row: &Row, column| self.place(column).map(|place| row.cells[place].clone());
        let mut line = |what: String, ratio: Option<f64>, target: f64| {
            ratio.map_or(Ok(()), |ratio| {
                let verdict = if ratio >= target { "met" } else { "missed" };
                writeln!(text, "{what:<40} {ratio:>6.2} of {target:.2} {verdict}")
            })
        };
        for (load, column, other, target) in TARGETS {
            let ratio = one(load).and_then(|row| ratio(&cells(row, column)?, &cells(row, other)?));
            line(format!("{} {} / {}", load.name(), column.name(), other.name()), ratio, target)?;
        }
        let overflow = one(Load::Get).and_then(|row| ratio(&cells(row, Column::Overflow)?, &cells(row, Column::Base)?));
        let target = OVERFLOW_TARGETS.into_iter().find(|(entries, _)| self.setup.entries <= *entries);
        line("get overflow / base".to_owned(), overflow, target.map_or(0.0, |(_, target)| target))?;
        for load in SCALED {
            let two = self.rows.iter().find(|row| row.load == load && row.threads == 2);
            let ratio =
                two.zip(one(load)).and_then(|(two, one)| ratio(&cells(two, Column::Base)?, &cells(one, Column::Base)?));
            line(format!("{} base, two threads / one", load.name()), ratio, SCALING_TARGET)?;
        }
        Ok(())
    }

    /// One line per round, load, number of threads and column.
    pub fn csv(&self) -> String {
        let mut text = String::from("entries,load,threads,column,round,mops\n");
        for row in self.rows {
            for (column, cells) in self.setup.columns.iter().zip(&row.cells) {
                for (round, mops) in cells.iter().enumerate() {
                    let (entries, load, threads) = (self.setup.entries, row.load.name(), row.threads);
                    writeln!(text, "{entries},{load},{threads},{},{},{mops:.4}", column.name(), round + 1)
                        .expect("writing to a string");
                }
            }
        }
        text
    }

    fn place(&self, column: Column) -> Option<usize> {
        self.setup.columns.iter().position(|&other| other == column)
    }
}

/// The median of the rounds' ratios.
fn ratio(ours: &[f64], theirs: &[f64]) -> Option<f64> {
    median(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect())
}

#[cfg(test)]
mod tests {
    use super::super::{Column, Load, Setup, run};
    use super::Report;

    /// Every load of every column gives what it has to: `run` asserts it.
    #[test]
    fn a_small_run_shows_every_load() {
        let setup = Setup {
            entries: 1000,
            rounds: 1,
            threads: vec![1, 2],
            loads: Load::ALL.to_vec(),
            columns: Column::ALL.to_vec(),
        };
        let rows = run(&setup);
        let report = Report { setup: &setup, rows: &rows };
        let text = report.text();
        assert!(text.contains("push x2") && text.contains("get base / atomics"), "{text}");
        assert!(text.contains("insert base, two threads / one"), "{text}");
        assert_eq!(report.csv().lines().count(), 1 + 2 * (10 + 6 + 9 + 4 + 6));
    }
}
