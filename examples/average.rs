//! The average of each key, by a value that holds a sum and a count.
//!
//! An average of averages is no average, so an average cannot be what `reduce` combines. A sum and a count can: both are
//! added up, in any order, and the division comes last. Here some stations report temperatures; each of several threads reduces
//! its part of the readings into one map.
//!
//! ```text
//! cargo run --release --example average -- [--readings N] [--stations N] [--threads N]
//! ```

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use atomic_dict::AtomicMap;
use clap::{Parser, value_parser};

/// Averages generated temperatures by station.
#[derive(Parser)]
struct Arguments {
    /// Readings, all stations together
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    readings: u32,

    /// Stations
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = value_parser!(u32).range(1..))]
    stations: u32,

    /// Threads [default: one per core]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// What is known of some readings. Tenths of a degree, so that sums are exact in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mean {
    sum: i64,
    count: u64,
}

impl Mean {
    fn of(reading: i32) -> Self {
        Self { sum: reading.into(), count: 1 }
    }

    fn and(self, other: Self) -> Self {
        Self { sum: self.sum + other.sum, count: self.count + other.count }
    }

    fn degrees(self) -> f64 {
        self.sum as f64 / self.count as f64 / 10.0
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let threads =
        arguments.threads.map_or_else(|| thread::available_parallelism().map_or(1, NonZeroUsize::get), usize::from);
    let stations: Vec<_> = (0..arguments.stations).map(|number| format!("station {number}")).collect();
    let readings: Vec<_> = (0..arguments.readings).map(|number| reading(number, &stations)).collect();

    let averages: AtomicMap<String, Mean> = AtomicMap::new();
    let start = Instant::now();
    thread::scope(|scope| {
        for part in readings.chunks(readings.len().div_ceil(threads).max(1)) {
            let averages = &averages;
            scope.spawn(move || {
                // A station's name is a part of memory that is there anyway: no string is made but for the map.
                let rows = part.iter().map(|(station, reading)| (*station, Mean::of(*reading)));
                averages.reduce(rows, |_, current, new| current.map_or(*new, |current| current.and(*new)));
            });
        }
    });
    let time = start.elapsed();

    let pinned = averages.pin();
    let mut table: Vec<_> = pinned.iter().map(|(station, mean)| (String::clone(&station), *mean)).collect();
    table.sort_by(|(station, mean), (other_station, other)| {
        other.degrees().total_cmp(&mean.degrees()).then_with(|| station.cmp(other_station))
    });
    println!("{:<16} {:>10} {:>8}", "warmest", "readings", "mean °C");
    for (station, mean) in table.iter().take(5) {
        println!("{station:<16} {:>10} {:>8.2}", mean.count, mean.degrees());
    }
    println!("{} readings of {} stations by {threads} threads in {time:.2?}", readings.len(), table.len());

    let mut expected: HashMap<&str, Mean> = HashMap::new();
    for (station, reading) in &readings {
        let mean = Mean::of(*reading);
        expected.entry(station).and_modify(|current| *current = current.and(mean)).or_insert(mean);
    }
    if table.len() == expected.len() && table.iter().all(|(station, mean)| expected[&**station] == *mean) {
        println!("all averages are those of one thread");
        ExitCode::SUCCESS
    } else {
        eprintln!("error: the averages are not those of one thread");
        ExitCode::FAILURE
    }
}

/// A reading without a pattern, the same in every run, around a temperature of the station's own.
fn reading(number: u32, stations: &[String]) -> (&str, i32) {
    let random = u64::from(number).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let random = (random ^ (random >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 32;
    let station = random as usize % stations.len();
    (&stations[station], station as i32 % 300 + (random >> 16) as i32 % 100 - 50)
}
