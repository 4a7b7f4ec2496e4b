//! The tables: medians of what the rounds gave.

use std::fmt::Write;

use crate::contenders::Id;
use crate::lines::{Lines, median};
use crate::loads::Load;
use crate::measure::{Cell, Cells, Column, Setup};

/// The ratios to hashbrown that ours is held to, on one thread.
const TARGETS: &[(Load, f64)] = &[
    (Load::GetHit, 0.90),
    (Load::GetHitPin, 0.50),
    (Load::GetMiss, 0.42),
    (Load::Update, 0.80),
    (Load::Insert, 0.55),
    (Load::Grow, 0.50),
    (Load::Churn, 0.55),
    (Load::Remove, 0.85),
    (Load::Iterate, 0.80),
];

/// What `SCALED_THREADS` threads are to be worth to ours.
const SCALING_TARGETS: &[(Load, f64)] = &[(Load::GetHit, 1.7), (Load::Update, 1.7)];

const SCALED_THREADS: usize = 2;

/// The size the targets are stated for.
pub const TARGET_KEYS: usize = 1_000_000;

pub struct Report<'r> {
    pub setup: &'r Setup,
    pub key: &'static str,
    pub cells: &'r Cells,
}

impl Report<'_> {
    pub fn text(&self) -> String {
        let Setup { keys, rounds, threads, .. } = self.setup;
        let mut text = format!("{keys} keys ({}), {threads} thread(s), {rounds} rounds\n", self.key);
        if *threads == 1 {
            text += "\nThroughput / hashbrown, median of the rounds\n";
            text += &self.grid(|row, column| self.ratio(row, column, self.column(Id::Hashbrown)?));
            text += "\nMillion operations per second, median\n";
            text += &self.grid(|row, column| median(self.mops(row, column)?.to_vec()));
            text += "\nOurs beside the best peer, throughput / hashbrown\n";
            text += &self.verdicts();
        } else {
            text += "\nThroughput of ours / peer, median of the rounds\n";
            text += &self.grid(|row, column| self.ratio(row, self.column(Id::Ours)?, column));
            text += "\nMillion operations per second, all threads, median\n";
            text += &self.grid(|row, column| median(self.mops(row, column)?.to_vec()));
            if let Some(alone) = self.alone() {
                writeln!(text, "\nThroughput of ours on {threads} threads / on one, median of the rounds")
                    .expect("writing to a string");
                text += &self.scaling(alone);
            }
        }
        text + &self.notes()
    }

    /// One line per round, load and contender.
    pub fn csv(&self) -> String {
        let mut text = String::from("keys,key,threads,load,contender,round,mops\n");
        let keys = self.setup.keys;
        for (row, load) in self.setup.loads.iter().enumerate() {
            for (column, Column { id, threads }) in self.setup.columns.iter().enumerate() {
                for (round, mops) in self.mops(row, column).into_iter().flatten().enumerate() {
                    let (load, id, round) = (load.name(), id.name(), round + 1);
                    let key = self.key;
                    writeln!(text, "{keys},{key},{threads},{load},{id},{round},{mops:.4}")
                        .expect("writing to a string");
                }
            }
        }
        text
    }

    /// Whether every contender gave right results.
    pub fn is_right(&self) -> bool {
        let mut cells = self.cells.iter().flatten();
        !cells.any(|cell| matches!(cell, Cell::Wrong(_)))
    }

    fn grid(&self, number: impl Fn(usize, usize) -> Option<f64>) -> String {
        let has_targets = self.setup.threads == 1;
        let mut lines = Lines::default();
        lines.cell("load");
        for &column in &self.setup.columns {
            lines.cell(self.title(column));
        }
        if has_targets {
            lines.cell("target");
        }
        lines.end();
        for (row, &load) in self.setup.loads.iter().enumerate() {
            lines.cell(load.name());
            for column in 0..self.setup.columns.len() {
                match self.cells[row][column] {
                    Cell::Wrong(_) => lines.cell("wrong"),
                    _ => lines.number(number(row, column)),
                }
            }
            if has_targets {
                lines.number(self.target(load));
            }
            lines.end();
        }
        lines.into_text()
    }

    fn verdicts(&self) -> String {
        let mut lines = Lines::default();
        for title in ["load", "best peer", "ratio", "ours", "target", "result"] {
            lines.cell(title);
        }
        lines.end();
        let ratio = |row, id| self.ratio(row, self.column(id)?, self.column(Id::Hashbrown)?);
        for (row, &load) in self.setup.loads.iter().enumerate() {
            let peers = self.setup.columns.iter().map(|column| column.id).filter(|id| id.is_peer());
            let best =
                peers.filter_map(|id| Some((id, ratio(row, id)?))).max_by(|left, right| left.1.total_cmp(&right.1));
            let ours = ratio(row, Id::Ours);
            let target = self.target(load);
            lines.cell(load.name());
            lines.cell(best.map_or("-", |(id, _)| id.name()));
            lines.number(best.map(|(_, ratio)| ratio));
            lines.number(ours);
            lines.number(target);
            lines.cell(result(ours, target));
            lines.end();
        }
        lines.into_text()
    }

    fn scaling(&self, alone: usize) -> String {
        let mut lines = Lines::default();
        for title in ["load", "ratio", "target", "result"] {
            lines.cell(title);
        }
        lines.end();
        for (row, &load) in self.setup.loads.iter().enumerate() {
            let ratio = self.column(Id::Ours).and_then(|together| self.ratio(row, together, alone));
            let target = SCALING_TARGETS.iter().find(|target| target.0 == load).map(|target| target.1);
            let target = target.filter(|_| self.setup.threads == SCALED_THREADS);
            lines.cell(load.name());
            lines.number(ratio);
            lines.number(target);
            lines.cell(result(ratio, target));
            lines.end();
        }
        lines.into_text()
    }

    fn notes(&self) -> String {
        let mut notes = String::new();
        for (load, row) in self.setup.loads.iter().zip(self.cells) {
            for (&column, cell) in self.setup.columns.iter().zip(row) {
                if let Cell::Wrong(wrong) = cell {
                    let (load, title) = (load.name(), self.title(column));
                    writeln!(notes, "wrong: {title} in {load}: {}", wrong.0).expect("writing to a string");
                }
            }
        }
        if self.cells.iter().flatten().any(|cell| matches!(cell, Cell::Missing)) {
            notes += "-: the contender does not take keys of this type\n";
        }
        if notes.is_empty() { notes } else { format!("\n{notes}") }
    }

    /// None unless the run is the one the targets are stated for.
    fn target(&self, load: Load) -> Option<f64> {
        let Setup { keys, threads, .. } = *self.setup;
        let stated = keys == TARGET_KEYS && threads == 1 && self.key == "u64";
        let target = TARGETS.iter().find(|target| target.0 == load);
        target.filter(|_| stated).map(|target| target.1)
    }

    /// The column of a contender on the setup's threads.
    fn column(&self, id: Id) -> Option<usize> {
        let column = Column { id, threads: self.setup.threads };
        self.setup.columns.iter().position(|&other| other == column)
    }

    /// The column of ours on one thread beside that on several.
    fn alone(&self) -> Option<usize> {
        self.setup.columns.iter().position(|column| column.threads != self.setup.threads)
    }

    fn title(&self, column: Column) -> &'static str {
        if column.threads == self.setup.threads { column.id.name() } else { "ours, 1 thr" }
    }

    fn mops(&self, row: usize, column: usize) -> Option<&[f64]> {
        match &self.cells[row][column] {
            Cell::Mops(mops) => Some(mops),
            Cell::Missing | Cell::Wrong(_) => None,
        }
    }

    /// Rounds are paired before the median, so that what slows a whole round cancels.
    fn ratio(&self, row: usize, over: usize, under: usize) -> Option<f64> {
        let pairs = self.mops(row, over)?.iter().zip(self.mops(row, under)?);
        median(pairs.map(|(over, under)| over / under).collect())
    }
}

