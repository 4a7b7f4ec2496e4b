//! Group by: sum, mean and maximum of a column for each key of another, with all cores.
//!
//! Without a file it asks the questions of the public database benchmark (github.com/duckdblabs/db-benchmark) about generated rows,
//! in 10^2, 10^4, 10^6 and 10^7 groups, each question by a reduction of its own. With `--csv FILE` it asks them about your rows, all
//! at once: the aggregate value is a sum, a count and a maximum.
//!
//! ```text
//! cargo run --release --example group_by -- [--rows N] [--groups N,N,…] [--threads N]
//! cargo run --release --example group_by -- --csv FILE --key COLUMN --value COLUMN [--top N]
//! ```

#[path = "support/csv_rows.rs"]
mod csv_rows;
#[path = "support/groups.rs"]
mod groups;
#[path = "support/meter.rs"]
mod meter;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use atomic_dict::AtomicMap;
use clap::{Parser, value_parser};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::groups::Group;

/// Sum, mean and maximum by key.
#[derive(Parser)]
struct Arguments {
    /// Generated rows
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    rows: u32,

    /// Numbers of groups of generated rows
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [100, 10_000, 1_000_000, 10_000_000],
          value_parser = value_parser!(u32).range(1..))]
    groups: Vec<u32>,

    /// Read rows from this file instead; its first line names the columns
    #[arg(long, value_name = "FILE", requires = "key", requires = "value")]
    csv: Option<PathBuf>,

    /// The column to group by
    #[arg(long, value_name = "COLUMN", requires = "csv")]
    key: Option<String>,

    /// The column of numbers
    #[arg(long, value_name = "COLUMN", requires = "csv")]
    value: Option<String>,

    /// How many groups of a file to print, those with the largest sums first
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,

    /// Threads [default: one per core]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = arguments.threads.map_or_else(cores, usize::from);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| format!("cannot start {threads} threads: {error}"))?;
    match (&arguments.csv, &arguments.key, &arguments.value) {
        (Some(path), Some(key), Some(value)) => of_file(path, (key, value), arguments.top, &pool),
        _ => {
            println!("{} rows, {threads} threads; million rows per second", arguments.rows);
            println!("{:>10} {:>10} {:>10} {:>10} {:>10}", "groups", "found", "sum", "mean", "max");
            arguments.groups.iter().try_for_each(|&groups| of_generated(arguments.rows, groups, &pool))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Sum, mean and maximum of generated rows, checked against each other and against the sum of all rows.
fn of_generated(rows: u32, groups: u32, pool: &ThreadPool) -> Result<(), String> {
    let row = |number: u32| {
        let random = (u64::from(number) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let random = (random ^ (random >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 32;
        ((random * u64::from(groups)) >> 32, random % 100)
    };
    let rows: Vec<(u64, u64)> = pool.install(|| (0..rows).into_par_iter().map(row).collect());
    let rows = &rows;
    let (sums, maxima) = (AtomicMap::<u64, u64>::new(), AtomicMap::<u64, u64>::new());
    let means: AtomicMap<u64, Group> = AtomicMap::new();
    let timed = |reduce: &(dyn Fn() + Sync)| {
        let start = Instant::now();
        pool.install(reduce);
        rows.len() as f64 / start.elapsed().as_secs_f64().max(1e-9) / 1e6
    };
    let sum = timed(&|| sums.par_reduce_sum(rows.par_iter().copied()));
    let mean = timed(&|| {
        let rows = rows.par_iter().map(|&(key, value)| (key, Group::of(value as f64)));
        means.par_reduce(rows, |_, current, new| current.map_or(*new, |group| group.and(new)));
    });
    let max = timed(&|| maxima.par_reduce_max(rows.par_iter().copied()));
    println!("{groups:>10} {:>10} {sum:>10.1} {mean:>10.1} {max:>10.1}", sums.len());

    let total: u64 = rows.iter().map(|row| row.1).sum();
    let (pinned, maxima) = (sums.pin(), maxima.pin());
    let agree = means.pin().iter().all(|(key, group)| {
        let (sum, max) = (pinned.get::<u64>(&key), maxima.get::<u64>(&key));
        // Sums of small integers are exact, whatever their type and order.
        sum.is_some_and(|sum| *sum as f64 == group.sum) && max.is_some_and(|max| *max as f64 == group.max)
    });
    let complete = means.len() == sums.len() && pinned.values().map(|sum| *sum).sum::<u64>() == total;
    if agree && complete { Ok(()) } else { Err(format!("the results in {groups} groups contradict each other")) }
}

fn of_file(path: &Path, columns: (&str, &str), top: usize, pool: &ThreadPool) -> Result<ExitCode, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let bytes = std::fs::metadata(path).map_err(|error| wrong(&error))?.len();
    let bar = meter::bytes("grouping", bytes);
    let groups: AtomicMap<String, Group> = AtomicMap::new();
    let outcome = csv_rows::read(path, columns, |rows, position| {
        let rows = rows.par_iter().map(|(key, value)| (&**key, Group::of(*value)));
        pool.install(|| groups.par_reduce(rows, |_, current, new| current.map_or(*new, |group| group.and(new))));
        bar.set_position(position);
    });
    bar.finish_and_clear();
    let outcome = outcome.map_err(|error| wrong(&error))?;

    let pinned = groups.pin();
    let entries: Vec<_> = pinned.iter().collect();
    let mut table: Vec<(&str, &Group)> = entries.iter().map(|(key, group)| (key.as_str(), &**group)).collect();
    table.sort_by(|(key, group), (other_key, other)| other.sum.total_cmp(&group.sum).then_with(|| key.cmp(other_key)));
    println!("{:<24} {:>10} {:>16} {:>12} {:>12}", columns.0, "rows", "sum", "mean", "max");
    for (key, group) in table.iter().take(top) {
        println!("{key:<24} {:>10} {:>16.2} {:>12.2} {:>12.2}", group.count, group.sum, group.mean(), group.max);
    }
    println!("{} rows in {} groups, {} bad rows", outcome.rows, table.len(), outcome.bad);
    Ok(if outcome.bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
