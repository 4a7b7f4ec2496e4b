//! Walks through all entries by several threads, beside a scan of as many bytes.

use std::hint::black_box;
use std::time::Instant;

use atomic_dict::AtomicMap;
use rayon::prelude::*;

use super::Setup;
use super::contenders::together;
use super::report::Column;
use crate::contenders::Hasher;
use crate::keys::random;

/// Million entries per second. The scan reads the bytes of the map's table, whatever stands in them.
pub fn run(entries: usize, setup: &Setup) -> Result<Vec<Column>, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(setup.threads).build().map_err(|error| error.to_string())?;
    let map = AtomicMap::<u64, u64, Hasher>::with_capacity_and_hasher(entries, Hasher::default());
    (&map).par_extend((0..entries).into_par_iter().map(|number| (random(number as u64), number as u64)));
    let bytes = map.stats().bytes;
    let words: Vec<u64> = (0..bytes / 8).map(|word| word as u64).collect();
    let halves: Vec<_> = words.chunks(words.len().div_ceil(setup.threads)).collect();
    let partitions: Vec<_> = (0..setup.threads).collect();
    let expected = (entries as u64) * (entries as u64 - 1) / 2;

    let mut columns = ["fast_iter", "par_iter", "plain scan"].map(Column::new);
    for round in 0..=setup.rounds {
        let (time, sums) = together(&partitions, |part| {
            map.pin().fast_iter(setup.threads, *part).map(|(_, value)| *value).sum::<u64>()
        });
        columns[0].note(round, entries, time);
        let start = Instant::now();
        let sum: u64 = pool.install(|| map.pin().par_iter().map(|(_, value)| *value).sum());
        columns[1].note(round, entries, start.elapsed());
        if sum != expected || sums.iter().sum::<u64>() != expected {
            return Err("a wrong sum".into());
        }
        let (time, _) =
            together(&halves, |half| black_box(half.iter().fold(0_u64, |sum, word| sum.wrapping_add(*word))));
        columns[2].note(round, entries, time);
    }
    Ok(columns.into())
}
