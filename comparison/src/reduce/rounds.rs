//! The rounds of a reduction: every contender once a round, in an order that rotates.

use super::Setup;
use super::contenders::{Contender, Total, perform};
use super::report::Column;
use super::rows::Key;
use crate::progress;

/// Million rows per second of each contender, a number per round.
pub fn run<R: Key>(contenders: &[Contender], rows: &[(R, u64)], setup: &Setup) -> Result<Vec<Column>, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(setup.threads).build().map_err(|error| error.to_string())?;
    let expected = expected(rows);
    let capacity = setup.capacity.then_some(expected.keys);
    let bar = progress::bar((setup.rounds + 1) * contenders.len());
    let mut columns: Vec<_> = contenders.iter().map(|contender| Column::new(contender.name())).collect();
    // Round 0 warms up and does not count.
    for round in 0..=setup.rounds {
        for turn in 0..contenders.len() {
            let column = (round + turn) % contenders.len();
            bar.set_message(contenders[column].name());
            let (time, total) = perform(contenders[column], rows, setup.threads, capacity, &pool);
            if total != expected {
                return Err(format!("{}: {total:?}, not {expected:?}", contenders[column].name()));
            }
            columns[column].note(round, rows.len(), time);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(columns)
}

fn expected<R: Key>(rows: &[(R, u64)]) -> Total {
    let mut sums = std::collections::HashMap::<R, u64, crate::contenders::Hasher>::default();
    for (key, value) in rows {
        *sums.entry(*key).or_insert(0) += value;
    }
    Total::of(sums.into_values())
}
