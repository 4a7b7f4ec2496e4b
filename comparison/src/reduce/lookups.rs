//! Lookups of random keys in one large map, in a batch and one by one.

use std::time::Duration;

use atomic_dict::AtomicMap;
use rayon::prelude::*;

use super::Setup;
use super::contenders::together;
use super::report::Column;
use crate::contenders::Hasher;
use crate::keys::{below, random};

type Map = AtomicMap<u64, u64, Hasher>;

/// Looks up some keys and adds up their values.
type Way = fn(&Map, &[u64]) -> u64;

/// Million lookups per second, all threads together, in a map of so many entries. All keys are found.
pub fn run(entries: usize, setup: &Setup) -> Result<Vec<Column>, String> {
    let map = Map::with_capacity_and_hasher(entries, Hasher::default());
    (&map).par_extend((0..entries).into_par_iter().map(|number| (random(number as u64), number as u64)));
    let numbers: Vec<u64> = (0..setup.rows as u64).into_par_iter().map(|draw| below(draw, entries as u64)).collect();
    let keys: Vec<u64> = numbers.par_iter().map(|number| random(*number)).collect();
    let expected: u64 = numbers.iter().sum();
    drop(numbers);

    let parts: Vec<_> = keys.chunks(keys.len().div_ceil(setup.threads)).collect();
    let ways: [(&'static str, Way); 2] = [("batch", batch), ("get", one_by_one)];
    let mut columns = ways.map(|(name, _)| Column::new(name));
    for round in 0..=setup.rounds {
        for turn in 0..ways.len() {
            let way = (round + turn) % ways.len();
            let (time, sums) = together(&parts, |part| ways[way].1(&map, part));
            if sums.iter().sum::<u64>() != expected {
                return Err(format!("{}: a wrong sum", ways[way].0));
            }
            columns[way].note(round, keys.len(), time);
        }
    }
    Ok(columns.into())
}

fn batch(map: &Map, keys: &[u64]) -> u64 {
    map.pin().batch_getitem(keys).flatten().map(|value| *value).sum()
}

fn one_by_one(map: &Map, keys: &[u64]) -> u64 {
    let pinned = map.pin();
    keys.iter().filter_map(|key| pinned.get(key)).map(|value| *value).sum()
}

impl Column {
    /// Notes a round; the first warms up and does not count.
    pub fn note(&mut self, round: usize, operations: usize, time: Duration) {
        if round > 0 {
            self.mops.push(operations as f64 / time.as_secs_f64() / 1e6);
        }
    }
}
