//! Sums the values of one map with all cores, in three ways that must agree.
//!
//! - One thread walks through all entries.
//! - Each of several threads walks through its partition: `fast_iter(threads, thread)`. Partitions are disjoint and together
//!   complete without a word between the threads.
//! - A rayon pool cuts the map into as many parts as it likes: `par_iter`.
//!
//! ```text
//! cargo run --release --example partitioned_reduce -- [--entries N] [--threads N]
//! ```

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use atomic_dict::AtomicMap;
use clap::{Parser, value_parser};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

/// Sums the values of a map by one thread, by partitions, and by rayon.
#[derive(Parser)]
struct Arguments {
    /// Entries of the map
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    entries: u32,

    /// Threads [default: one per core]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let threads = arguments.threads.map_or_else(all_cores, usize::from);
    let pool = match ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool,
        Err(error) => {
            eprintln!("error: cannot start {threads} threads: {error}");
            return ExitCode::from(2);
        }
    };
    let entries = u64::from(arguments.entries);
    // Keys without a pattern: an odd factor makes different numbers of different numbers.
    let numbers = (0..arguments.entries).into_par_iter().map(u64::from);
    let map: AtomicMap<u64, u64> =
        pool.install(|| numbers.map(|number| (number.wrapping_mul(0x9E37_79B9_7F4A_7C15), number)).collect());

    println!("{entries} entries, {threads} threads");
    let sums = [
        timed("sequential", entries, || map.pin().values().map(|value| *value).sum()),
        timed("fast_iter", entries, || by_partitions(&map, threads)),
        timed("par_iter", entries, || pool.install(|| map.pin().par_iter().map(|(_, value)| *value).sum())),
    ];
    let expected = entries * entries.saturating_sub(1) / 2;
    if sums == [expected; 3] {
        println!("sum {expected}, by all of them");
        ExitCode::SUCCESS
    } else {
        eprintln!("error: the sums are {sums:?}, and should be {expected}");
        ExitCode::FAILURE
    }
}

/// Every thread sums its partition, and the sums are added up.
fn by_partitions(map: &AtomicMap<u64, u64>, threads: usize) -> u64 {
    thread::scope(|scope| {
        let partition = |number| map.pin().fast_iter(threads, number).map(|(_, value)| *value).sum::<u64>();
        let sums: Vec<_> = (0..threads).map(|number| scope.spawn(move || partition(number))).collect();
        sums.into_iter().map(|sum| sum.join().expect("a sum does not panic")).sum()
    })
}

fn timed(name: &str, entries: u64, sum: impl FnOnce() -> u64) -> u64 {
    let start = Instant::now();
    let sum = sum();
    let time = start.elapsed();
    println!("{name:<12} {time:>12.2?} {:>8.1} million entries/s", millions_per_second(entries, time));
    sum
}

fn millions_per_second(entries: u64, time: Duration) -> f64 {
    entries as f64 / time.as_secs_f64().max(1e-9) / 1e6
}

fn all_cores() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}
