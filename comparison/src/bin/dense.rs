//! Throughput of maps from dense integers.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use atomic_dict_comparison::cli::{self, count};
use atomic_dict_comparison::dense::{self, Column, Load, Report, Setup};
use clap::Parser;

/// Throughput of `DenseMap` beside plain atomics, other structures and `AtomicMap`
#[derive(Parser)]
#[command(name = "dense", version)]
struct Args {
    /// Entries: the indices from 0 on
    #[arg(long, value_name = "N", default_value = "1_000_000", value_parser = count)]
    entries: usize,

    /// Measured rounds; one more warms up
    #[arg(long, value_name = "R", default_value_t = 9, value_parser = count)]
    rounds: usize,

    /// Numbers of threads, separated by commas
    #[arg(long, value_name = "T", default_value = "1,2", value_delimiter = ',', value_parser = count)]
    threads: Vec<usize>,

    /// Loads to run, separated by commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LOAD")]
    loads: Vec<Load>,

    /// Columns by the names of the tables, separated by commas [default: all]
    #[arg(long, value_delimiter = ',', value_name = "COLUMN")]
    columns: Vec<String>,

    /// Also write each round's throughput to this file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let csv = args.csv.as_deref().map(cli::create::<Args>);
    let wanted = |load: &Load| args.loads.is_empty() || args.loads.contains(load);
    let chosen = |column: &Column| args.columns.is_empty() || args.columns.iter().any(|name| name == column.name());
    let setup = Setup {
        entries: args.entries,
        rounds: args.rounds,
        threads: args.threads.clone(),
        loads: Load::ALL.into_iter().filter(wanted).collect(),
        columns: Column::ALL.into_iter().filter(chosen).collect(),
    };
    let rows = dense::run(&setup);
    let report = Report { setup: &setup, rows: &rows };
    print!("{}", report.text());
    if let Some(Err(error)) = csv.map(|mut file| file.write_all(report.csv().as_bytes())) {
        eprintln!("--csv: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
