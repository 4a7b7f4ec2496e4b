//! The rounds: every contender runs each load once a round, in an order that rotates.

use super::operations::Latencies;
use super::samples::sample;
use super::{Phase, Setup};
use crate::contents::Wrong;
use crate::progress;

/// What one contender did: for each phase the latencies of every round.
#[derive(Clone, Default)]
pub struct Cell {
    pub phases: Vec<(Phase, Vec<Latencies>)>,
    /// Says that the latencies mean nothing.
    pub wrong: Option<Wrong>,
}

impl Cell {
    pub fn rounds(&self, phase: Phase) -> &[Latencies] {
        let found = self.phases.iter().find(|other| other.0 == phase);
        found.map_or(&[], |(_, rounds)| rounds)
    }

    fn push(&mut self, phase: Phase, latencies: Latencies) {
        match self.phases.iter_mut().find(|other| other.0 == phase) {
            Some((_, rounds)) => rounds.push(latencies),
            None => self.phases.push((phase, vec![latencies])),
        }
    }
}

/// In the order of the setup's rows.
pub fn run(setup: &Setup) -> Vec<Cell> {
    let bar = progress::bar((setup.rounds + 1) * setup.loads.len() * setup.rows.len());
    let mut cells = vec![Cell::default(); setup.rows.len()];
    // Round 0 warms up and does not count.
    for round in 0..=setup.rounds {
        for &load in &setup.loads {
            for turn in 0..setup.rows.len() {
                let place = (round + turn) % setup.rows.len();
                let row = setup.rows[place];
                bar.set_message(format!("round {round}: {} {}", load.name(), row.name()));
                let cell = &mut cells[place];
                let outcome = if cell.wrong.is_none() { sample(load, row, setup) } else { None };
                match outcome {
                    None => {}
                    Some(Err(wrong)) => cell.wrong = Some(wrong),
                    Some(Ok(_)) if round == 0 => {}
                    Some(Ok(phases)) => phases.into_iter().for_each(|(phase, latencies)| cell.push(phase, latencies)),
                }
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    cells
}
