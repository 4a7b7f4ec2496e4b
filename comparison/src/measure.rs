//! The rounds: every contender runs each load once a round, in an order that rotates.

use crate::contenders::Id;
use crate::contents::Wrong;
use crate::keys::{Data, Key};
use crate::loads::{Load, Plan, draws, min_absent};
use crate::progress;

pub struct Setup {
    pub keys: usize,
    pub rounds: usize,
    pub threads: usize,
    pub loads: Vec<Load>,
    pub columns: Vec<Column>,
}

/// A contender on so many threads: those of the setup, or one to show how it scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub id: Id,
    pub threads: usize,
}

/// The outcome of one load on one contender.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Million operations per second, one number per round.
    Mops(Vec<f64>),
    /// The contender cannot hold such keys.
    Missing,
    /// The contender's results are wrong, so its speed says nothing.
    Wrong(Wrong),
}

/// One row per load, one column per contender and number of threads, both in the order of the setup.
pub type Cells = Vec<Vec<Cell>>;

pub fn run<K: Key>(setup: &Setup) -> Cells {
    let bar = progress::bar((setup.rounds + 1) * setup.loads.len() * setup.columns.len());
    bar.set_message("making keys");
    let draws = setup.loads.iter().map(|&load| draws(load, setup.keys)).sum();
    let data = Data::<K>::new(setup.keys, min_absent(setup.threads), draws);
    let columns = &setup.columns;
    let mut cells = vec![vec![Cell::Mops(Vec::new()); columns.len()]; setup.loads.len()];
    // Round 0 warms up and does not count.
    for round in 0..=setup.rounds {
        for (&load, row) in setup.loads.iter().zip(&mut cells) {
            for turn in 0..columns.len() {
                let column = (round + turn) % columns.len();
                let Column { id, threads } = columns[column];
                bar.set_message(format!("round {round}: {} {}", load.name(), id.name()));
                let cell = &mut row[column];
                if let Cell::Mops(mops) = cell {
                    match id.perform(Plan { load, data: &data, threads }) {
                        None => *cell = Cell::Missing,
                        Some(Err(wrong)) => *cell = Cell::Wrong(wrong),
                        Some(Ok(sample)) if round > 0 => mops.push(sample.mops()),
                        Some(Ok(_)) => {}
                    }
                }
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    cells
}
