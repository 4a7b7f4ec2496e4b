//! Reads and publications of `Published` beside other cells.

use atomic_dict_comparison::cli::count;
use atomic_dict_comparison::published::{self, Report, Setup};
use clap::Parser;

/// Reads and publications of snapshots beside other cells
#[derive(Parser)]
#[command(name = "published", version)]
struct Args {
    /// Measured rounds; one more warms up
    #[arg(long, value_name = "R", default_value_t = 9, value_parser = count)]
    rounds: usize,

    /// Readers in `read`
    #[arg(long, value_name = "T", default_value_t = 1, value_parser = count)]
    threads: usize,

    /// Size of what is published
    #[arg(long, value_name = "N", default_value = "1_073_741_824", value_parser = count)]
    bytes: usize,

    /// Publications a round
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = count)]
    publications: usize,
}

fn main() {
    let Args { rounds, threads, bytes, publications } = Args::parse();
    let setup = Setup { rounds, threads, bytes, publications };
    let outcome = published::run(&setup);
    print!("{}", Report { setup: &setup, outcome: &outcome }.text());
}
