//! The tables and the CSV.

use std::fmt::Write;

use super::operations::clock;
use super::rounds::Cell;
use super::summary::{above_5_ms, below_1_ms, longest, percentile, ratio, share_below_1_ms};
use super::{Load, Phase, Setup};
use crate::lines::Lines;

pub struct Report<'r> {
    pub setup: &'r Setup,
    /// In the order of the setup's rows.
    pub cells: &'r [Cell],
}

impl Report<'_> {
    pub fn text(&self) -> String {
        let Setup { keys, rounds, threads, loads, .. } = self.setup;
        let clock = clock();
        let (usual, rare) = (clock.value_at_quantile(0.5), clock.value_at_quantile(0.999));
        let mut text = format!(
            "{keys} keys (u64), {rounds} rounds, microseconds\n\
             Every latency includes the clock's own: median {usual} ns, p99.9 {rare} ns\n"
        );
        if loads.contains(&Load::Insert) {
            text += &format!("\ninsert: {threads} thread(s) grow a map from nothing\n");
            text += &self.inserts();
        }
        if loads.contains(&Load::Get) {
            text += "\nget: one thread looks up keys, while another grows the map (busy) and after that (quiet)\n";
            text += &self.gets();
        }
        text + &self.notes()
    }

    /// One line per round, phase and contender; nanoseconds.
    pub fn csv(&self) -> String {
        let mut text = String::from(
            "keys,threads,phase,contender,round,operations,p50,p99,p99.9,p99.99,max,below_1_ms,above_5_ms\n",
        );
        let Setup { keys, threads, .. } = self.setup;
        for &phase in Phase::ALL {
            let threads = if phase == Phase::Insert { *threads } else { 1 };
            for (row, cell) in self.setup.rows.iter().zip(self.cells) {
                for (round, latencies) in cell.rounds(phase).iter().enumerate() {
                    let (phase, row, round) = (phase.name(), row.name(), round + 1);
                    let [p50, p99, p999, p9999] = [0.5, 0.99, 0.999, 0.9999].map(|at| latencies.value_at_quantile(at));
                    let (all, max) = (latencies.len(), latencies.max());
                    let (below, above) = (below_1_ms(latencies), above_5_ms(latencies));
                    writeln!(
                        text,
                        "{keys},{threads},{phase},{row},{round},{all},{p50},{p99},{p999},{p9999},{max},{below},{above}"
                    )
                    .expect("writing to a string");
                }
            }
        }
        text
    }

    /// Whether every contender gave right results.
    pub fn is_right(&self) -> bool {
        self.cells.iter().all(|cell| cell.wrong.is_none())
    }

    fn inserts(&self) -> String {
        let titles = ["median", "p99", "p99.9", "p99.99", "max", "% < 1 ms", "> 5 ms"];
        self.table(&titles, |cell, lines| {
            let rounds = cell.rounds(Phase::Insert);
            for percent in [50.0, 99.0, 99.9, 99.99] {
                lines.number(percentile(rounds, percent));
            }
            lines.number(longest(rounds));
            // So many digits that one operation of some million shows.
            lines.cell(&share_below_1_ms(rounds).map_or("-".to_owned(), |share| format!("{:.5}", 100.0 * share)));
            lines.cell(&rounds.iter().map(above_5_ms).sum::<u64>().to_string());
        })
    }

    fn gets(&self) -> String {
        let titles = ["quiet p50", "p99", "p99.9", "busy p50", "p99", "p99.9", "max", "p99.9 ratio"];
        self.table(&titles, |cell, lines| {
            let [quiet, busy] = [Phase::Quiet, Phase::Busy].map(|phase| cell.rounds(phase));
            for rounds in [quiet, busy] {
                for percent in [50.0, 99.0, 99.9] {
                    lines.number(percentile(rounds, percent));
                }
            }
            lines.number(longest(busy));
            lines.number(ratio(busy, quiet, 99.9));
        })
    }

    fn table(&self, titles: &[&str], fill: impl Fn(&Cell, &mut Lines)) -> String {
        let mut lines = Lines::default();
        lines.cell("contender");
        titles.iter().for_each(|title| lines.cell(title));
        lines.end();
        for (row, cell) in self.setup.rows.iter().zip(self.cells) {
            lines.cell(row.name());
            match cell.wrong {
                Some(_) => titles.iter().for_each(|_| lines.cell("wrong")),
                None => fill(cell, &mut lines),
            }
            lines.end();
        }
        lines.into_text()
    }

    fn notes(&self) -> String {
        let mut notes = String::new();
        for (row, cell) in self.setup.rows.iter().zip(self.cells) {
            if let Some(wrong) = &cell.wrong {
                writeln!(notes, "wrong: {}: {}", row.name(), wrong.0).expect("writing to a string");
            }
        }
        if notes.is_empty() { notes } else { format!("\n{notes}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::Id;
    use crate::contents::Wrong;
    use crate::latency::{Row, run};

    #[test]
    fn a_small_run_fills_every_row() {
        let rows = vec![Row::Control, Row::Map(Id::Ours), Row::Map(Id::Leapfrog)];
        let setup = Setup { keys: 2000, rounds: 2, threads: 2, loads: Load::ALL.to_vec(), rows };
        let mut cells = run(&setup);
        let report = Report { setup: &setup, cells: &cells };
        assert!(report.is_right(), "{}", report.text());
        assert!(!report.text().contains(" -"), "{}", report.text());
        let csv = report.csv();
        assert_eq!(csv.lines().count(), 1 + Phase::ALL.len() * setup.rows.len() * setup.rounds);
        assert!(csv.contains("2000,2,insert,ours,2,2000,"), "{csv}");

        cells[1].wrong = Some(Wrong("all".into()));
        let report = Report { setup: &setup, cells: &cells };
        assert!(!report.is_right());
        assert!(report.text().ends_with("\nwrong: ours: all\n"));
    }
}