fn result(ours: Option<f64>, target: Option<f64>) -> &'static str {
    match ours.zip(target) {
        None => "-",
        Some((ours, target)) if ours >= target => "pass",
        Some(_) => "FAIL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_paired_per_round() {
        let setup = Setup {
            keys: TARGET_KEYS,
            rounds: 3,
            threads: 1,
            loads: vec![Load::GetHit],
            columns: [Id::Hashbrown, Id::Ours, Id::Leapfrog].map(|id| Column { id, threads: 1 }).to_vec(),
        };
        let cells = vec![vec![Cell::Mops(vec![10.0, 100.0, 1.0]), Cell::Mops(vec![9.5, 50.0, 0.95]), Cell::Missing]];
        let report = Report { setup: &setup, key: "u64", cells: &cells };
        assert_eq!(report.ratio(0, 1, 0), Some(0.95));
        assert_eq!(report.ratio(0, 2, 0), None);
        assert!(report.verdicts().contains("0.95        0.90        pass"));
        assert!(report.is_right());
    }

    #[test]
    fn scaling_is_ours_over_ours_on_one_thread() {
        let setup = Setup {
            keys: 1000,
            rounds: 3,
            threads: 2,
            loads: vec![Load::GetHit, Load::Iterate],
            columns: [2, 1].map(|threads| Column { id: Id::Ours, threads }).to_vec(),
        };
        let row = vec![Cell::Mops(vec![16.0, 180.0, 1.9]), Cell::Mops(vec![10.0, 100.0, 1.0])];
        let report = Report { setup: &setup, key: "u64", cells: &vec![row.clone(), row] };
        let text = report.text();
        assert!(text.contains("get-hit            1.80        1.70        pass\n"), "{text}");
        assert!(text.contains("iterate            1.80           -           -\n"), "{text}");
        assert!(report.csv().contains("1000,u64,1,get-hit,ours,3,1.0000\n"));
    }

    #[test]
    fn every_load_but_update_zipf_has_a_target() {
        for &load in Load::ALL {
            assert_eq!(TARGETS.iter().any(|target| target.0 == load), load != Load::UpdateZipf);
        }
    }
}
